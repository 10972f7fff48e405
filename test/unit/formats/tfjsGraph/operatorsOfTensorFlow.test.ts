import assert from 'node:assert/strict';
import { openTfjsGraph } from '../../../../src/formats/tfjsGraph/openTfjsGraph';
import {
  assertGraphAgrees,
  floats,
  graphModel,
  graphNode as n,
  int,
  ints,
  placeholder,
  type OperatorCase as Case,
} from '../../../support/tfjsGraphs';

const image = placeholder('x', [-1, 6, 7, 4]);
const matrix = placeholder('x', [-1, 5]);
const toFloat = { DstT: { type: 1 }, SrcT: { type: 3 } };

/** Operators that tfjs computes in another way than TensorFlow says, beside what says the same. */
const otherCases: readonly (readonly [name: string, Case, Case])[] = [
  [
    'BitwiseAnd',
    ['', [placeholder('x', [-1, 5], 'int32'), n('y', 'BitwiseAnd', ['x', 'c'])], { c: ints(0, 1, 3, 7, 15) }],
    ['', [placeholder('x', [-1, 5], 'int32'), n('y', 'FloorMod', ['x', 'c'])], { c: ints(1, 2, 4, 8, 16) }],
  ],
  ...(
    [
      [1, 0, [1, 0, 0, 1, 1, 0, 0, 1, 1]],
      [0, -1, [1, 1, 1, 0, 1, 1, 0, 0, 1]],
      [-1, 1, [1, 1, 0, 1, 1, 1, 1, 1, 1]],
      [-1, -1, [1, 1, 1, 1, 1, 1, 1, 1, 1]],
    ] as const
  ).map(([lower, upper, mask]): readonly [string, Case, Case] => [
    `MatrixBandPart ${lower}, ${upper}`,
    [
      '',
      [placeholder('x', [-1, 3, 3]), n('b', 'MatrixBandPart', ['x', 'l', 'u']), n('y', 'AddV2', ['b', 'b'])],
      { l: int(lower), u: int(upper) },
    ],
    [
      '',
      [placeholder('x', [-1, 3, 3]), n('b', 'Mul', ['x', 'mask']), n('y', 'AddV2', ['b', 'b'])],
      { mask: floats([3, 3], mask) },
    ],
  ]),
  [
    'Reverse of marked axes',
    ['', [image, n('y', 'Reverse', ['x', 'marks'])], { marks: ints(0, 1, 0, 1) }],
    ['', [image, n('y', 'ReverseV2', ['x', 'axes'])], { axes: ints(1, 3) }],
  ],
  [
    'noise of a width of nothing',
    [
      '',
      [
        matrix,
        n('s', 'Shape', ['x']),
        n('r', 'RandomUniformInt', ['s', 'two', 'three']),
        n('u', 'RandomUniform', ['s']),
        n('g', 'RandomStandardNormal', ['s']),
        n('m', 'Multinomial', ['sure', 'three']),
        n('f', 'Cast', ['r'], toFloat),
        n('mf', 'Cast', ['m'], toFloat),
        n('up', 'Floor', ['u']),
        n('gz', 'Mul', ['g', 'zero']),
        n('some', 'Max', ['mf', 'axes']),
        ...['f', 'up', 'gz', 'some'].map((_, i, all) =>
          n(`sum_${i}`, 'AddV2', [i === 0 ? 'x' : `sum_${i - 1}`, all[i]]),
        ),
        n('y', 'Identity', ['sum_3']),
      ],
      { two: int(2), three: int(3), zero: floats([], [0]), sure: floats([1, 2], [-1e4, 1e4]), axes: ints(0, 1) },
    ],
    ['', [matrix, n('sum', 'AddV2', ['x', 'c']), n('y', 'Identity', ['sum'])], { c: floats([], [3]) }],
  ],
];

describe('operators of graph models: ONNX Runtime gives what TensorFlow says, where tfjs-converter does not', function () {
  this.timeout(20_000);
  for (const [name, [, nodes, weights], [, plain, plainWeights]] of otherCases) {
    it(name, async () => {
      const { text, folder } = graphModel(nodes, weights);
      const model = await openTfjsGraph(folder, 'model.json', text);
      assert.deepEqual(model.problems, []);
      const witness = graphModel(plain, plainWeights);
      const source = await witness.folder.open('weights.bin');
      await assertGraphAgrees(model, witness.text, () => source.read(0, source.size));
    });
  }
});
