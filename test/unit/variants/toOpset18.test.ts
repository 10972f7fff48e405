import assert from 'node:assert/strict';
import { ModelError } from '../../../src/ir/errors';
import { lowerPrivateOperators } from '../../../src/variants/lowerPrivate';
import { toTrainingForm } from '../../../src/variants/trainingForm';
import { hostileGraphs } from '../../support/hostileGraphs';
import { toOpset18 } from '../../../src/variants/toOpset18';
import { inferTypes } from '../../../src/ir/inferTypes';
import { MutableGraph } from '../../../src/ir/mutableGraph';
import { float32Tensor } from '../../../src/ir/tensor';
import { attribute } from '../../../src/ir/attribute';
import * as ort from 'onnxruntime-node';
import {
  fed,
  feedsOf,
  graphOf,
  held,
  ints,
  operatorCase,
  operatorCases,
  scalar,
  values,
  type OperatorCase,
} from '../../support/operatorCases';
import { floats, runGraph } from '../../support/runGraph';

/** Fails unless every element is within a relative and absolute 1e-5, NaN equal to NaN. */
function assertSame(actual: ArrayLike<number | bigint>, expected: ArrayLike<number | bigint>, name: string): void {
  assert.equal(actual.length, expected.length, name);
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [Number(actual[i]), Number(expected[i])];
    assert.ok(Object.is(a, e) || Math.abs(a - e) <= 1e-5 * (1 + Math.abs(e)), `${name}[${i}] is ${a}, was ${e}`);
  }
}

const { int, float, string, ints: list } = attribute;
const image = fed([2, 3, 4, 5]);
const channel = held(fed([3], 0.5, 2));
const column = { ...channel, dims: [3, 1, 1] };

/** Calls that the runtime has no kernel for, and the same in opset 18. */
const twins: readonly [OperatorCase, OperatorCase][] = [
  [operatorCase(1, 'Relu', [image], { consumed_inputs: list([0]) }), operatorCase(18, 'Relu', [image])],
  [
    operatorCase(6, 'Add', [image, channel], { broadcast: int(1), axis: int(1) }),
    operatorCase(18, 'Add', [image, column]),
  ],
  [
    operatorCase(6, 'Mul', [image, held(fed([4, 5]))], { broadcast: int(1) }),
    operatorCase(18, 'Mul', [image, held(fed([4, 5]))]),
  ],
  [operatorCase(6, 'PRelu', [image, channel]), operatorCase(18, 'PRelu', [image, column])],
  [
    operatorCase(6, 'BatchNormalization', [image, channel, channel, channel, channel], { is_test: int(1) }),
    operatorCase(18, 'BatchNormalization', [image, channel, channel, channel, channel]),
  ],
  [
    // what opset 21 corrected, in a file that states 18
    operatorCase(18, 'GroupNormalization', [fed([2, 4, 3]), fed([4], 0.5, 2), fed([4])], { num_groups: int(2) }),
    operatorCase(21, 'GroupNormalization', [fed([2, 4, 3]), fed([4], 0.5, 2), fed([4])], { num_groups: int(2) }),
  ],
  [operatorCase(6, 'Dropout', [image], { is_test: int(1), ratio: float(0.9) }), operatorCase(18, 'Identity', [image])],
  [
    operatorCase(1, 'Gemm', [fed([2, 3]), fed([3, 4]), fed([4])], { broadcast: int(1) }),
    operatorCase(18, 'Gemm', [fed([2, 3]), fed([3, 4]), fed([4])]),
  ],
  [
    operatorCase(1, 'Clip', [image], { max: float(0.1) }),
    operatorCase(18, 'Clip', [image, undefined, scalar('float32', Math.fround(0.1))]),
  ],
  [
    operatorCase(1, 'Pad', [fed([2, 3])], { paddings: list([1, 0, 2, 3]) }),
    operatorCase(18, 'Pad', [fed([2, 3]), ints(1, 0, 2, 3)]),
  ],
  [
    operatorCase(4, 'Tile', [fed([2, 3]), scalar('int64', 2), scalar('int64', 1)]),
    operatorCase(18, 'Tile', [fed([2, 3]), ints(1, 2)]),
  ],
  [
    operatorCase(1, 'Split', [fed([2, 6])], { axis: int(1) }, { outputs: 2 }),
    operatorCase(18, 'Split', [fed([2, 6]), ints(3, 3)], { axis: int(1) }, { outputs: 2 }),
  ],
  [
    operatorCase(1, 'Cast', [fed([4], -9, 9)], { to: string('INT32') }),
    operatorCase(18, 'Cast', [fed([4], -9, 9)], { to: int(6) }),
  ],
  [
    operatorCase(1, 'Cast', [fed([4])], { to: string('DOUBLE') }),
    operatorCase(18, 'Cast', [fed([4])], { to: int(11) }),
  ],
  [
    operatorCase(1, 'LpPool', [image], { kernel_shape: list([2, 3]), p: float(1) }),
    operatorCase(18, 'LpPool', [image], { kernel_shape: list([2, 3]), p: int(1) }),
  ],
  [operatorCase(1, 'GlobalLpPool', [image], {}), operatorCase(18, 'GlobalLpPool', [image], { p: int(2) })],
  [
    operatorCase(1, 'Upsample', [image], { height_scale: float(2), width_scale: float(3) }),
    operatorCase(18, 'Resize', [image, undefined, held(values('float32', [1, 1, 2, 3]))], {
      coordinate_transformation_mode: string('asymmetric'),
      nearest_mode: string('floor'),
    }),
  ],
  [
    operatorCase(1, 'Concat', [fed([2, 6]), fed([2, 1])]),
    operatorCase(18, 'Concat', [fed([2, 6]), fed([2, 1])], { axis: int(1) }),
  ],
  [operatorCase(1, 'Selu', [image]), operatorCase(18, 'Selu', [image], { alpha: float(1.6732), gamma: float(1.0507) })],
  [
    operatorCase(3, 'ConstantFill', [], { shape: list([2, 3]), value: float(2), dtype: int(1) }),
    operatorCase(18, 'Expand', [scalar('float32', 2), ints(2, 3)]),
  ],
  [
    operatorCase(3, 'ConstantFill', [fed([2, 3])], { value: float(4), dtype: int(7), extra_shape: list([4]) }),
    operatorCase(18, 'Expand', [scalar('int64', 4), ints(2, 3, 4)]),
  ],
  [
    operatorCase(3, 'ConstantFill', [ints(2, 3)], { value: float(1), input_as_shape: int(1) }),
    operatorCase(18, 'Expand', [scalar('float32', 1), ints(2, 3)]),
  ],
  ...[15, 18].map((opset): [OperatorCase, OperatorCase] => [
    operatorCase(opset, 'Erfc', [values('float32', [-0.5, 0, 0.5])]),
    // 1 -+ 0.5204998778, Abramowitz and Stegun 1964, table 7.1
    operatorCase(18, 'Identity', [values('float32', [1.5204998778, 1, 0.4795001222])]),
  ]),
  ...(
    [
      [{}, [2, 6, 0, 0, 0.5, 3, 12, 48]],
      [{ exclusive: int(1) }, [1, 2, 6, 0, 1, 0.5, 3, 12]],
      [{ reverse: int(1) }, [0, 0, 0, 5, 48, 96, 16, 4]],
      [{ reverse: int(1), exclusive: int(1) }, [0, 0, 5, 1, 96, 16, 4, 1]],
    ] as const
  ).map(([attributes, products]): [OperatorCase, OperatorCase] => [
    operatorCase(
      26,
      'CumProd',
      [values('float32', [2, 3, 0, 5, 0.5, 6, 4, 4], [2, 4]), scalar('int64', -1)],
      attributes,
    ),
    operatorCase(18, 'Identity', [values('float32', products, [2, 4])]),
  ]),
  ...(['linear', 'circular'] as const).map((mode): [OperatorCase, OperatorCase] => [
    operatorCase(
      24,
      'TensorScatter',
      [
        values('float32', [1, 2, 3, 4, 5, 6, 7, 8], [2, 4, 1]),
        values('float32', [10, 20, 30, 40], [2, 2, 1]),
        values('int64', [1, mode === 'linear' ? 2 : 3]),
      ],
      { mode: string(mode) },
    ),
    operatorCase(18, 'Identity', [
      values('float32', mode === 'linear' ? [1, 10, 20, 4, 5, 6, 30, 40] : [1, 10, 20, 4, 40, 6, 7, 30], [2, 4, 1]),
    ]),
  ]),
  [
    operatorCase(
      24,
      'TensorScatter',
      [values('float32', [1, 2, 3, 4], [1, 1, 4]), values('float32', [9, 8], [1, 1, 2])],
      {
        axis: int(2),
      },
    ),
    operatorCase(18, 'Identity', [values('float32', [9, 8, 3, 4], [1, 1, 4])]),
  ],
  [
    operatorCase(28, 'SwiGLU', [values('float32', [0, 1, -2]), values('float32', [5, 4, 3])], { alpha: float(0.5) }),
    // a b / (1 + exp(-a / 2))
    operatorCase(18, 'Identity', [values('float32', [0, 2.4898373, -1.6136485])]),
  ],
  [
    operatorCase(28, 'Mod', [values('float32', [5.5, -5.5, 0.5]), values('float32', [2, 2, -0.75])]),
    operatorCase(18, 'Identity', [values('float32', [1.5, 0.5, -0.25])]),
  ],
];

describe('toOpset18', () => {
  for (const c of operatorCases.filter(({ opset }) => opset !== 18)) {
    const dims = c.operands.map((o) => (o ? `[${o.dims}]` : '-')).join(' ');
    it(`keeps the results of ${c.opType}-${c.opset} ${dims} {${Object.keys(c.attributes)}}`, async () => {
      const graph = graphOf(c);
      toOpset18(graph);
      assert.equal(graph.opsets.get(''), 18);
      const before = await runGraph(graphOf(c), feedsOf(c));
      const after = await runGraph(graph, feedsOf(c));
      assert.deepEqual(Object.keys(after), Object.keys(before));
      for (const [name, result] of Object.entries(before)) {
        assert.deepEqual([after[name].type, after[name].dims], [result.type, result.dims], name);
        // What the mask of a Dropout that drops nothing holds is not defined before opset 12.
        if (c.opType !== 'Dropout' || name === 'y0') assertSame(after[name].data, result.data, name);
      }
    });
  }

  // ONNX Runtime has no kernels for the first opsets: an old call must give what its modern spelling gives.
  for (const [old, modern] of twins) {
    it(`gives ${old.opType}-${old.opset} {${Object.keys(old.attributes)}} its present form`, async () => {
      const graph = graphOf(old);
      toOpset18(graph);
      const actual = await runGraph(graph, feedsOf(old));
      const expected = await runGraph(graphOf(modern), feedsOf(modern));
      for (const [name, result] of Object.entries(expected)) {
        assert.deepEqual([actual[name].type, actual[name].dims], [result.type, result.dims], name);
        assertSame(actual[name].data, result.data, name);
      }
    });
  }

  it('reads a BatchNormalization with five outputs as one in training mode', () => {
    const parameters = [4, 5, 6, 7].map((seed) => held(fed([3], 0.1, seed)));
    const graph = graphOf(operatorCase(7, 'BatchNormalization', [image, ...parameters], {}, { outputs: 5 }));
    graph.outputs = graph.outputs.slice(0, 3);
    toOpset18(graph);
    const [node] = graph.nodes;
    assert.deepEqual(node.outputs, ['y0', 'y1', 'y2']);
    assert.deepEqual(node.attributes.get('training_mode'), attribute.int(1));
  });

  it('draws a mask where a Dropout of opset 6 does not say is_test', async () => {
    const graph = graphOf(operatorCase(6, 'Dropout', [fed([1000], 1, 2)]));
    toOpset18(graph);
    const { y0 } = await runGraph(graph, { x0: floats([1000], new Array(1000).fill(1)) });
    assert.ok(Array.from(y0.data).some((v) => v === 0));
  });

  it('names the node that opset 18 cannot express', () => {
    const window = { kernel_shape: list([2, 2]), dilations: list([2, 2]) };
    const graph = graphOf(operatorCase(19, 'AveragePool', [image], window));
    assert.throws(() => toOpset18(graph), {
      name: 'ModelError',
      code: 'unsupported',
      message: /^AveragePool \(opset 19\) .* dilated/,
      place: { node: 'AveragePool' },
    });
  });

  it('keeps value names, origins and nodes of other domains', () => {
    const graph = graphOf(operatorCase(11, 'Softmax', [fed([2, 3, 4])]));
    const origin = { layer: 'probabilities', kind: 'Softmax', config: {}, offset: 0, length: 1 };
    graph.nodes[0].origin = origin;
    graph.addNode('Squeeze', ['y0'], { axes: list([0]) }, { domain: 'example', outputs: ['z'] });
    toOpset18(graph);
    assert.ok(graph.nodes.length > 3);
    const made = graph.nodes.filter((n) => n.domain === '');
    assert.ok(made.every((n) => n.origin === origin));
    assert.equal(made.at(-1)!.outputs[0], 'y0');
    assert.equal(made.at(-1)!.name, 'Softmax');
    assert.deepEqual(graph.nodes.at(-1)!.attributes.get('axes'), list([0]));
  });

  it('rewrites the bodies of If as well', async () => {
    const branch = (factor: number) => {
      const body = new MutableGraph();
      body.addInitializer(float32Tensor('factor', [], [factor]));
      body.addNode('Mul', ['x', 'factor'], {}, { outputs: ['scaled'] });
      body.addNode('Squeeze', ['scaled'], { axes: list([0]) }, { outputs: ['result'] });
      body.addOutput('result', { kind: 'tensor', dtype: 'float32', shape: [2] });
      return { type: 'graph', value: body.freeze() } as const;
    };
    const graph = new MutableGraph();
    graph.opsets.set('', 11);
    graph.addInput('x', { kind: 'tensor', dtype: 'float32', shape: [1, 2] });
    graph.addInput('c', { kind: 'tensor', dtype: 'bool', shape: [] });
    graph.addNode('If', ['c'], { then_branch: branch(2), else_branch: branch(3) }, { outputs: ['y'] });
    graph.addOutput('y');
    assert.deepEqual(inferTypes(graph).get('y'), { kind: 'tensor', dtype: 'float32', shape: [2] });
    toOpset18(graph);
    const feeds = { x: floats([1, 2], [5, 7]), c: new ort.Tensor('bool', [false], []) };
    const { y } = await runGraph(graph, feeds);
    assert.deepEqual(Array.from(y.data), [15, 21]);
  });

  it('throws nothing but ModelErrors at hostile graphs', () => {
    let [converted, refused] = [0, 0];
    for (const graph of hostileGraphs(3, 20)) {
      try {
        toOpset18(graph);
        toTrainingForm(graph);
        lowerPrivateOperators(graph);
        converted++;
      } catch (error) {
        assert.ok(error instanceof ModelError, String((error as Error).stack));
        refused++;
      }
    }
    assert.ok(converted > 2000 && refused > 20, `${converted} converted, ${refused} refused`);
  });
});
