import type { FixOffer, Severity } from '../protocol/facts';
import { fixFormats } from '../protocol/fix';
import type { RulePageText } from '../texts/italian/rulePageText';
import type { Example, MeasuredRuleMeta, RuleMeta } from './rule';

/** What is the same on every page of a language. */
export interface PageWords {
  readonly severities: Readonly<Record<Severity, string>>;
  readonly whatItDoes: string;
  readonly why: string;
  readonly otherTools: string;
  readonly example: string;
  readonly reported: string;
  readonly notReported: string;
  readonly insteadDo: string;
  readonly references: string;
  fix(this: void, offer: FixOffer): string;
}

/** By the formats that a fix is written into. */
const fileWords: Readonly<Record<string, string>> = {
  onnx: 'In an ONNX file',
  'tfjs-layers': 'In a TensorFlow.js layers model',
  'onnx,tfjs-layers': 'In an ONNX file or a TensorFlow.js layers model',
};

const english: PageWords = {
  severities: { error: 'error', warning: 'warning', information: 'information', hint: 'hint' },
  whatItDoes: 'What it does',
  why: 'Why',
  otherTools: 'What other tools report',
  example: 'Example',
  reported: 'Reported:',
  notReported: 'Not reported:',
  insteadDo: 'What to do instead',
  references: 'References',
  fix: ({ id, title }) =>
    `${fileWords[fixFormats[id].join()]} NormScope does it for you: "Save a copy with ${title}" beside the finding, or ` +
    `\`normscope fix MODEL --fix ${id} --output COPY\`. The copy is run beside the model before it is saved.`,
};

/**
 * The page of a rule in Markdown, with the same headings for every rule of a kind: one on models has an example, one on
 * measured figures what other tools report. Ends with a line break.
 * @param text in another language, with the words of it
 */
export function rulePage(
  { meta }: { readonly meta: RuleMeta | MeasuredRuleMeta },
  words: PageWords = english,
  text: RulePageText = meta,
): string {
  return [
    `# ${text.title}`,
    '',
    `\`${meta.id}\` · ${words.severities[meta.severity]}`,
    '',
    `## ${words.whatItDoes}`,
    '',
    text.whatItDoes,
    '',
    `## ${words.why}`,
    '',
    text.why,
    '',
    ...('bad' in meta ? examples(meta, words) : [`## ${words.otherTools}`, '', text.otherTools ?? meta.otherTools, '']),
    `## ${words.insteadDo}`,
    '',
    text.insteadDo,
    '',
    ...('fix' in meta && meta.fix !== undefined ? [words.fix(meta.fix), ''] : []),
    `## ${words.references}`,
    '',
    ...meta.references.map(({ title, url }) => `- [${title}](${url})`),
    '',
  ].join('\n');
}

function examples({ bad, good }: RuleMeta, { example, reported, notReported }: PageWords): string[] {
  return [`## ${example}`, '', reported, '', ...code(bad), notReported, '', ...code(good)];
}

function code({ text, language }: Example): string[] {
  return [language === 'keras' ? '```json' : '```onnx', text.replace(/ *# finding$/gm, ''), '```', ''];
}
