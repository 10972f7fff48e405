import { fixFormats } from '../protocol/fix';
import { italian } from '../texts/italian/italian';
import { measuredRulePages } from '../texts/italian/measuredRulePages';
import { rulePages } from '../texts/italian/rulePages';
import type { MeasuredRuleMeta, RuleMeta } from './rule';
import { rulePage, type PageWords } from './rulePage';

/** As in rulePage.ts. */
const fileWords: Readonly<Record<string, string>> = {
  onnx: 'In un file ONNX',
  'tfjs-layers': 'In un modello a strati di TensorFlow.js',
  'onnx,tfjs-layers': 'In un file ONNX o in un modello a strati di TensorFlow.js',
};

const words: PageWords = {
  severities: { error: 'errore', warning: 'avviso', information: 'informazione', hint: 'suggerimento' },
  whatItDoes: 'Che cosa fa',
  why: 'Perché',
  otherTools: 'Che cosa segnalano altri strumenti',
  example: 'Esempio',
  reported: 'Segnalato:',
  notReported: 'Non segnalato:',
  insteadDo: 'Che cosa fare invece',
  references: 'Riferimenti',
  fix: ({ id, title }) =>
    `${fileWords[fixFormats[id].join()]} lo fa NormScope: «Salva una copia con ${italian.texts[title]}» accanto al riscontro, o ` +
    `\`normscope fix MODELLO --fix ${id} --output COPIA\`. La copia è eseguita accanto al modello prima di essere salvata.`,
};

/** The page of a rule in Italian; undefined for a rule that has none yet. Examples and references are those of the English page. */
export function italianRulePage(rule: { readonly meta: RuleMeta | MeasuredRuleMeta }): string | undefined {
  const text = { ...rulePages, ...measuredRulePages }[rule.meta.id];
  return text && rulePage(rule, words, text);
}
