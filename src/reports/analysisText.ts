import { isUnreadable, type AnalysisReport, type Finding, type ModelFacts, type Severity } from '../protocol/facts';
import { formatCount, plural } from './numbers';
import { printable } from './textTable';

const severityOrder: readonly Severity[] = ['error', 'warning', 'information', 'hint'];

const formatNames = {
  onnx: 'ONNX',
  'tfjs-layers': 'TensorFlow.js layers model',
  'tfjs-graph': 'TensorFlow.js graph model',
  keras: 'Keras model',
} as const;

/** The report of `normscope analyze` for a person to read. Ends with a line break. */
export function analysisText(report: AnalysisReport): string {
  const parts = report.models.map((m) =>
    isUnreadable(m) ? `${printable(m.path)}\n  cannot be read: ${printable(m.error.message)}\n` : modelText(m),
  );
  return parts.join('\n');
}

/** One model: what it is, what it is made of, where its norms sit, what was found. */
export function modelText(model: ModelFacts): string {
  const { norm, activation, placement, linear } = model.summary;
  const norms = Object.values(norm).reduce((a, b) => a + b, 0);
  const lines = [
    printable(model.path),
    `  ${formatNames[model.format]}${opsetText(model)}${model.producer ? `, made by ${printable(model.producer)}` : ''}`,
    `  ${plural(model.nodeCount, model.format === 'onnx' || model.format === 'tfjs-graph' ? 'node' : 'layer')}, ` +
      `${formatCount(model.parameterCount)} parameters${weightsText(model)}`,
    `  ${linear} linear; ${norms === 0 ? 'no norm' : counts(norm, ' norm')}; ${counts(activation) || 'no activation'}`,
  ];
  if (norms > 0) lines.push(`  norms sit: ${counts(placement)}`);
  for (const p of model.problems) lines.push(`  problem: ${printable(p.message)}`);
  lines.push('', ...findingLines(model.findings), '');
  return lines.join('\n');
}

/** Findings by severity, each with its rule and layer, and a line that counts them. */
export function findingLines(findings: readonly Finding[]): string[] {
  if (findings.length === 0) return ['  no findings'];
  const sorted = severityOrder.flatMap((s) => findings.filter((f) => f.severity === s));
  const lines = sorted.map((f) => {
    const line = f.source ? `:${f.source.range.start.line + 1}` : '';
    const where = f.layer === null ? '' : `  ${printable(f.layer)}${line}`;
    const fix = f.fix === undefined ? '' : `\n      normscope fix --fix ${f.fix.id} saves a copy with ${f.fix.title}`;
    return `  ${f.severity.padEnd(11)}  ${f.ruleId}${where}\n      ${printable(f.message)}${fix}`;
  });
  const totals = severityOrder
    .map((s) => [findings.filter((f) => f.severity === s).length, s === 'information' ? 'note' : s] as const)
    .filter(([n]) => n > 0)
    .map(([n, noun]) => plural(n, noun));
  return [...lines, '', `  ${totals.join(', ')}`];
}

function opsetText(model: ModelFacts): string {
  const main = model.opsets['ai.onnx'];
  const others = Object.keys(model.opsets).filter((d) => d !== 'ai.onnx');
  if (model.format !== 'onnx') return '';
  const said = [main === undefined ? '' : `opset ${main}`, ...others.map((d) => printable(d))].filter(Boolean);
  return said.length > 0 ? ` (${said.join(', ')})` : '';
}

function weightsText(model: ModelFacts): string {
  if (model.weights === 'missing') return ', weights not in the file';
  return model.weights === 'partial' ? ', some weights not in the file' : '';
}

function counts(of: Readonly<Record<string, number>>, suffix = ''): string {
  return Object.entries(of)
    .sort((a, b) => b[1] - a[1])
    .map(([name, n]) => `${n} ${name}${suffix}`)
    .join(', ');
}
