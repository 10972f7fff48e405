import assert from 'node:assert/strict';
import { inferTypes } from '../../../src/ir/inferTypes';
import { parseGraph } from '../../../src/ir/textForm';
import { chooseInputShapes } from '../../../src/training/inputShapes';

function choose(text: string, batch = 8, keepBatch = false) {
  const graph = parseGraph(`<ir_version: 8, opset_import: ["" : 18]> ${text}`).toMutable();
  return { graph, ...chooseInputShapes(graph, batch, keepBatch) };
}

describe('chooseInputShapes', () => {
  it('fills an open batch in, in every input that shares its name', () => {
    const { shapes, batch, notes } = choose(`g (float[N,3,8,8] x, float[2,N,5] state) => (float[N,3,8,8] y)
      { y = Relu(x) }`);
    assert.deepEqual(
      [...shapes.values()],
      [
        [8, 3, 8, 8],
        [2, 8, 5],
      ],
    );
    assert.equal(batch, 8);
    assert.deepEqual(notes, []);
  });

  it('assumes sizes that are open and says so', () => {
    const { shapes, notes } = choose('g (float[N,3,H,W] x, int64[N,L] ids) => (float[N,3,H,W] y) { y = Relu(x) }');
    assert.deepEqual(
      [...shapes.values()],
      [
        [8, 3, 64, 64],
        [8, 8],
      ],
    );
    assert.equal(notes.length, 3);
    assert.match(notes[0], /axis 2 of input x open: 64 was assumed/);
  });

  it('assumes longer series and larger pictures where filters would not fit', () => {
    const series = choose(`g (float[N,L] x) => (float[] y) <float[4,1,40] w, float[4,4,9] v, int64[1] one = {1}>
      { a = Unsqueeze(x, one) b = Conv(a, w) y = Conv<strides = [4]>(b, v) }`);
    assert.deepEqual(series.shapes.get('x'), [8, 64]);
    assert.match(series.notes.join(), /axis 1 of input x open: 64 was assumed/);
    const picture = choose('g (float[N,3,H,W] x) => (float[] y) <float[4,3,100,100] w> { y = Conv(x, w) }');
    assert.deepEqual(picture.shapes.get('x'), [8, 3, 128, 128]);
    // no size helps: the smallest, so that the message is about them
    const broken = choose('g (float[N,3,H,W] x) => (float[] y) <float[4,5,3,3] w> { y = Conv(x, w) }');
    assert.deepEqual(broken.shapes.get('x'), [8, 3, 64, 64]);
  });

  it('takes the open middle axis of a state for the batch', () => {
    const recurrent = choose('g (float[?,?] x, float[2,?,5] state) => (float[] y) { y = Relu(x) }');
    assert.deepEqual(
      [...recurrent.shapes.values()],
      [
        [8, 8],
        [2, 8, 5],
      ],
    );
    assert.equal(
      choose('g (float[?,20] x, float[2,?,5] state) => (float[] y) { y = Relu(x) }', 3).shapes.get('state')![1],
      3,
    );
  });

  it('takes an open batch for the one that another input fixes, and exchanges both where the graph allows it', () => {
    const text = (mask: string, node: string) =>
      `g (int64[N,6] ids, float[${mask}] mask) => (float[] y) <float[9,5] table, int64[3] kept = {2,6,1}>
      { e = Gather(table, ids)  m = ${node}(mask, kept)  y = Mul(e, m) }`;
    const exchanged = choose(text('2,6', 'Reshape'));
    assert.deepEqual(
      [...exchanged.shapes.values()],
      [
        [8, 6],
        [8, 6],
      ],
    );
    assert.deepEqual([exchanged.batch, exchanged.rewritten], [8, true]);
    const kept = choose(text('2,6', 'Reshape'), 8, true);
    assert.deepEqual(
      [...kept.shapes.values()],
      [
        [2, 6],
        [2, 6],
      ],
    );
    assert.deepEqual([kept.batch, kept.rewritten], [2, false]);
    assert.match(kept.notes.join(), /fixes the batch at 2/);
    // one mask for all
    const shared = choose(text('1,6', 'Reshape').replace('{2,6,1}', '{1,6,1}'));
    assert.deepEqual(
      [...shared.shapes.values()],
      [
        [8, 6],
        [1, 6],
      ],
    );
    assert.deepEqual([shared.batch, shared.rewritten], [8, false]);
  });

  it('exchanges a fixed batch, with the shapes that hold it', () => {
    const { graph, shapes, batch, rewritten } = choose(
      `g (float[1,4,6,6] x) => (float[1,5] y)
      <float[5,144] w, int64[2] flat>
      { a = Relu(x)
        f = Constant<value_ints = [1, 144]>()
        r = Reshape(a, flat)
        y = Gemm<transB = 1>(r, w) }`.replace('int64[2] flat>', 'int64[2] flat = {1, 144}>'),
    );
    assert.deepEqual([shapes.get('x'), batch, rewritten], [[8, 4, 6, 6], 8, true]);
    assert.deepEqual(inferTypes(graph, shapes).get('y')?.shape, [8, 5]);
  });

  it('keeps a batch that the graph is built around, and says so', () => {
    const mixing = `g (float[2,6] x) => (float[3,4] y) <int64[2] s = {3, 4}> { y = Reshape(x, s) }`;
    const { shapes, batch, rewritten, notes } = choose(mixing);
    assert.deepEqual([shapes.get('x'), batch, rewritten], [[2, 6], 2, false]);
    assert.match(notes.join(), /the file fixes the batch at 2/);
    assert.equal(choose('g (float[2,6] x) => (float[2,6] y) { y = Relu(x) }', 8, true).batch, 2);
  });

  it('leaves a graph alone whose batch is the wanted one', () => {
    const { batch, rewritten, notes } = choose('g (float[8,6] x) => (float[8,6] y) { y = Relu(x) }');
    assert.deepEqual([batch, rewritten, notes], [8, false, []]);
  });

  it('lets a mask cover the tokens before and the new ones', () => {
    const { shapes, notes } = choose(
      `g (int64[N,seq_len] ids, int64[N,total_seq_len] mask, float[N,4,past_seq_len,8] past) => (float[N] y)
       { y = Identity (past) }`,
      2,
    );
    assert.deepEqual(
      [...shapes.values()],
      [
        [2, 8],
        [2, 16],
        [2, 4, 8, 8],
      ],
    );
    assert.equal(notes.length, 3);
  });

  it('takes sizes that the file leaves open from the samples', () => {
    const text = 'g (float[N,3,H,W] x, float[N,H] m) => (float[N,3,H,W] y) { y = Identity (x) }';
    const graph = parseGraph(`<ir_version: 8, opset_import: ["" : 18]> ${text}`).toMutable();
    const { shapes, notes } = chooseInputShapes(graph, 2, false, new Map([['x', [3, 20, 30]]]));
    assert.deepEqual(
      [[...shapes.values()], notes],
      [
        [
          [2, 3, 20, 30],
          [2, 20],
        ],
        [],
      ],
    );
  });
});
