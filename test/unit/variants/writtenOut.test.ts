import assert from 'node:assert/strict';
import * as ort from 'onnxruntime-node';
import { differentiate } from '../../../src/autodiff/differentiate';
import { ModelError } from '../../../src/ir/errors';
import { attribute } from '../../../src/ir/attribute';
import { MutableGraph } from '../../../src/ir/mutableGraph';
import { inferTypes } from '../../../src/ir/inferTypes';
import { float32Tensor, tensorFromBytes } from '../../../src/ir/tensor';
import { lowerPrivateOperators } from '../../../src/variants/lowerPrivate';
import { toTrainingForm } from '../../../src/variants/trainingForm';
import { writtenOut } from '../../../src/variants/writtenOut';
import { forwardGraph, operatorOf, relativeError } from '../../support/finiteDifferences';
import { floats, noise, runGraph } from '../../support/runGraph';
import { gradientCases } from '../autodiff/cases/index';

describe('operators that are written out for training', () => {
  for (const test of gradientCases.filter((c) => writtenOut.has(operatorOf(c)))) {
    it(`${operatorOf(test)}: ${test.name}: what ONNX Runtime's own kernel gives`, async () => {
      const { graph, feeds } = forwardGraph(test, 'float32');
      for (const name of graph.nodes.at(-1)!.outputs) if (name !== '') graph.addOutput(name);
      const values = Object.fromEntries(
        feeds.map(({ name, shape, values }) => [
          name,
          new ort.Tensor('float32', Float32Array.from(values), [...shape]),
        ]),
      );
      const expected = await runGraph(graph, values);
      const written = graph.copy();
      toTrainingForm(written);
      assert.ok(!written.nodes.some((n) => n.opType === test.opType && n.domain === (test.domain ?? '')));
      const actual = await runGraph(written, values);
      for (const { name } of graph.outputs) {
        assert.deepEqual(actual[name].dims, expected[name].dims, name);
        const [a, e] = [actual[name], expected[name]].map(({ data }) => Array.from(data, Number));
        assert.ok(relativeError(a, e) < 1e-5, `${name}: ${a.join()} against ${e.join()}`);
      }
    });
  }

  for (const last of [true, false]) {
    it(`com.microsoft.GroupNorm with channels ${last ? 'last' : 'first'}: mean 0 and variance 1 in each group, then SiLU`, async () => {
      const [batch, channels, pixels] = [2, 4, 6];
      const shape = last ? [batch, 2, 3, channels] : [batch, channels, 2, 3];
      const graph = new MutableGraph();
      graph.opsets.set('', 18);
      graph.addInput('x', { kind: 'tensor', dtype: 'float32', shape });
      const scale = graph.addInitializer(float32Tensor('scale', [channels], [1, 2, -1, 0.5]));
      const shift = graph.addInitializer(float32Tensor('shift', [channels], [0, 0.5, 1, -1]));
      const attributes = {
        groups: attribute.int(2),
        epsilon: attribute.float(0.01),
        activation: attribute.int(1),
        channels_last: attribute.int(last ? 1 : 0),
      };
      graph.addNode('GroupNorm', ['x', scale, shift], attributes, { domain: 'com.microsoft', outputs: ['y'] });
      graph.addOutput('y');
      toTrainingForm(graph);
      const x = noise(batch * channels * pixels, 3);
      const actual = await runGraph(graph, { x: floats(shape, x) });
      const at = (n: number, c: number, p: number) =>
        last ? (n * pixels + p) * channels + c : (n * channels + c) * pixels + p;
      for (let n = 0; n < batch; n++) {
        for (let c = 0; c < channels; c++) {
          const group = [c - (c % 2), c - (c % 2) + 1].flatMap((k) =>
            Array.from({ length: pixels }, (_, p) => x[at(n, k, p)]),
          );
          const mean = group.reduce((a, b) => a + b) / group.length;
          const variance = group.reduce((sum, v) => sum + (v - mean) ** 2, 0) / group.length;
          for (let p = 0; p < pixels; p++) {
            const z = ((x[at(n, c, p)] - mean) / Math.sqrt(variance + 0.01)) * [1, 2, -1, 0.5][c] + [0, 0.5, 1, -1][c];
            assert.ok(Math.abs(Number(actual.y.data[at(n, c, p)]) - z / (1 + Math.exp(-z))) < 1e-5);
          }
        }
      }
    });
  }

  const quantized = {
    'one scale, int8': { scale: [0.05], zero: Int8Array.of(3), dtype: 'int8', dims: [] },
    'a scale per channel, uint8': {
      scale: [0.02, 0.01, 0.03],
      zero: Uint8Array.of(10, 128, 90),
      dtype: 'uint8',
      dims: [3],
    },
  } as const;
  for (const [name, { scale, zero, dtype, dims }] of Object.entries(quantized)) {
    it(`QuantizeLinear and back, ${name}: ONNX Runtime's values, and the gradient where nothing was cut off`, async () => {
      const shape = [2, 3, 4];
      const graph = new MutableGraph();
      graph.opsets.set('', 18);
      graph.addInput('x', { kind: 'tensor', dtype: 'float32', shape });
      const parameters = [
        graph.addInitializer(float32Tensor('scale', dims, scale)),
        graph.addInitializer(tensorFromBytes('zero', dtype, dims, new Uint8Array(zero.buffer))),
      ];
      const integers = graph.add('QuantizeLinear', ['x', ...parameters]);
      graph.add('DequantizeLinear', [integers, ...parameters], {}, { outputs: ['y'] });
      graph.addOutput('y');
      const x = noise(24, 5).map((v) => 8 * v);
      const expected = Array.from((await runGraph(graph, { x: floats(shape, x) })).y.data, Number);
      toTrainingForm(graph);
      const loss = graph.add('ReduceSum', ['y'], { keepdims: attribute.int(0) });
      const { gradientOf, cuts } = differentiate(graph, inferTypes(graph), { loss, wrt: ['x'] });
      assert.deepEqual(cuts, []);
      const gradient = gradientOf.get('x')!;
      graph.addOutput(gradient);
      lowerPrivateOperators(graph);
      const actual = await runGraph(graph, { x: floats(shape, x) });
      assert.ok(relativeError(Array.from(actual.y.data, Number), expected) < 1e-6);
      const within = expected.map((y, i) =>
        Math.abs(y - x[i]) <= 0.51 * scale[scale.length === 1 ? 0 : Math.floor(i / 4) % 3] ? 1 : 0,
      );
      assert.ok(within.includes(0) && within.includes(1));
      assert.deepEqual(
        Array.from(actual[gradient].data, (v) => Math.round(1e5 * Number(v)) / 1e5),
        within,
      );
    });
  }

  for (const domain of ['onnx.brevitas', 'qonnx.custom_op.general']) {
    it(`${domain}.Quant: the values of its definition, and the gradient where nothing was cut off`, async () => {
      for (const [signed, narrow, least, largest] of [
        [1, 0, -4, 3],
        [1, 1, -3, 3],
        [0, 0, 0, 7],
        [0, 1, 0, 6],
      ]) {
        const shape = [2, 3, 4];
        const graph = new MutableGraph();
        graph.opsets.set('', 18);
        graph.opsets.set(domain, 1);
        graph.addInput('x', { kind: 'tensor', dtype: 'float32', shape });
        const scales = [0.1, 0.25, 0.3];
        const inputs = [
          graph.addInitializer(float32Tensor('scale', [3, 1], scales)),
          graph.addInitializer(float32Tensor('zero', [], [1])),
          graph.addInitializer(float32Tensor('bits', [], [3])),
        ];
        const attributes = { signed: attribute.int(signed), narrow: attribute.int(narrow) };
        graph.addNode('Quant', ['x', ...inputs], attributes, { domain, outputs: ['y'] });
        graph.addOutput('y');
        assert.deepEqual(inferTypes(graph).get('y')?.shape, shape);
        toTrainingForm(graph);
        const loss = graph.add('ReduceSum', ['y'], { keepdims: attribute.int(0) });
        const { gradientOf, cuts } = differentiate(graph, inferTypes(graph), { loss, wrt: ['x'] });
        assert.deepEqual(cuts, []);
        const gradient = gradientOf.get('x')!;
        graph.addOutput(gradient);
        lowerPrivateOperators(graph);
        const x = noise(24, 5);
        const actual = await runGraph(graph, { x: floats(shape, x) });
        const grid = x.map((v, i) => Math.round(v / scales[Math.floor(i / 4) % 3] + 1));
        grid.forEach((q, i) => {
          const y = (Math.min(Math.max(q, least), largest) - 1) * scales[Math.floor(i / 4) % 3];
          assert.ok(Math.abs(Number(actual.y.data[i]) - y) < 1e-6);
          if (q > least && q < largest) assert.ok(Math.abs(Number(actual[gradient].data[i]) - 1) < 1e-5);
          if (q < least || q > largest) assert.equal(Number(actual[gradient].data[i]), 0);
        });
      }
    });
  }

  it('leaves a recurrent node of too many steps as it is, and the cut says so', () => {
    const graph = new MutableGraph();
    graph.opsets.set('', 18);
    graph.addInput('x', { kind: 'tensor', dtype: 'float32', shape: [100_000, 1, 2] });
    const weights = ['w', 'r'].map((name, i) =>
      graph.addInitializer(float32Tensor(name, [1, 3, i + 2], new Array(3 * (i + 2)).fill(0))),
    );
    graph.addNode('RNN', ['x', ...weights], { hidden_size: attribute.int(3) }, { outputs: ['', 'y'] });
    toTrainingForm(graph);
    const loss = graph.add('ReduceSum', ['y'], { keepdims: attribute.int(0) });
    const { cuts } = differentiate(graph, inferTypes(graph), { loss, wrt: ['w'] });
    assert.match(cuts[0].reason, /not unrolled.*its steps are too many/);
  });

  it('throws nothing but ModelErrors at attributes and sizes that make no sense', () => {
    const numbers = [0, 1, -1, 3, 64, 2 ** 31, 2 ** 53, -(2 ** 63), NaN, Infinity, 0.5];
    const sizes = [0, 1, 2, 3, 64, 2 ** 31, 2 ** 53 - 1, -1, NaN, 'N', null];
    let state = 7;
    const next = (count: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * count);
    };
    for (const test of gradientCases.filter((c) => writtenOut.has(operatorOf(c)))) {
      for (let round = 0; round < 40; round++) {
        const { graph } = forwardGraph(test, 'float32');
        const node = graph.nodes.at(-1)!;
        for (const [name, a] of node.attributes) {
          if (next(2) === 0) continue;
          const number = numbers[next(numbers.length)];
          if (a.type === 'int' || a.type === 'float') node.attributes.set(name, { type: a.type, value: number });
          else if (a.type === 'ints' || a.type === 'floats')
            node.attributes.set(name, { type: a.type, value: a.value.map(() => number) });
          else node.attributes.set(name, attribute.string('__proto__'));
        }
        for (const input of graph.inputs) {
          if (next(3) === 0) continue;
          const shape = (input.type.shape ?? []).map((d) => (next(2) === 0 ? sizes[next(sizes.length)] : d));
          input.type = { ...input.type, shape: next(8) === 0 ? undefined : next(8) === 0 ? [] : shape };
        }
        if (next(3) === 0) node.inputs = node.inputs.slice(0, next(node.inputs.length + 1));
        if (next(4) === 0) node.inputs = node.inputs.map((input) => (next(3) === 0 ? '' : input));
        try {
          toTrainingForm(graph);
        } catch (error) {
          assert.ok(
            error instanceof ModelError,
            `${operatorOf(test)}, ${test.name}: ${String((error as Error).stack)}`,
          );
        }
      }
    }
  });

  it('takes a recurrent node with the batch first, which the runtime has no kernel for, as one with its axes exchanged', async () => {
    const test = gradientCases.find((c) => c.opType === 'LSTM' && c.name === 'bidirectional')!;
    const { graph, feeds } = forwardGraph(test, 'float32');
    const turned = ({ shape }: { shape: readonly number[] }) => [shape[1], shape[0], shape[2]];
    const batchFirst = graph.copy();
    const [lstm] = batchFirst.nodes;
    lstm.attributes.set('layout', attribute.int(1));
    // the input and the two states
    const exchanged = ['input0', 'input5', 'input6'];
    for (const input of batchFirst.inputs) {
      if (!exchanged.includes(input.name)) continue;
      input.type = { ...input.type, shape: turned({ shape: input.type.shape as number[] }) };
    }
    const swap = (values: ArrayLike<number>, [a, b, c]: readonly number[]) =>
      Float32Array.from(
        { length: a * b * c },
        (_, i) => values[((Math.floor(i / c) % a) * b + Math.floor(i / (a * c))) * c + (i % c)],
      );
    const plain: Record<string, ort.Tensor> = {};
    const first: Record<string, ort.Tensor> = {};
    for (const { name, shape, values } of feeds) {
      plain[name] = floats(shape, values);
      first[name] = exchanged.includes(name) ? floats(turned({ shape }), swap(values, shape)) : plain[name];
    }
    for (const g of [graph, batchFirst]) {
      toTrainingForm(g);
      for (const name of ['output0', 'output1', 'output2']) g.addOutput(name);
    }
    const [expected, actual] = [await runGraph(graph, plain), await runGraph(batchFirst, first)];
    const [steps, directions, batch, hidden] = expected.output0.dims;
    assert.deepEqual(actual.output0.dims, [batch, steps, directions, hidden]);
    for (const name of ['output1', 'output2']) {
      assert.deepEqual(actual[name].dims, turned({ shape: expected[name].dims }));
      assert.deepEqual(Array.from(actual[name].data, Number), [
        ...swap(expected[name].data as Float32Array, expected[name].dims),
      ]);
    }
    for (let i = 0; i < actual.output0.data.length; i++) {
      const [b, t, rest] = [
        Math.floor(i / (steps * directions * hidden)),
        Math.floor(i / (directions * hidden)) % steps,
        i % (directions * hidden),
      ];
      const [d, h] = [Math.floor(rest / hidden), rest % hidden];
      assert.equal(actual.output0.data[i], expected.output0.data[((t * directions + d) * batch + b) * hidden + h]);
    }
  });
});
