import assert from 'node:assert/strict';
import { openTfjsGraph } from '../../../../src/formats/tfjsGraph/openTfjsGraph';
import type { Graph } from '../../../../src/ir/graph';
import { unrollLoops } from '../../../../src/variants/unrollLoops';
import { assertGraphAgrees, graphModel, graphNode as n, int, ints } from '../../../support/tfjsGraphs';
import {
  FLOAT,
  INT,
  list,
  numbers,
  output,
  sequence,
  shapes,
  tensorListCases,
  tensorListModel,
} from '../../../support/tensorListModels';

describe('lists of tensors in TensorFlow.js graph models', () => {
  for (const [name, { unrolls, carries }] of Object.entries(tensorListCases)) {
    it(`${name}: as tfjs computes it`, async () => {
      const { text, folder } = tensorListModel(name);
      const model = await openTfjsGraph(folder, 'model.json', text);
      assert.deepEqual(model.problems, []);
      const readFile = async (path: string) => {
        const source = await folder.open(path);
        return source.read(0, source.size);
      };
      await assertGraphAgrees(model, text, readFile, { isDynamic: true, sizes: [[4, 2, 5]] });
      const unrolled = unrollLoops(model.graph);
      assert.equal(unrolled?.loops, unrolls);
      if (unrolled !== undefined) {
        const turnByTurn = { ...model, graph: unrolled.graph };
        await assertGraphAgrees(turnByTurn, text, readFile, { isDynamic: true, sizes: [[4, 2, 5]] });
      }
      if (carries !== undefined) assert.equal(carriedBy(model.graph), carries, 'carried variables');
    });
  }

  it('operators that tfjs has in another form, or not at all: as the elements say', async () => {
    const items = n('items', 'TensorListFromTensor', ['x', 'element'], list);
    const weights = { ...numbers, ...shapes, some: ints(2, 0), pairs: ints(2, 2), zero: int(0), n2: int(2) };
    const listed = graphModel(
      [
        sequence,
        items,
        n('pop', 'TensorListPopBack', ['items', 'element'], list),
        n('short', 'TensorListStack', ['pop', 'element'], list),
        n('last', 'Relu', ['pop:1']),
        n('shape', 'TensorListElementShape', ['items'], { shape_type: INT }),
        n('longer', 'TensorListResize', ['items', 'n5']),
        n('shorter', 'TensorListResize', ['items', 'n2']),
        n('ends', 'TensorListGather', ['longer', 'outer', 'element'], list),
        n('two', 'TensorListStack', ['shorter', 'element'], list),
        n('rows', 'TensorListGather', ['items', 'some', 'element'], list),
        n('mixed', 'TensorListScatterIntoExistingList', ['shorter', 'rows', 'swap'], list),
        n('swapped', 'TensorListStack', ['mixed', 'element'], list),
        n('parts', 'TensorListSplit', ['x', 'any', 'pairs'], list),
        n('second', 'TensorListGetItem', ['parts', 'i1', 'any'], list),
        n('none', 'TensorListReserve', ['any', 'zero'], list),
        n('first', 'TensorListSetItem', ['none', 'i0', 'last'], { ...list, resize_if_index_out_of_bounds: true }),
        n('both', 'TensorListSetItem', ['first', 'i1', 'last'], { ...list, resize_if_index_out_of_bounds: true }),
        n('grown', 'TensorListStack', ['both', 'element'], list),
      ],
      { ...weights, outer: ints(4, 3), swap: ints(1, 0) },
      output('short', 'last', 'shape', 'ends', 'two', 'swapped', 'second', 'grown'),
    );
    const slice = (name: string, begin: string, size: string) => n(name, 'Slice', ['x', begin, size]);
    const plain = graphModel(
      [
        sequence,
        slice('short', 'b0', 's3'),
        n('lastItem', 'GatherV2', ['x', 'i3', 'axis']),
        n('last', 'Relu', ['lastItem']),
        n('whole', 'Shape', ['x'], { T: FLOAT, out_type: INT }),
        n('shape', 'Slice', ['whole', 'c1', 'c2']),
        slice('third', 'b3', 's1'),
        n('zeros', 'ZerosLike', ['third']),
        n('ends', 'ConcatV2', ['zeros', 'third', 'axis']),
        slice('two', 'b0', 's2'),
        n('swapped', 'GatherV2', ['x', 'places', 'axis']),
        slice('second', 'b2', 's2'),
        n('grown', 'Pack', ['last', 'last'], { axis: 0, N: 2 }),
      ],
      {
        ...{ b0: ints(0, 0, 0), b2: ints(2, 0, 0), b3: ints(3, 0, 0), c1: ints(1), c2: ints(2), axis: int(0) },
        ...{ s1: ints(1, -1, -1), s2: ints(2, -1, -1), s3: ints(3, -1, -1), i3: int(3), places: ints(0, 2) },
      },
      output('short', 'last', 'shape', 'ends', 'two', 'swapped', 'second', 'grown'),
    );
    const model = await openTfjsGraph(listed.folder, 'model.json', listed.text);
    assert.deepEqual(model.problems, []);
    const source = await plain.folder.open('weights.bin');
    await assertGraphAgrees(model, plain.text, () => source.read(0, source.size), { sizes: [[4, 2, 5]] });
  });

  it('says what it does not compute, and reserves nothing for a list of two thousand million elements', async () => {
    const { text, folder } = graphModel(
      [
        sequence,
        n('huge', 'TensorListReserve', ['wide', 'many'], list),
        n('y', 'TensorListStack', ['huge', 'wide'], list),
        n('less', 'TensorListReserve', ['any', 'negative'], list),
        n('text', 'TensorListReserve', ['any', 'n3'], { element_dtype: { type: 7 } }),
        n('uneven', 'TensorListSplit', ['x', 'any', 'some'], list),
        n('far', 'TensorListReserve', ['any', 'n3'], list),
        n('z', 'TensorListSetItem', ['far', 'n5', 'x'], list),
      ],
      {
        ...numbers,
        ...shapes,
        many: int(2 ** 31 - 1),
        negative: int(-3),
        wide: ints(1 << 30, 1 << 30),
        some: ints(1, 3),
      },
    );
    const model = await openTfjsGraph(folder, 'model.json', text);
    const said = model.problems.map((p) => p.message.replace(/ is not computed/, '')).sort();
    assert.deepEqual(said, [
      'TensorListReserve less: its size is negative',
      'TensorListReserve text: its elements are not numbers',
      'TensorListSetItem z: it makes its list longer',
      'TensorListSplit uneven: its parts are not of one length',
    ]);
  });
});

/** Variables of the graph's loop: its inputs without the number of turns and the condition. */
function carriedBy(graph: Graph): number {
  const node = [...graph.nodes()].find(({ opType }) => opType === 'Loop');
  assert.ok(node !== undefined, 'a loop');
  return node.inputs.length - 2;
}
