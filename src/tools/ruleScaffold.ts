/** What a new rule touches, by path from the root of the repository. */
export interface RuleScaffold {
  readonly rule: string;
  readonly test: string;
  /** Texts of all files, new and changed. */
  readonly files: ReadonlyMap<string, string>;
}

export const REGISTRY = 'src/rules/registry.ts';
export const README = 'README.md';

const ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)+$/;

/**
 * The files of a new rule: the rule with a check that reports nothing, its test, its line in the registry and its row in the
 * README. They compile, and the tests fail until the rule says what it is about and reports it.
 * @param ids of the rules there are
 * @throws Error for an id that is taken or is not of the form `names-the-problem`
 */
export function scaffoldRule(id: string, ids: readonly string[], read: (file: string) => string): RuleScaffold {
  if (!ID.test(id))
    throw new Error(`"${id}" is no rule id: an id names the problem in lower case, as in norm-after-activation`);
  if (ids.includes(id)) throw new Error(`there is a rule ${id} already`);
  const name = id.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const title = id.charAt(0).toUpperCase() + id.slice(1).replaceAll('-', ' ');
  const rule = `src/rules/catalogue/${name}.ts`;
  const test = `test/unit/rules/catalogue/${name}.test.ts`;
  const files = new Map([
    [rule, ruleText(name, id, title)],
    [test, testText(name)],
    [REGISTRY, withRule(read(REGISTRY), name)],
    [README, withRow(read(README), id, title)],
  ]);
  return { rule, test, files };
}

function ruleText(name: string, id: string, title: string): string {
  return `import type { Rule } from '../rule';

export const ${name}: Rule = {
  meta: {
    id: '${id}',
    severity: 'information',
    title: '${title}',
    whatItDoes: '',
    why: '',
    insteadDo: '',
    bad: {
      text: \`<ir_version: 8, opset_import: ["" : 17]>
bad (float[N,3,8,8] x) => (float[N,4,8,8] y)
<float[4,3,1,1] w, float[4] scale, float[4] shift, float[4] mean, float[4] variance>
{
  a = Conv(x, w)
  y = BatchNormalization(a, scale, shift, mean, variance)  # finding
}\`,
    },
    good: {
      text: \`<ir_version: 8, opset_import: ["" : 17]>
good (float[N,3,8,8] x) => (float[N,4,8,8] y)
<float[4,3,1,1] w>
{
  y = Conv(x, w)
}\`,
    },
    references: [],
  },

  check({ view }) {
    for (const layer of view.layers) {
      if (layer.norm === undefined) continue;
    }
  },
};
`;
}

function testText(name: string): string {
  return `import { ${name} } from '../../../../src/rules/catalogue/${name}';
import { testRule } from '../../../support/ruleTester';

testRule(${name}, {
  fires: [],
  silent: [],
});
`;
}

/** The registry with an import in its alphabetical place and the rule at the end of the list. */
function withRule(registry: string, name: string): string {
  const line = `import { ${name} } from './catalogue/${name}';`;
  const lines = registry.split('\n');
  const imports = lines.filter((l) => l.startsWith('import { ') && l.includes("'./catalogue/"));
  const after = imports.filter((l) => l.toLowerCase() < line.toLowerCase()).at(-1);
  lines.splice(after === undefined ? 0 : lines.indexOf(after) + 1, 0, line);
  const end = lines.indexOf(
    '];',
    lines.findIndex((l) => l.startsWith('export const rules')),
  );
  lines.splice(end, 0, `  ${name},`);
  return lines.join('\n');
}

/** The README with a row for the rule in the table of rules, which is sorted by id. */
function withRow(readme: string, id: string, title: string): string {
  const row = /^\| `([a-z0-9-]+)` \| (?:error|warning|information|hint) \| /;
  const lines = readme.split('\n');
  const first = lines.findIndex((l) => row.test(l));
  let at = first;
  while (at < lines.length && (row.exec(lines[at])?.[1] ?? '~') < id) at++;
  lines.splice(at, 0, `| \`${id}\` | information | ${title} |`);
  return lines.join('\n');
}
