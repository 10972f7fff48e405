import type { FixOffer } from '../protocol/facts';
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
    ...('fix' in meta && meta.fix !== undefined ? [fixText(meta.fix), ''] : []),
    '## References',
    '',
    ...meta.references.map(({ title, url }) => `- [${title}](${url})`),
    '',
  ].join('\n');
}

function fixText({ id, title }: FixOffer): string {
  return (
    `In an ONNX file NormScope does it for you: "Save a copy with ${title}" beside the finding, or ` +
    `\`normscope fix MODEL --fix ${id} --output COPY\`. The copy is run beside the model before it is saved.`
  );
}

function examples({ bad, good }: RuleMeta): string[] {
  return ['## Example', '', 'Reported:', '', ...code(bad), 'Not reported:', '', ...code(good)];
}

function code({ text, language }: Example): string[] {
  return [language === 'keras' ? '```json' : '```onnx', text.replace(/ *# finding$/gm, ''), '```', ''];
}
