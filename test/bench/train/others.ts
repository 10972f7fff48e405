import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import type { MutableGraph, MutableNode } from '../../../src/ir/mutableGraph';
import { noise } from '../../support/runGraph';

/** Milliseconds of one training step: of the clock, and of the processor, all threads together. */
export interface StepTime {
  readonly wall: number;
  readonly cpu: number;
}

/**
 * Training steps of a network of this bench by PyTorch, in the Python that `PYTHON` names or that is on the path.
 * @returns undefined where there is no such Python, or no PyTorch in it
 */
export function torchSteps(graph: MutableGraph, batch: number, threads: number, steps: number): StepTime[] | undefined {
  const task = {
    threads,
    steps,
    input: [batch, ...(graph.inputs[0].type.shape ?? []).slice(1)],
    // the running statistics are no weights: training uses those of the batch
    weights: Object.fromEntries(
      [...graph.initializers.values()].filter((t) => !/^(mean|variance)/.test(t.name)).map((t) => [t.name, t.dims]),
    ),
    nodes: graph.nodes.map((node) => ({
      op: node.opType,
      inputs: node.inputs.filter((name) => !/^(mean|variance)/.test(name)),
      output: node.outputs[0],
      attributes: Object.fromEntries([...node.attributes].map(([name, a]) => [name, a.value])),
    })),
  };
  const script = path.join(__dirname, 'torchStep.py');
  const run = spawnSync(process.env.PYTHON ?? 'python3', [script], {
    input: JSON.stringify(task),
    encoding: 'utf8',
    // threads that wait do not spin: neither do ours
    env: { ...process.env, OMP_WAIT_POLICY: 'PASSIVE' },
  });
  if (run.status !== 0) return undefined;
  return run.stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number))
    .map(([wall, cpu]) => ({ wall, cpu }));
}

/** One training step of a network of this bench by TensorFlow.js on its plain JavaScript backend. */
export async function tfjsStep(graph: MutableGraph, batch: number): Promise<StepTime> {
  await tf.setBackend('cpu');
  const weights = new Map<string, tf.Variable>();
  for (const { name, dims } of graph.initializers.values()) {
    const values = tf.tensor(
      noise(dims.reduce((a, b) => a * b, 1)).map((v) => 0.1 * v),
      [...dims],
      'float32',
    );
    // kernels are [height, width, in, out] there
    weights.set(name, tf.variable(dims.length === 4 ? tf.transpose(values, [2, 3, 1, 0]) : values));
  }
  const [, channels, height, width] = graph.inputs[0].type.shape as number[];
  const x = tf.randomNormal([batch, height, width, channels]);
  const labels = tf.oneHot(tf.zeros([batch], 'int32'), 10) as tf.Tensor2D;
  const [begun, before] = [performance.now(), process.cpuUsage()];
  const { grads } = tf.variableGrads(() => {
    const values = new Map<string, tf.Tensor>([['x', x], ...weights]);
    for (const node of graph.nodes) values.set(node.outputs[0], forward(node, values));
    const logits = values.get(graph.nodes.at(-1)!.outputs[0])!;
    return tf.neg(tf.mean(tf.sum(tf.mul(labels, tf.logSoftmax(logits)), 1))) as tf.Scalar;
  });
  for (const [name, gradient] of Object.entries(grads)) {
    const weight = [...weights.values()].find((w) => w.name === name)!;
    weight.assign(tf.sub(weight, tf.mul(gradient, 1e-3)));
  }
  const used = process.cpuUsage(before);
  return { wall: performance.now() - begun, cpu: (used.user + used.system) / 1000 };
}

function forward(node: MutableNode, values: ReadonlyMap<string, tf.Tensor>): tf.Tensor {
  const input = (i: number) => values.get(node.inputs[i])!;
  const numbers = (name: string) => (node.attributes.get(name)?.value ?? []) as number[];
  const x = input(0) as tf.Tensor4D;
  switch (node.opType) {
    case 'Conv': {
      const [before] = numbers('pads');
      const pads: [number, number] = [before, before];
      const padded = tf.pad(x, [[0, 0], pads, pads, [0, 0]]);
      return tf.conv2d(padded, input(1) as tf.Tensor4D, numbers('strides')[0], 'valid');
    }
    case 'BatchNormalization': {
      const { mean, variance } = tf.moments(x, [0, 1, 2]);
      return tf.add(tf.mul(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-5))), input(1)), input(2));
    }
    case 'Relu':
      return tf.relu(x);
    case 'Add':
      return tf.add(x, input(1));
    case 'MaxPool':
      return tf.maxPool(x, 2, 2, 'valid');
    case 'GlobalAveragePool':
      return tf.mean(x, [1, 2], true);
    case 'Flatten':
      return tf.reshape(x, [x.shape[0], -1]);
    case 'Gemm':
      return tf.add(tf.matMul(x, input(1)), input(2));
    default:
      throw new Error(`the networks of this bench have no ${node.opType}`);
  }
}
