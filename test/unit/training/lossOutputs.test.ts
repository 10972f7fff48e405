import assert from 'node:assert/strict';
import { inferTypes } from '../../../src/ir/inferTypes';
import { parseGraph } from '../../../src/ir/textForm';
import { inputSpecs } from '../../../src/training/data/inputSpec';
import { chooseLossOutputs, type LossGoal, type LossOutputs } from '../../../src/training/lossOutputs';

const BATCH = 4;

function choose(text: string, trained: readonly string[] = ['w'], goal?: LossGoal): LossOutputs {
  const graph = parseGraph(`<ir_version: 8, opset_import: ["" : 18]> ${text}`).toMutable();
  const shapes = new Map(graph.inputs.map((i) => [i.name, i.type.shape as number[]]));
  const inputs = inputSpecs(graph, shapes, BATCH, false);
  return chooseLossOutputs(graph, inferTypes(graph), inputs, new Set(trained), BATCH, goal);
}

describe('chooseLossOutputs', () => {
  it('takes the logits of a classifier, behind a Softmax and changes of shape', () => {
    const { outputs } = choose(
      `g (float[4,7] x) => (float[4,3,1,1] y) <float[7,3] w, int64[4] s>
      { a = MatMul(x, w)  b = Softmax(a)  y = Reshape(b, s) }`.replace('int64[4] s', 'int64[4] s = {4,3,1,1}'),
    );
    const [{ output, value, kind, classes }] = outputs;
    assert.deepEqual([output, value, kind, classes], ['y', 'a', 'class', 3]);
  });

  it('takes the scores of a classifier that ends in an ArgMax', () => {
    const { outputs } = choose(
      `g (float[4,7] x) => (int64[4,1] y) <float[7,3] w> { a = MatMul(x, w)  y = ArgMax<axis = 1>(a) }`,
    );
    assert.deepEqual([outputs[0].value, outputs[0].kind], ['a', 'class']);
  });

  it('takes the scores of a classifier of scikit-learn, whose labels are looked up and whose scores have names', () => {
    for (const zip of ['Identity', 'ml.ZipMap']) {
      const { outputs } = choose(
        `g (float[4,7] x) => (int64[4] label, float[4,3] z) <float[7,3] w, int64[3] classes = {5,6,7}>
        { a = MatMul(x, w)  y = Softmax(a)  i = ArgMax<axis = 1>(y)  label = ml.ArrayFeatureExtractor(classes, i)
          z = ${zip}(y) }`.replace(', float[4,3] z', zip === 'Identity' ? ', float[4,3] z' : ', z'),
      );
      assert.deepEqual(
        outputs.map(({ value, kind }) => [value, kind]),
        [['a', 'class']],
      );
    }
  });

  describe('of a file that computes its own loss', () => {
    const model = (outputs: string, nodes: string) =>
      `g (float[4,7] x, int64[4] labels) => (${outputs}) <float[7,3] w> { a = MatMul(x, w)  ${nodes} }`;
    const chosen = (text: string) => choose(text).outputs.map((o) => [o.output, o.value, o.kind, o.classes]);

    it('takes the scores that it compares, with labels of its own', () => {
      const text = model('float loss, float[4,3] shares', 'loss, shares = SoftmaxCrossEntropyLoss(a, labels)');
      assert.deepEqual(chosen(text), [['loss', 'a', 'class', 3]]);
      assert.match(choose(text).notes.join(), /computes its own loss.*output loss/);
      const parts = 'b = LogSoftmax<axis = 1>(a)  loss = NegativeLogLikelihoodLoss(b, labels)';
      assert.deepEqual(chosen(model('float loss', parts)), [['loss', 'a', 'class', 3]]);
    });

    it('takes the scores alone where they are an output as well', () => {
      const text = model('float loss, float[4,3] y', 'y = Identity(a)  loss = SoftmaxCrossEntropyLoss(y, labels)');
      assert.deepEqual(chosen(text), [['y', 'y', 'class', 3]]);
      assert.match(choose(text).notes.join(), /output loss \(it is a loss, of scores that are taken\)/);
    });
  });

  it('takes an autoencoder by its shape', () => {
    const { outputs } = choose(
      `g (float[4,7] x) => (float[4,7] y) <float[7,7] w> { a = MatMul(x, w)  y = Sigmoid(a) }`,
    );
    const [{ value, kind, input, bounds }] = outputs;
    assert.deepEqual([value, kind, input, bounds], ['y', 'input', 0, 'sigmoid']);
  });

  it('gives other outputs a teacher, within the bounds of the last activation', () => {
    const { outputs } = choose(
      `g (float[4,7] x) => (float[4,1] y, float[4,2,3] z) <float[7,1] w, float[7,6] v, int64[3] s>
      { a = MatMul(x, w)  y = Tanh(a)  b = MatMul(x, v)  z = Reshape(b, s) }`.replace(
        'int64[3] s',
        'int64[3] s = {4,2,3}',
      ),
      ['w', 'v'],
    );
    assert.deepEqual(
      outputs.map((o) => [o.value, o.kind, o.bounds]),
      [
        ['y', 'teacher', 'tanh'],
        ['z', 'teacher', undefined],
      ],
    );
  });

  describe('of a language model', () => {
    const model = (more = '', vocabulary = 20, output = 'y') =>
      `g (int64[4,6] ids) => (float[4,6,${vocabulary}] ${output}) <float[20,5] table, float[5,${vocabulary}] w>
      { e = Gather(table, ids)  h = MatMul(e, w)  ${more || `${output} = Identity(h)`} }`;
    const trained = ['table', 'w'];
    const kinds = (text: string, loss?: 'mse') => choose(text, trained, { loss: loss ?? 'auto' }).outputs;

    it('takes the scores of the tokens that follow, behind a Softmax', () => {
      const [{ value, kind, classes, input, shape }] = kinds(model('y = LogSoftmax(h)'));
      assert.deepEqual([value, kind, classes, input, shape], ['h', 'token', 20, 0, [4, 6, 20]]);
    });

    it('takes logits of more tokens than the table has, but no other features of a token', () => {
      assert.deepEqual(
        [
          kinds(model('', 24, 'logits')),
          kinds(model('', 24)),
          kinds(model('', 7, 'logits')),
          kinds(model(), 'mse'),
        ].map(([o]) => o.kind),
        ['token', 'teacher', 'teacher', 'teacher'],
      );
    });

    it('takes no cache beside its scores', () => {
      const text = (more: string) =>
        `g (int64[4,6] ids, float[4,1,2,5] past_0) => (${more}float[4,1,8,5] present_0) <float[20,5] table, int64[1] one = {1}>
        { e = Gather(table, ids)  k = Unsqueeze(e, one)  present_0 = Concat<axis = 2>(past_0, k)  y = Identity(e) }`;
      const both = choose(text('float[4,6,5] y, '), trained);
      assert.deepEqual(
        both.outputs.map((o) => o.output),
        ['y'],
      );
      assert.match(both.notes.join(), /output present_0 \(it keeps what later words read/);
      assert.deepEqual(
        choose(text(''), trained).outputs.map((o) => o.output),
        ['present_0'],
      );
    });

    it('tells the successors of what its decoder reads', () => {
      const [{ kind, input }] = kinds(
        `g (int64[4,6] ids, int64[4,6] decoder_ids) => (float[4,6,20] y) <float[20,5] table, float[5,20] w>
        { a = Gather(table, ids)  b = Gather(table, decoder_ids)  e = Add(a, b)  y = MatMul(e, w) }`,
      );
      assert.deepEqual([kind, input], ['token', 1]);
    });
  });

  it('leaves out outputs that others are computed from, that depend on no weight, that are no floats', () => {
    const { outputs, notes } = choose(`g (float[4,7] x) => (float[4,3] a, float[4,3] y, float[4,7] copy, int64[2] size)
      <float[7,3] w> { a = MatMul(x, w)  y = Relu(a)  copy = Identity(x)  size = Shape(x) }`);
    assert.deepEqual(
      outputs.map((o) => o.output),
      ['y'],
    );
    assert.equal(notes.length, 3);
    assert.match(notes.join('\n'), /output a \(other outputs are computed from it\)/);
    assert.match(notes.join('\n'), /output copy \(does not depend on any weight\)/);
    assert.match(notes.join('\n'), /output size \(not a floating-point tensor\)/);
  });
});
