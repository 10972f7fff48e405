import type { Dim } from '../graph';
import { tensorFact, type Fact, type InferenceNode, type InferenceRules } from './inferenceNode';

export const recurrentRules: InferenceRules = {
  LSTM: (n) => recurrent(n),
  GRU: (n) => recurrent(n),
  RNN: (n) => recurrent(n),
};

/**
 * LSTM, GRU, RNN (opset 1 to 22): Y [sequence, directions, batch, hidden], Y_h and Y_c [directions, batch, hidden];
 * with layout 1 (opset 14) the batch comes first: [batch, sequence, directions, hidden], [batch, directions, hidden].
 */
function recurrent(n: InferenceNode): Fact[] {
  const x = n.shape(0);
  const [sequence, batch]: Dim[] = x?.length !== 3 ? [null, null] : n.int('layout', 0) ? [x[1], x[0]] : [x[0], x[1]];
  const hidden: Dim = n.shape(2)?.[2] ?? n.number('hidden_size') ?? null;
  const directions = n.string('direction', 'forward') === 'bidirectional' ? 2 : 1;
  const dtype = n.dtype(0);
  const batchFirst = n.int('layout', 0) !== 0;
  const all = batchFirst ? [batch, sequence, directions, hidden] : [sequence, directions, batch, hidden];
  const last = batchFirst ? [batch, directions, hidden] : [directions, batch, hidden];
  return [tensorFact(dtype, all), tensorFact(dtype, last), tensorFact(dtype, last)];
}
