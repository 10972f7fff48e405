import assert from 'node:assert/strict';
import { differentiate } from '../../../src/autodiff/differentiate';
import { attribute } from '../../../src/ir/attribute';
import { inferTypes } from '../../../src/ir/inferTypes';
import type { MutableGraph } from '../../../src/ir/mutableGraph';
import { elementCount, float32Tensor, tensorFromBytes } from '../../../src/ir/tensor';
import { parseGraph } from '../../../src/ir/textForm';
import { layerView } from '../../../src/layers/recognize';
import { buildTrainingStep } from '../../../src/training/trainingStep';
import { dequantizeWeights } from '../../../src/training/dequantizeWeights';
import { findParameters } from '../../../src/training/parameters';
import { trainableForm } from '../../../src/training/trainableForm';
import { toFloatArithmetic } from '../../../src/variants/floatArithmetic';
import { lowerPrivateOperators } from '../../../src/variants/lowerPrivate';
import { toTrainingForm } from '../../../src/variants/trainingForm';
import { relativeError } from '../../support/finiteDifferences';
import { floats, noise, runGraph } from '../../support/runGraph';
import { modelOf } from '../../support/textModel';

const QUANTIZED = 'xs, xz';

interface Case {
  readonly constants: string;
  readonly nodes: string;
  readonly input?: readonly number[];
  /** Quanta of the output by which roundings may differ. */
  readonly quantum?: number;
}

/** Nodes that make y, float, of x, float; constants without values are filled, scales with about 0.02. */
const cases: Readonly<Record<string, Case>> = {
  'QLinearConv, by channel, with bias': {
    constants: 'int8[4,3,3,3] w, float[4] ws, int8[4] wz = {0,0,0,0}, int32[4] b, float ys = {0.05}, uint8 yz = {120}',
    nodes: `q = QuantizeLinear(x, ${QUANTIZED})
      c = QLinearConv<pads = [1,1,1,1]>(q, ${QUANTIZED}, w, ws, wz, ys, yz, b) y = DequantizeLinear(c, ys, yz)`,
    quantum: 0.05,
  },
  'two QLinearConv with a pool, a transposition and a reshape of integers between': {
    constants: `int8[4,3,3,3] w, float ws, int8 wz = {2}, float ys = {0.05}, uint8 yz = {120}, int8[2,4,1,1] v, float vs, int8 vz = {0},
      float zs = {0.04}, uint8 zz = {99}, int64[2] flat = {0, -1}`,
    nodes: `q = QuantizeLinear(x, ${QUANTIZED}) c = QLinearConv(q, ${QUANTIZED}, w, ws, wz, ys, yz)
      p = MaxPool<kernel_shape = [2,2], strides = [2,2]>(c) d = QLinearConv(p, ys, yz, v, vs, vz, zs, zz)
      t = Transpose<perm = [0,2,3,1]>(d) r = Reshape(t, flat) y = DequantizeLinear(r, zs, zz)`,
    quantum: 0.08,
  },
  QLinearMatMul: {
    input: [3, 6],
    constants: 'int8[6,5] w, float[5] ws, int8[5] wz = {0,0,0,0,0}, float ys = {0.03}, uint8 yz = {130}',
    nodes: `q = QuantizeLinear(x, ${QUANTIZED}) m = QLinearMatMul(q, ${QUANTIZED}, w, ws, wz, ys, yz) y = DequantizeLinear(m, ys, yz)`,
    quantum: 0.03,
  },
  'MatMulInteger of what is quantized as it comes': {
    input: [3, 6],
    constants: 'int8[6,5] w, float ws, int8 wz = {3}',
    nodes: `q, s, z = DynamicQuantizeLinear(x) m = MatMulInteger(q, w, z, wz) f = Cast<to = 1>(m) k = Mul(s, ws) y = Mul(f, k)`,
  },
  'MatMulInteger with a scale and a zero for each column': {
    input: [3, 6],
    constants: 'uint8[6,5] w, float[5] ws, uint8[5] wz = {120,128,130,127,126}',
    nodes: `q, s, z = DynamicQuantizeLinear(x) m = MatMulInteger(q, w, z, wz) f = Cast<to = 1>(m) k = Mul(ws, s) y = Mul(k, f)`,
  },
  'MatMulInteger without zeros': {
    input: [3, 6],
    constants: 'int8[6,5] w, float ws, uint8 none = {0}',
    nodes: `q = QuantizeLinear(x, xs, none) m = MatMulInteger(q, w) f = Cast<to = 1>(m) y = Mul(f, ws)`,
  },
  ConvInteger: {
    constants: 'uint8[4,3,3,3] w, float ws, uint8 wz = {128}',
    nodes: `q, s, z = DynamicQuantizeLinear(x) m = ConvInteger<strides = [2,2]>(q, w, z, wz) f = Cast<to = 1>(m) k = Mul(s, ws) y = Mul(f, k)`,
  },
  'com.microsoft QGemm': {
    input: [3, 6],
    constants: 'int8[5,6] w, float[5] ws, int8[5] wz = {0,0,0,0,0}, int32[5] b, float ys = {0.03}, uint8 yz = {130}',
    nodes: `q = QuantizeLinear(x, ${QUANTIZED}) m = com.microsoft.QGemm<transB = 1>(q, ${QUANTIZED}, w, ws, wz, b, ys, yz) y = DequantizeLinear(m, ys, yz)`,
    quantum: 0.03,
  },
  'com.microsoft QLinearAdd, QLinearMul, QLinearSigmoid, QLinearLeakyRelu and QLinearConcat': {
    constants: `float ys = {0.04}, uint8 yz = {128}, float ps = {0.00390625}, uint8 pz = {0}`,
    nodes: `q = QuantizeLinear(x, ${QUANTIZED}) a = com.microsoft.QLinearAdd(q, ${QUANTIZED}, q, ${QUANTIZED}, ys, yz)
      m = com.microsoft.QLinearMul(a, ys, yz, q, ${QUANTIZED}, ys, yz) g = com.microsoft.QLinearSigmoid(m, ys, yz, ps, pz)
      l = com.microsoft.QLinearLeakyRelu<alpha = 0.1>(a, ys, yz, ys, yz)
      c = com.microsoft.QLinearConcat<axis = 1>(ys, yz, g, ps, pz, l, ys, yz) y = DequantizeLinear(c, ys, yz)`,
    quantum: 0.08,
  },
  'com.microsoft QLinearAveragePool and QLinearGlobalAveragePool': {
    constants: 'float ys = {0.005}, uint8 yz = {128}',
    nodes: `q = QuantizeLinear(x, ${QUANTIZED}) a = com.microsoft.QLinearAveragePool<kernel_shape = [2,2]>(q, ${QUANTIZED}, ys, yz)
      g = com.microsoft.QLinearGlobalAveragePool<channels_last = 0>(a, ys, yz, ys, yz) y = DequantizeLinear(g, ys, yz)`,
    quantum: 0.01,
  },
  'com.microsoft DynamicQuantizeMatMul': {
    input: [3, 6],
    constants: 'int8[6,5] w, float[5] ws, int8[5] wz = {0,0,0,0,0}, float[5] b',
    nodes: 'y = com.microsoft.DynamicQuantizeMatMul(x, w, ws, wz, b)',
  },
  'com.microsoft QAttention': {
    input: [2, 3, 8],
    constants: 'int8[8,24] w, float ws, int8 wz = {0}, float[24] b, int32[2] lengths = {3, 2}',
    nodes:
      'q, s, z = DynamicQuantizeLinear(x) y = com.microsoft.QAttention<num_heads = 2>(q, w, b, s, ws, lengths, z, wz)',
  },
  'com.microsoft QAttention, by column, without mask': {
    input: [2, 3, 8],
    constants: 'int8[8,24] w, float[24] ws, float[24] b',
    nodes:
      'q, s, z = DynamicQuantizeLinear(x) y = com.microsoft.QAttention<num_heads = 4, unidirectional = 1>(q, w, b, s, ws, , z)',
  },
  'com.microsoft MatMulIntegerToFloat': {
    input: [3, 6],
    constants: 'int8[6,5] w, float ws, int8 wz = {-4}, float[5] b',
    nodes: 'q, s, z = DynamicQuantizeLinear(x) y = com.microsoft.MatMulIntegerToFloat(q, w, s, ws, z, wz, b)',
  },
};

function graphOf({ constants, nodes, input = [2, 3, 7, 8] }: Case): MutableGraph {
  const graph =
    parseGraph(`<ir_version: 8, opset_import: ["" : 18, "com.microsoft" : 1]> g (float[${input.join()}] x) => (float[] y)
    <float xs = {0.025}, uint8 xz = {121}, ${constants}> { ${nodes} }`).toMutable();
  let seed = 1;
  for (const [name, { dtype, dims, location }] of graph.initializers) {
    if (location !== 'missing') continue;
    const values = noise(elementCount(dims), seed++);
    if (dtype === 'float32') {
      const isScale = name.endsWith('s');
      graph.initializers.set(
        name,
        float32Tensor(
          name,
          dims,
          values.map((v) => (isScale ? 0.01 + Math.abs(v) / 50 : v)),
        ),
      );
    } else {
      const integers = values.map((v) => Math.round(90 * v) + (dtype === 'uint8' ? 128 : 0));
      const bytes = dtype === 'int32' ? Int32Array.from(integers) : Int8Array.from(integers);
      graph.initializers.set(name, tensorFromBytes(name, dtype, dims, new Uint8Array(bytes.buffer)));
    }
  }
  return graph;
}

describe('arithmetic on quantized integers, done in floating point', () => {
  for (const [name, test] of Object.entries(cases)) {
    const { input = [2, 3, 7, 8], quantum = 0 } = test;

    it(`${name}: ONNX Runtime's values`, async () => {
      const graph = graphOf(test);
      const x = {
        x: floats(
          input,
          noise(elementCount(input), 9).map((v) => 2 * v),
        ),
      };
      const { y: expected } = await runGraph(graph, x);
      assert.ok(toFloatArithmetic(graph) > 0);
      assert.ok(
        !graph.nodes.some(({ opType }) => /^Q(Linear|Gemm|Attention)|Integer|DynamicQuantizeMatMul/.test(opType)),
      );
      toTrainingForm(graph);
      lowerPrivateOperators(graph);
      const { y: actual } = await runGraph(graph, x);
      assert.deepEqual(actual.dims, expected.dims);
      const differences = Array.from(actual.data, (v, i) => Math.abs(Number(v) - Number(expected.data[i])));
      const largest = Math.max(...Array.from(expected.data, (v) => Math.abs(Number(v))));
      assert.ok(largest > 10 * quantum, 'the values say something');
      assert.ok(Math.max(...differences) <= 1.01 * quantum + 1e-5 * largest, differences.join());
      assert.ok(differences.filter((d) => d > 1e-5 * largest).length <= 0.1 * differences.length, differences.join());
    });

    it(`${name}: a gradient from end to end`, () => {
      const graph = graphOf(test);
      toFloatArithmetic(graph);
      toTrainingForm(graph);
      const loss = graph.add('ReduceSum', ['y'], { keepdims: attribute.int(0) });
      const { gradientOf, cuts } = differentiate(graph, inferTypes(graph), { loss, wrt: ['x'] });
      assert.deepEqual([cuts, gradientOf.has('x')], [[], true]);
    });
  }

  for (const [name, scales, zeros] of [
    ['by direction', 'float[2] ws, float[2] rs', 'int8[2] wz = {3, -2}, int8[2] rz = {0, 1}'],
    ['by gate', 'float[2,12] ws, float[2,12] rs', 'int8[2,12] wz, int8[2,12] rz'],
  ] as const) {
    it(`com.microsoft DynamicQuantizeLSTM, ${name}: ONNX Runtime's values as far as it does not round, with weights that are trained`, async () => {
      const zeroed = name === 'by gate' ? zeros.replace(/z(?=,|$)/g, `z = {${new Array(24).fill(0).join()}}`) : zeros;
      const test = {
        input: [5, 2, 4],
        constants: `int8[2,4,12] w, int8[2,3,12] r, float[2,24] b, ${scales}, ${zeroed}`,
        nodes: `all, y = com.microsoft.DynamicQuantizeLSTM<hidden_size = 3, direction = "bidirectional">(x, w, r, b, , , , , ws, wz, rs, rz)`,
      };
      const graph = graphOf(test);
      const x = { x: floats(test.input, noise(40, 9)) };
      const { y: expected } = await runGraph(graph, x);
      assert.equal(toFloatArithmetic(graph), 1);
      assert.equal(dequantizeWeights(graph), 2);
      const { y: actual } = await runGraph(graph, x);
      assert.deepEqual(actual.dims, expected.dims);
      const [a, e] = [actual, expected].map(({ data }) => Array.from(data, Number));
      assert.ok(relativeError(a, e) < 0.01, `${a.join()} against ${e.join()}`);
      const found = findParameters(graph, inferTypes(graph), new Set()).filter(({ kind }) => kind === 'recurrent');
      assert.equal(found.length, 2);
    });
  }

  it('passes gradients as the float network does, where nothing is cut off', async () => {
    const test = cases['MatMulInteger with a scale and a zero for each column'];
    const graph = graphOf(test);
    toFloatArithmetic(graph);
    toTrainingForm(graph);
    const loss = graph.add('ReduceSum', [graph.add('Mul', ['y', 'y'])], { keepdims: attribute.int(0) });
    const { gradientOf } = differentiate(graph, inferTypes(graph), { loss, wrt: ['x'] });
    const gradient = gradientOf.get('x')!;
    for (const name of ['y', gradient]) graph.addOutput(name);
    lowerPrivateOperators(graph);
    const values = noise(18, 9);
    const results = await runGraph(graph, { x: floats([3, 6], values) });
    // y = x W, so that dLoss/dx = 2 y W' up to the grid of x
    const plain = graphOf(test);
    const numbers = (name: string) => Array.from(plain.initializers.get(name)!.bytes!);
    const scales = Array.from(new Float32Array(plain.initializers.get('ws')!.bytes!.slice().buffer));
    const w = numbers('w').map((q, i) => (q - numbers('wz')[i % 5]) * scales[i % 5]);
    const y = Array.from(results.y.data, Number);
    Array.from(results[gradient].data, Number).forEach((actual, i) => {
      const [row, column] = [Math.floor(i / 6), i % 6];
      const expected = 2 * [0, 1, 2, 3, 4].reduce((sum, k) => sum + y[row * 5 + k] * w[column * 5 + k], 0);
      assert.ok(Math.abs(actual - expected) < 1e-3 * (1 + Math.abs(expected)), `${actual} against ${expected}`);
    });
  });

  it('trains its weights in the units that they have, in the layers that they belong to', () => {
    for (const name of [
      'QLinearConv, by channel, with bias',
      'MatMulInteger of what is quantized as it comes',
      'ConvInteger',
    ]) {
      const { model, notes } = trainableForm(modelOf(graphOf(cases[name]).freeze()));
      assert.match(notes.join(), /arithmetic on quantized integers \(1 node\)/);
      const view = layerView(model.graph, inferTypes(model.graph));
      const step = buildTrainingStep(model, view, { batch: 2, seed: 1 });
      const [weight] = step.parameters.filter((p) => p.kind === 'weight');
      assert.ok(weight.gradient !== undefined, name);
      assert.deepEqual(
        weight.layers.map((i) => view.layers[i].role),
        ['linear'],
        name,
      );
      assert.ok(step.layers[weight.layers[0]].activation !== undefined, 'its output is measured');
      assert.deepEqual(
        step.notes.filter((note) => /no gradient/.test(note)),
        [],
      );
    }
  });

  it('keeps the names of layers', () => {
    const graph = graphOf(cases.QLinearMatMul);
    const before = layerView(graph.freeze(), inferTypes(graph)).layers.map((l) => l.id);
    toFloatArithmetic(graph);
    assert.deepEqual(
      layerView(graph.freeze(), inferTypes(graph)).layers.map((l) => l.id),
      before,
    );
  });

  it('leaves nodes alone that lack operands, and ends in a ring', () => {
    for (const nodes of [
      'y = QLinearConv(x)',
      'y = MatMulInteger(x)',
      'y = com.microsoft.QLinearConcat(xs, xz)',
      'y = com.microsoft.DynamicQuantizeMatMul(x, xz)',
      'y = com.microsoft.MatMulIntegerToFloat(x, xz)',
    ]) {
      const graph = graphOf({ constants: 'float none = {1}', nodes });
      assert.equal(toFloatArithmetic(graph), 0, nodes);
    }
    const ring = graphOf({
      constants: 'int8[4,3,3,3] w, float ws',
      nodes: 'a = Identity(x) y = com.microsoft.QLinearSigmoid(a, xs, xz, xs, xz)',
    });
    ring.nodes[0].inputs = ['a'];
    assert.equal(toFloatArithmetic(ring), 1);
  });

  it('leaves other graphs alone', () => {
    const graph = parseGraph(`<ir_version: 8, opset_import: ["" : 18]> g (float[2,3] x) => (float[2,3] y)
      <float s = {0.1}, uint8 z = {3}> { q = QuantizeLinear(x, s, z) y = DequantizeLinear(q, s, z) }`).toMutable();
    const before = [...graph.nodes];
    assert.equal(toFloatArithmetic(graph), 0);
    assert.deepEqual(graph.nodes, before);
  });
});
