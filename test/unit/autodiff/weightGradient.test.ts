import assert from 'node:assert/strict';
import { differentiate } from '../../../src/autodiff/differentiate';
import { attribute } from '../../../src/ir/attribute';
import { BLOCKED_DOMAIN } from '../../../src/ir/channelBlocks';
import { inferTypes } from '../../../src/ir/inferTypes';
import { MutableGraph } from '../../../src/ir/mutableGraph';
import { float32Tensor } from '../../../src/ir/tensor';
import { intsOf } from '../../../src/variants/nodeAttributes';
import { floats, noise, runGraph } from '../../support/runGraph';

const { int, ints } = attribute;

interface Shape {
  /** Which way of computing the weight gradient the shape is for. */
  readonly way: string;
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly stride?: number;
  readonly pad?: number;
  readonly group?: number;
  /** An operator that this way uses, and one that it does not. */
  readonly uses: string;
  readonly without?: string;
}

const shapes: readonly Shape[] = [
  { way: 'one product per sample', x: [3, 4, 18, 18], w: [20, 4, 3, 3], pad: 1, uses: 'MatMul', without: 'Gemm' },
  { way: 'shared unrolling', x: [3, 8, 14, 14], w: [6, 8, 3, 3], pad: 1, uses: 'MatMul', without: 'Gemm' },
  { way: 'shared unrolling, uneven kernel', x: [2, 8, 15, 14], w: [7, 8, 5, 3], uses: 'MatMul', without: 'Gemm' },
  { way: 'shared unrolling, groups', x: [2, 16, 12, 13], w: [16, 8, 3, 3], group: 2, pad: 2, uses: 'MatMul' },
  {
    way: 'shared unrolling, all samples',
    x: [4, 31, 7, 5],
    w: [48, 31, 4, 3],
    pad: 1,
    uses: 'Gemm',
    without: 'MatMul',
  },
  { way: 'shared unrolling, volumes', x: [2, 4, 6, 7, 5], w: [5, 4, 3, 2, 3], uses: 'MatMul', without: 'Gemm' },
  { way: 'one product per sample, stride', x: [2, 4, 21, 21], w: [8, 4, 3, 3], stride: 2, uses: 'MatMul' },
  { way: 'one product per sample, groups', x: [2, 8, 20, 20], w: [6, 4, 3, 3], group: 2, pad: 1, uses: 'MatMul' },
  { way: 'one product for all samples', x: [4, 32, 5, 5], w: [48, 32, 3, 3], stride: 2, pad: 1, uses: 'Gemm' },
  { way: 'one product for all samples, kernel 1', x: [4, 32, 2, 2], w: [48, 32, 1, 1], uses: 'Gemm', without: 'Conv' },
  { way: 'one product for all samples, groups', x: [3, 32, 4, 4], w: [64, 16, 3, 3], group: 2, pad: 1, uses: 'Conv' },
  { way: 'the cotangent unrolled', x: [2, 16, 12, 12], w: [3, 16, 3, 3], pad: 1, uses: 'Slice' },
  { way: 'the cotangent unrolled, groups', x: [2, 12, 9, 9], w: [4, 6, 3, 2], group: 2, uses: 'Slice' },
  { way: 'one-hot kernels too large', x: [1, 440, 9, 9], w: [440, 4, 5, 5], group: 110, pad: 2, uses: 'Conv' },
  { way: 'batch and channels exchanged', x: [2, 3, 30, 30], w: [8, 3, 7, 7], stride: 2, pad: 3, uses: 'Conv' },
  { way: 'batch and channels exchanged, groups', x: [2, 4, 15, 15], w: [6, 2, 7, 7], group: 2, uses: 'Conv' },
  { way: 'depthwise, per tap', x: [2, 3, 20, 20], w: [3, 1, 3, 3], group: 3, pad: 1, uses: 'Concat', without: 'Conv' },
  { way: 'depthwise, exchanged', x: [2, 3, 20, 20], w: [3, 1, 3, 3], group: 3, stride: 2, pad: 1, uses: 'Conv' },
  { way: 'depthwise with a multiplier', x: [2, 3, 20, 20], w: [6, 1, 3, 3], group: 3, pad: 1, uses: 'Conv' },
  { way: 'transformed tiles', x: [8, 16, 12, 12], w: [40, 16, 3, 3], pad: 1, uses: 'Gemm', without: 'ReduceSum' },
  { way: 'transformed tiles, odd sizes', x: [16, 33, 9, 11], w: [32, 33, 3, 3], uses: 'Gemm', without: 'ReduceSum' },
  { way: 'transformed tiles, more padding', x: [12, 32, 8, 9], w: [34, 32, 3, 3], pad: 3, uses: 'Gemm' },
  { way: 'the batch in parts', x: [2, 8, 425, 425], w: [8, 8, 6, 6], uses: 'Slice' },
];

/** Sizes at which each way is taken are too large for a difference per weight: random directions stand for them. */
describe('weight gradients of convolutions', () => {
  for (const { way, x, w, stride = 1, pad = 0, group = 1, uses, without } of shapes) {
    it(`${way}: ${x.join('x')} by ${w.join('x')}`, async () => {
      const graph = new MutableGraph();
      graph.opsets.set('', 18);
      graph.addInput('x', { kind: 'tensor', dtype: 'float32', shape: x });
      graph.addInput('w', { kind: 'tensor', dtype: 'float32', shape: w });
      const axes = x.slice(2);
      const attributes = {
        strides: ints(axes.map(() => stride)),
        pads: ints([...axes, ...axes].map(() => pad)),
        group: int(group),
      };
      graph.add('Conv', ['x', 'w'], attributes, { outputs: ['y'] });
      const shape = inferTypes(graph).get('y')!.shape as number[];
      const count = (sizes: readonly number[]) => sizes.reduce((a, b) => a * b, 1);
      const weights = noise(count(shape), 5);
      graph.addInitializer(float32Tensor('projection', shape, weights));
      graph.add('Mul', ['y', 'projection'], {}, { outputs: ['z'] });
      graph.add('ReduceSum', ['z'], { keepdims: int(0) }, { outputs: ['loss'] });
      graph.addOutput('y');
      const forward = graph.copy();
      const backward = graph.copy();
      const { gradientOf, cuts } = differentiate(backward, inferTypes(backward), { loss: 'loss', wrt: ['w'] });
      assert.deepEqual(cuts, []);
      const operators = backward.nodes.slice(graph.nodes.length).map((n) => n.opType);
      assert.ok(operators.includes(uses), operators.join());
      assert.ok(without === undefined || !operators.includes(without), operators.join());

      const input = floats(x, noise(count(x), 1));
      backward.addOutput(gradientOf.get('w')!);
      const results = await runGraph(backward, { x: input, w: floats(w, noise(count(w), 2)) });
      const gradient = results[gradientOf.get('w')!];
      assert.deepEqual(gradient.dims, w);
      // the convolution is linear in w: its value at a direction is the derivative along it
      for (const seed of [3, 4]) {
        const direction = noise(count(w), seed);
        const y = (await runGraph(forward, { x: input, w: floats(w, direction) })).y.data;
        const terms = Array.from(y, (v, i) => Number(v) * weights[i]);
        const expected = terms.reduce((a, b) => a + b, 0);
        const actual = direction.reduce((sum, d, i) => sum + d * Number(gradient.data[i]), 0);
        const scale = Math.hypot(...Array.from(gradient.data, Number)) * Math.hypot(...direction);
        assert.ok(Math.abs(actual - expected) <= 1e-4 * scale, `${actual} against ${expected}, of at most ${scale}`);
      }
    });
  }

  it('is not taken in blocks where the sums of the groups of samples would be large', () => {
    for (const [batch, inBlocks] of [
      [64, true],
      [4096, false],
    ] as const) {
      const graph = new MutableGraph();
      graph.opsets.set('', 18);
      graph.addInput('x', { kind: 'tensor', dtype: 'float32', shape: [batch, 256, 8, 8] });
      graph.addInput('w', { kind: 'tensor', dtype: 'float32', shape: [256, 256, 3, 3] });
      graph.add('ReduceSum', [graph.add('Conv', ['x', 'w'])], { keepdims: int(0) }, { outputs: ['loss'] });
      differentiate(graph, inferTypes(graph), { loss: 'loss', wrt: ['w'], channelBlock: 16 });
      assert.equal(
        graph.nodes.some((node) => node.domain === BLOCKED_DOMAIN),
        inBlocks,
      );
    }
  });

  it('is computed on transformed tiles where there are channels and tiles enough', () => {
    for (const [batch, channels, side, channelBlock, transformed] of [
      [8, 12, 12, 1, true],
      [8, 11, 12, 1, false],
      [8, 32, 3, 1, true],
      [7, 32, 3, 1, false],
      [2048, 32, 1, 1, false],
      [8, 40, 12, 16, false],
      [8, 136, 12, 16, true],
    ] as const) {
      const graph = new MutableGraph();
      graph.opsets.set('', 18);
      graph.addInput('x', { kind: 'tensor', dtype: 'float32', shape: [batch, channels, side, side] });
      graph.addInput('w', { kind: 'tensor', dtype: 'float32', shape: [channels, channels, 3, 3] });
      const y = graph.add('Conv', ['x', 'w'], { pads: ints([1, 1, 1, 1]) });
      graph.add('ReduceSum', [y], { keepdims: int(0) }, { outputs: ['loss'] });
      differentiate(graph, inferTypes(graph), { loss: 'loss', wrt: ['w'], channelBlock });
      const products = graph.nodes.find((n) => n.opType === 'MatMul');
      const tiles = graph.nodes.filter((n) => n.opType === 'Conv' && intsOf(n, 'strides')?.includes(4));
      assert.equal(
        products !== undefined && tiles.length === 3,
        transformed,
        `${channels} channels of ${side} x ${side}`,
      );
    }
  });

  it('takes a batch of a million in few parts', () => {
    const graph = new MutableGraph();
    graph.opsets.set('', 18);
    graph.addInput('x', { kind: 'tensor', dtype: 'float32', shape: [2 ** 20, 3, 32, 32] });
    graph.addInput('w', { kind: 'tensor', dtype: 'float32', shape: [16, 3, 3, 3] });
    graph.add('ReduceSum', [graph.add('Conv', ['x', 'w'])], { keepdims: int(0) }, { outputs: ['loss'] });
    const { cuts } = differentiate(graph, inferTypes(graph), { loss: 'loss', wrt: ['w'] });
    assert.deepEqual(cuts, []);
    assert.ok(graph.nodes.length < 4000, `${graph.nodes.length} nodes`);
  });
});
