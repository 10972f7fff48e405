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
  type TestWeight,
} from '../../../support/tfjsGraphs';

const matrix = placeholder('x', [-1, 5]);
const toFloat = { DstT: { type: 1 }, SrcT: { type: 3 } };
const boxes: TestWeight = floats(
  [5, 4],
  [
    [0, 0, 1, 1],
    [0, 0.1, 1, 1.1],
    [0, -0.1, 1, 0.9],
    [0, 10, 1, 11],
    [1, 111, 0, 110],
  ].flat(),
);
const detection = (op: string, attr = {}, more: readonly string[] = []): Case => [
  `${op} ${JSON.stringify(attr)}`,
  [placeholder('x', [5]), n('y', op, ['boxes', 'x', 'most', 'overlap', ...more], attr)],
  { boxes, most: int(4), overlap: floats([], [0.5]), least: floats([], [-0.9]), sigma: floats([], [0]) },
];
const asFloats = (...names: string[]) => names.map((name) => n(`${name}/f`, 'Cast', [name], toFloat));

/** Operators whose results have sizes that follow from numbers: tfjs computes them in its own time. */
const dynamicCases: readonly Case[] = [
  detection('NonMaxSuppressionV2'),
  detection('NonMaxSuppressionV3', {}, ['least']),
  detection('NonMaxSuppressionV5', {}, ['least', 'sigma']),
  ...[false, true].map((pads) => detection('NonMaxSuppressionV4', { pad_to_max_output_size: pads }, ['least'])),
  [
    'scores of NonMaxSuppressionV5',
    [
      placeholder('x', [5]),
      n('nms', 'NonMaxSuppressionV5', ['boxes', 'x', 'most', 'overlap', 'least', 'sigma']),
      n('y', 'Neg', ['nms:1']),
    ],
    { ...detection('')[2] },
  ],
  ['Where', [matrix, n('c', 'Greater', ['x', 'zero']), n('y', 'Where', ['c'])], { zero: floats([], [0.1]) }],
  [
    'ListDiff',
    [placeholder('x', [6], 'int32'), n('d', 'ListDiff', ['x', 'known']), n('y', 'AddV2', ['d', 'd:1'])],
    { known: ints(1, 3, 5, 7, 9, 11, 13) },
  ],
  ...['Unique', 'UniqueV2'].map((op): Case => [
    op,
    [
      placeholder('x', [9], 'int32'),
      n('m', 'FloorMod', ['x', 'four']),
      n('u', op, op === 'Unique' ? ['m'] : ['m', 'axes']),
      n('t', 'GatherV2', ['u', 'u:1', 'zero']),
      n('sum', 'Sum', ['u', 'axes']),
      ...asFloats('t', 'sum'),
      n('y', 'AddV2', ['t/f', 'sum/f']),
    ],
    { four: int(4), zero: int(0), axes: ints(0) },
  ]),
];

describe('operators of graph models whose results have sizes that follow from numbers', function () {
  this.timeout(20_000);
  for (const [name, nodes, weights] of dynamicCases) {
    it(name, async () => {
      const signature = { outputs: { y: { name: 'y:0' } } };
      const { text, folder } = graphModel(nodes, weights, { signature });
      const model = await openTfjsGraph(folder, 'model.json', text);
      assert.deepEqual(model.problems, []);
      const source = await folder.open('weights.bin');
      await assertGraphAgrees(model, text, () => source.read(0, source.size), { isDynamic: true });
    });
  }
});
