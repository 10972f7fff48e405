import { attribute } from '../../../src/ir/attribute';
import type { Graph } from '../../../src/ir/graph';
import { MutableGraph } from '../../../src/ir/mutableGraph';
import { float32Tensor } from '../../../src/ir/tensor';
import { NetworkBuilder } from '../../support/networks/networkBuilder';

const WIDTH = 8;
const LENGTH = 16;

/** A network of at least so many nodes: one half residual blocks of convolutions, one half transformer blocks. */
export function mixedNetwork(nodes: number): Graph {
  const n = new NetworkBuilder(17);
  let x = n.relu(n.batchNorm(n.conv(n.image(), WIDTH)));
  while (n.graph.nodes.length < nodes / 2) x = residualBlock(n, x);
  x = n.transpose(n.reshape(n.averagePool(x, 2, 8), [0, WIDTH, LENGTH], LENGTH), [0, 2, 1], WIDTH);
  while (n.graph.nodes.length < nodes) x = transformerBlock(n, x);
  return n.build(n.dense(n.firstToken(x), 10));
}

function residualBlock(n: NetworkBuilder, x: string): string {
  const a = n.relu(n.batchNorm(n.conv(x, WIDTH)));
  return n.relu(n.add(n.batchNorm(n.conv(a, WIDTH)), x));
}

/** Pre-norm attention of one head and two dense layers, LayerNorm and GELU in the operators that exporters make of them. */
function transformerBlock(n: NetworkBuilder, x: string): string {
  const normalized = layerNorm(n, x);
  const keys = n.transpose(n.dense(normalized, WIDTH), [0, 2, 1], LENGTH);
  const scores = n.apply('Softmax', n.scaled(n.matMul(n.dense(normalized, WIDTH), keys, LENGTH), WIDTH ** -0.5));
  const attended = n.add(x, n.dense(n.matMul(scores, n.dense(normalized, WIDTH), WIDTH), WIDTH));
  return n.add(attended, n.dense(gelu(n, n.dense(layerNorm(n, attended), WIDTH)), WIDTH));
}

function layerNorm(n: NetworkBuilder, x: string): string {
  const mean = (value: string) => n.apply('ReduceMean', value, { axes: attribute.ints([-1]) });
  const deviation = n.graph.add('Sub', [x, mean(x)]);
  const variance = mean(n.graph.add('Pow', [deviation, n.scalar(2)]));
  const root = n.graph.add('Sqrt', [n.graph.add('Add', [variance, n.scalar(1e-5)])]);
  const normalized = n.alike(n.graph.add('Div', [deviation, root]), x);
  return n.addedPerFeature(n.scaledPerFeature(normalized, 1.1), 0.1);
}

function gelu(n: NetworkBuilder, x: string): string {
  const inner = n.graph.add('Erf', [n.graph.add('Div', [x, n.scalar(Math.SQRT2)])]);
  const sum = n.graph.add('Add', [inner, n.scalar(1)]);
  return n.alike(n.graph.add('Mul', [n.graph.add('Mul', [x, sum]), n.scalar(0.5)]), x);
}

/** Shapes of graphs that make careless code quadratic, with so many nodes. */
export const extremes: Readonly<Record<string, (size: number) => Graph>> = {
  'one value with as many readers': (size) => built((g) => times(size, () => g.add('Relu', ['x']))),
  'one product with as many factors': (size) =>
    built((g) => {
      const product = g.add('Mul', ['x', 'x']);
      return times(size, () => g.add('Mul', [product, 'x']));
    }),
  'one node with as many inputs': (size) =>
    built((g) => [
      g.add(
        'Concat',
        times(size, () => g.add('Relu', ['x'])),
      ),
    ]),
  'products that share a weight': (size) => built((g) => [row(size, (x) => g.add('MatMul', [x, 'w']))]),
  'identities in a row': (size) => built((g) => [row(size, (x) => g.add('Identity', [x]))]),
  'sums in a row': (size) => built((g) => [row(size, (x) => g.add('Add', [x, 'x']))]),
  'products with themselves in a row': (size) => built((g) => [row(size, (x) => g.add('Mul', [x, x]))]),
};

function built(fill: (graph: MutableGraph) => readonly string[]): Graph {
  const graph = new MutableGraph();
  graph.opsets.set('', 17);
  graph.addInput('x', { kind: 'tensor', dtype: 'float32', shape: ['N', WIDTH] });
  graph.addInitializer(float32Tensor('w', [WIDTH, WIDTH], new Float32Array(WIDTH * WIDTH)));
  for (const output of fill(graph)) graph.addOutput(output);
  return graph.freeze();
}

function times(count: number, make: () => string): string[] {
  return Array.from({ length: count }, make);
}

function row(size: number, next: (value: string) => string): string {
  let value = 'x';
  for (let i = 0; i < size; i++) value = next(value);
  return value;
}
