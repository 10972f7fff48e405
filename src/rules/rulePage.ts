import type { Rule } from './rule';

/** The page of a rule in Markdown, with the same headings for every rule. Ends with a line break. */
export function rulePage({ meta }: Rule): string {
  const code = (text: string) => ['```onnx', text.replace(/ *# finding$/gm, ''), '```'];
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
    '## Example',
    '',
    'Reported:',
    '',
    ...code(meta.bad.text),
    '',
    'Not reported:',
    '',
    ...code(meta.good.text),
    '',
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
