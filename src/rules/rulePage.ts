import type { Example, MeasuredRuleMeta, RuleMeta } from './rule';

/**
 * The page of a rule in Markdown, with the same headings for every rule of a kind: one on models has an example, one on
 * measured figures what other tools report. Ends with a line break.
 */
export function rulePage({ meta }: { readonly meta: RuleMeta | MeasuredRuleMeta }): string {
  return [
    `# ${meta.title}`,
    '',
    `\`${meta.id}\` · ${meta.severity}`,
    '',
    '## What it does',
    '',
    meta.whatItDoes,
    '',
    '## Why',
    '',
    meta.why,
    '',
    ...('bad' in meta ? examples(meta) : ['## What other tools report', '', meta.otherTools, '']),
    '## What to do instead',
    '',
    meta.insteadDo,
    '',
    '## References',
    '',
    ...meta.references.map(({ title, url }) => `- [${title}](${url})`),
    '',
  ].join('\n');
}

function examples({ bad, good }: RuleMeta): string[] {
  return ['## Example', '', 'Reported:', '', ...code(bad), 'Not reported:', '', ...code(good)];
}

function code({ text, language }: Example): string[] {
  return [language === 'keras' ? '```json' : '```onnx', text.replace(/ *# finding$/gm, ''), '```', ''];
}
