import { attribute } from '../ir/attribute';
import type { MutableGraph } from '../ir/mutableGraph';
import { int64Tensor } from '../ir/tensor';

/** A loss that was added to a graph: a scalar value, and the graph input that the targets are fed through. */
export interface LossNodes {
  readonly loss: string;
  readonly target: string;
}

/**
 * Mean over the rows of -log softmax(logits)[class] (torch.nn.CrossEntropyLoss).
 * @param logits value of `rows * classes` elements, classes running fastest
 * @returns `target` is an int64 input [rows, 1]
 */
export function crossEntropy(graph: MutableGraph, logits: string, rows: number, classes: number): LossNodes {
  const target = graph.addInput(graph.freshName('loss/classes'), { kind: 'tensor', dtype: 'int64', shape: [rows, 1] });
  const table = graph.add('Reshape', [logits, ints(graph, [rows, classes])], {}, { hint: 'loss/logits' });
  const logProbabilities = graph.add('LogSoftmax', [table], { axis: attribute.int(1) }, { hint: 'loss/log_softmax' });
  const picked = graph.add(
    'GatherElements',
    [logProbabilities, target],
    { axis: attribute.int(1) },
    { hint: 'loss/picked' },
  );
  const mean = graph.add('ReduceMean', [picked], { keepdims: attribute.int(0) }, { hint: 'loss/mean' });
  return { loss: graph.add('Neg', [mean], {}, { hint: 'loss/cross_entropy' }), target };
}

/**
 * The cross-entropy of the tokens that follow, averaged over the batch and all places but the last, which nothing follows.
 * @param logits value of `shape`'s elements, [batch, length, vocabulary], however they are arranged
 * @returns `target` is an int64 input [batch * (length - 1), 1]
 */
export function nextTokenCrossEntropy(graph: MutableGraph, logits: string, shape: readonly number[]): LossNodes {
  const [batch, length, vocabulary] = shape;
  const placed = graph.add('Reshape', [logits, ints(graph, shape)], {}, { hint: 'loss/places' });
  const range = [[0], [length - 1], [1]].map((value) => ints(graph, value));
  const followed = graph.add('Slice', [placed, ...range], {}, { hint: 'loss/followed' });
  return crossEntropy(graph, followed, batch * (length - 1), vocabulary);
}

/**
 * Mean over all elements of (output - target)^2 (torch.nn.MSELoss).
 * @returns `target` is a float32 input of the output's shape
 */
export function meanSquaredError(graph: MutableGraph, output: string, shape: readonly number[]): LossNodes {
  const target = graph.addInput(graph.freshName('loss/targets'), { kind: 'tensor', dtype: 'float32', shape });
  const difference = graph.add('Sub', [output, target], {}, { hint: 'loss/difference' });
  const squares = graph.add('Mul', [difference, difference], {}, { hint: 'loss/squares' });
  const loss = graph.add('ReduceMean', [squares], { keepdims: attribute.int(0) }, { hint: 'loss/mean_squared_error' });
  return { loss, target };
}

function ints(graph: MutableGraph, values: readonly number[]): string {
  return graph.addInitializer(int64Tensor(graph.freshName('loss/shape'), [values.length], values));
}
