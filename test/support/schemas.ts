import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';

const folder = path.join(__dirname, '../../media/schemas');
const validators = new Map<string, ValidateFunction>();

/** Fails unless the data are what a published schema (a file of media/schemas) says. */
export function assertFollows(
  schema: 'analysis' | 'compare' | 'profile' | 'fix' | 'experiment' | 'error',
  data: unknown,
): void {
  let validate = validators.get(schema);
  if (validate === undefined) {
    const text = fs.readFileSync(path.join(folder, `${schema}.schema.json`), 'utf8');
    validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(JSON.parse(text));
    validators.set(schema, validate);
  }
  const fits = validate(data);
  assert.ok(fits, JSON.stringify(validate.errors?.slice(0, 5), null, 1));
}
