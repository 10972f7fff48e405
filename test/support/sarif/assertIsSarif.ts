import assert from 'node:assert/strict';
import Ajv, { type ValidateFunction } from 'ajv';
import schema from './sarif-2.1.0-rtm.5.json';

let validate: ValidateFunction | undefined;

/** Fails unless the data are a log as the JSON Schema of SARIF 2.1.0 has it. */
export function assertIsSarif(log: unknown): void {
  validate ??= compile();
  const fits = validate(log);
  assert.ok(fits, JSON.stringify(validate.errors?.slice(0, 5), null, 1));
}

/** The schema is one of draft 4 and uses nothing that later drafts read otherwise, but for the name of its identifier. */
function compile(): ValidateFunction {
  const { $schema: draft, id, ...body } = schema;
  assert.ok(draft.includes('draft-04') && id.includes('sarif-2.1.0'));
  return new Ajv({
    allErrors: true,
    strict: false,
    unicodeRegExp: false,
    formats: {
      uri: (text: string) => URL.canParse(text),
      'uri-reference': (text: string) => /^(?:[\w\-.~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$/.test(text),
      'date-time': (text: string) => !Number.isNaN(Date.parse(text)),
    },
  }).compile(body);
}
