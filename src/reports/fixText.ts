import type { FixId } from '../protocol/facts';
import type { FixEvent, FixProof, FixResult } from '../protocol/fix';
import { count, later, say, translated } from '../texts/say';
import { formatFigure } from './numbers';
import { printable } from './textTable';

/** What a fix is doing, for a line of progress. */
export const fixPhases: Readonly<Record<FixEvent['phase'], string>> = {
  reading: later`reading the model`,
  editing: later`editing the graph`,
  proving: later`running the copy beside the model`,
  writing: later`writing the copy`,
};

const done: Readonly<Record<FixId, readonly [one: string, many: string]>> = {
  fold: [later`batch norm folded`, later`batch norms folded`],
  'drop-bias': [later`redundant bias dropped`, later`redundant biases dropped`],
  'inference-mode': [later`batch norm put in inference mode`, later`batch norms put in inference mode`],
  momentum: [later`momentum converted`, later`momenta converted`],
  'norm-before-activation': [later`norm moved before its activation`, later`norms moved before their activations`],
  'norm-after-activation': [later`norm moved after its activation`, later`norms moved after their activations`],
  'norm-axis': [later`norm along the channels, untrained`, later`norms along the channels, untrained`],
};

/** Layers that were left alone are listed up to this number. */
const FEW = 5;

/** What was changed: "53 batch norms folded". */
export function changedText({ fix, changed }: FixResult): string {
  return `${changed.length} ${translated(done[fix][changed.length === 1 ? 0 : 1])}`;
}

/** How the copy was held against the model, with the figures. */
export function proofText({ kind, difference, limit, batches, samples }: FixProof): string {
  const random = count(samples, 'random sample');
  const on = batches === 1 ? say`on a batch of ${random}` : say`on ${batches} batches of ${random}`;
  const size =
    typeof difference === 'string' ? say`cannot be put in a figure` : say`${formatFigure(difference)} of their size`;
  if (limit === null) return say`its results differ from the model's by up to ${size}, ${on}`;
  const within = say`(${formatFigure(limit)} is allowed)`;
  return kind === 'results'
    ? say`its results differ from the model's by at most ${size} ${within}, ${on}`
    : say`results are the same, and its running statistics after a training step follow the intended convention to ${size} ${within}, ${on}`;
}

/** A saved copy, or one that was not saved, for a terminal. Ends with a line break. */
export function fixText(result: FixResult): string {
  const { model, output, left, proof, engine, notes } = result;
  const lines = [
    `${printable(model)}: ${changedText(result)}`,
    `  ${proofText(proof)} (${engine.name} ${engine.version})`,
    ...left
      .slice(0, FEW)
      .map(({ layer, reason }) => `  left as it is: ${printable(layer)}, because ${printable(reason)}`),
  ];
  if (left.length > FEW) lines.push(`  and ${left.length - FEW} more left as they are`);
  for (const note of notes) lines.push(`  note: ${printable(note)}`);
  lines.push(
    output === null ? '  not saved: --yes saves a copy with other results' : `  saved as ${printable(output)}`,
  );
  return `${lines.join('\n')}\n`;
}
