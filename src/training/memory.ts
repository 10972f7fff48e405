import { elementCount } from '../ir/tensor';
import type { Optimizer } from './optimizers';
import type { TrainingStep } from './trainingStep';

/** Bytes that a training step needs at its peak, about. */
export interface MemoryEstimate {
  /** Grow with the batch. */
  readonly activations: number;
  /** Weights, their gradients, the optimizer's memory and the runtime itself: do not grow. */
  readonly fixed: number;
}

/**
 * Backward keeps the forward pass's values and needs about as much again for their gradients and for the columns that
 * gradients of convolutions are made of.
 */
const BACKWARD_FACTOR = 3;
/** The host's copy, the runtime's copy (WebAssembly has a memory of its own), the gradient in both. */
const WEIGHT_COPIES = 4;

/** What the runtime and its plan of a small network take. */
const RUNTIME_BYTES = 2 ** 26;

/**
 * An estimate from sizes alone, before anything is allocated. Measured peaks of nine networks, from 80 MB to 5.6 GB on Linux, were
 * 0.65 to 1.1 times what it says; of convolutional networks on WebAssembly, from 1.1 to 2.9 GB, 0.85 to 1.15 times.
 */
export function estimateMemory(step: TrainingStep, optimizer: Optimizer): MemoryEstimate {
  let activations = 0;
  for (const node of step.graph.nodes) {
    for (const name of node.outputs) {
      const shape = step.types.get(name)?.shape;
      // what the backward pass adds has no type here: it is in the factor
      if (shape?.every((d): d is number => typeof d === 'number')) activations += 4 * elementCount(shape);
    }
  }
  const elements = step.parameters.reduce((sum, p) => sum + elementCount(p.tensor.dims), 0);
  return {
    activations: BACKWARD_FACTOR * activations + 4 * step.tiles,
    fixed: RUNTIME_BYTES + 4 * elements * (WEIGHT_COPIES + optimizer.slots),
  };
}
