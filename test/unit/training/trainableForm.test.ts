import assert from 'node:assert/strict';
import { ModelError } from '../../../src/ir/errors';
import { trainableForm } from '../../../src/training/trainableForm';
import { textModel } from '../../support/textModel';

const branches = `then_branch = a () => (float[N,4] p) { p = Gemm(x, w) },
  else_branch = b () => (float[N,4] q) { q = MatMul(x, v) }`;
const deciding = (input: string, nodes: string) =>
  trainableForm(
    textModel(`<ir_version: 8, opset_import: ["" : 18]> g (float[N,4] x, ${input}) => (float[N,4] y)
      <float[4,4] w, float[4,4] v, int64 rate = {16000}> { ${nodes} y = If<${branches}>(c) }`),
  );
const operators = ({ model }: ReturnType<typeof trainableForm>) => [...model.graph.nodes()].map((n) => n.opType);

describe('trainableForm: inputs that decide about branches', () => {
  it('are held at the number that they are compared with', () => {
    for (const nodes of ['c = Equal(rate, sr)', 'i = Identity(sr) e = Equal(i, rate) c = Cast<to = 9>(e)']) {
      const form = deciding('int64 sr', nodes);
      assert.ok(operators(form).includes('Gemm') && !operators(form).includes('If'), nodes);
      assert.deepEqual(
        form.model.graph.inputs.map((v) => form.model.graph.valueName(v)),
        ['x'],
      );
      assert.match(
        form.notes.join(),
        /^input sr was held at 16000: it decides which branch of the network is computed/,
      );
    }
  });

  it('are off where they are flags', () => {
    const form = deciding('bool[1] use_cache', 'c = Squeeze(use_cache)');
    assert.deepEqual(operators(form).slice(-1), ['MatMul']);
    assert.match(form.notes.join(), /use_cache was held at 0/);
  });

  it('are held where the user says', () => {
    const model =
      textModel(`<ir_version: 8, opset_import: ["" : 18]> g (float[N,4] x, int64 sr, float[1] gain) => (float[N,4] y)
      <float[4,4] w, float[4,4] v, int64 rate = {16000}> { c = Equal(sr, rate) z = If<${branches}>(c) y = Mul(z, gain) }`);
    const form = trainableForm(model, { hold: { sr: 8000, gain: 0.5 } });
    assert.deepEqual(operators(form).slice(1), ['MatMul', 'Mul']);
    assert.deepEqual(form.notes, ['held by the settings: sr = 8000, gain = 0.5']);
    const { graph } = form.model;
    assert.deepEqual(
      graph.inputs.map((v) => graph.valueName(v)),
      ['x'],
    );
    for (const name of ['x', 'rate', 'nothing', '__proto__']) {
      assert.throws(
        () => trainableForm(model, { hold: Object.fromEntries([[name, 1]]) }),
        (e) => e instanceof ModelError && e.message.includes(`no input ${name} that`) && e.message.includes('sr, gain'),
      );
    }
  });

  it('stay inputs where more than one number is compared, or none that is known', () => {
    for (const [input, nodes] of [
      ['int64[N] sr', 'r = ReduceMax<keepdims = 0>(sr) c = Equal(r, rate)'],
      ['int64[2] sr', 'e = Equal(sr, rate) c = Identity(e)'],
      ['int64 sr', 'c = Greater(sr, rate)'],
      ['int64 sr', 'c = Equal(sr, sr)'],
      ['float sr', 's = Cast<to = 7>(sr) c = Equal(s, rate)'],
    ]) {
      const form = deciding(input, nodes);
      assert.ok(operators(form).includes('If'), nodes);
      assert.deepEqual(form.notes, []);
    }
  });
});

describe('trainableForm: open sizes', () => {
  const model = (condition: string) =>
    textModel(`<ir_version: 8, opset_import: ["" : 18]> g (float[N,L] x) => (float[] y)
      <float[4,1,20] w, int64[1] second = {1}, int64[1] one = {1}, int64 eight = {8}, bool on = {1}>
      { a = Unsqueeze(x, second) c = Conv(a, w) s = Shape(x) n = Gather(s, second) k = Squeeze(n) b = Equal(k, eight) ${condition} }`);

  it('are settled where branches follow from them', () => {
    const branch =
      'y = If<then_branch = p () => (float[] u) { u = Relu(c) }, else_branch = q () => (float[] v) { v = Tanh(c) }>(b)';
    // 8 is too short for a filter of 20: 64
    const form = trainableForm(model(branch), { batch: 3 });
    assert.deepEqual(operators(form).slice(-1), ['Tanh']);
    assert.deepEqual(form.model.graph.valueType(form.model.graph.inputs[0])?.shape, [3, 64]);
    assert.match(form.notes.join(), /axis 1 of input x open: 64 was assumed/);
    assert.ok(
      operators(trainableForm(model(branch), { batch: 3, data: 'x.npy' })).includes('If'),
      'data bring the size',
    );
  });

  it('are settled where the turns of loops do', () => {
    const turn =
      'body = turn (int64 i, bool go, float[N,4,M] h) => (bool go2, float[N,4,M] t) { t = Tanh(h) go2 = Identity(go) }';
    const form = trainableForm(model(`y = Loop<${turn}>(k, on, c)`), { batch: 3 });
    assert.equal(operators(form).filter((o) => o === 'Tanh').length, 64);
    // samples of the user's own are as long as they are
    const settings = { batch: 3, data: 'x.npy' };
    const own = trainableForm(model(`y = Loop<${turn}>(k, on, c)`), settings, new Map([['x', [30]]]));
    assert.equal(operators(own).filter((o) => o === 'Tanh').length, 30);
    assert.deepEqual(own.model.graph.valueType(own.model.graph.inputs[0])?.shape, [3, 30]);
  });

  it('stay open where nothing follows from them', () => {
    const { graph } = trainableForm(model('y = Relu(c)'), { batch: 3 }).model;
    assert.deepEqual(graph.valueType(graph.inputs[0])?.shape, ['N', 'L']);
  });
});

describe('trainableForm: weights from outside', () => {
  const form = (inputs: string, nodes: string, constants = '') =>
    trainableForm(
      textModel(
        `<ir_version: 8, opset_import: ["" : 18]> g (float[N,3,8,8] x, ${inputs}) => (float[] y) ${constants} { ${nodes} }`,
      ),
    );
  const weights = ({ model: { graph } }: ReturnType<typeof trainableForm>) =>
    graph.initializers.map((v) => [graph.valueName(v), graph.initializer(v)?.location]);

  it('become constants without values', () => {
    const given = form(
      'float[4,3,3,3] w, float[4] s, float[4] b, float[4] m, float[4] v',
      'a = Conv(x, w) y = BatchNormalization(a, s, b, m, v)',
    );
    assert.deepEqual(
      weights(given),
      ['w', 's', 'b', 'm', 'v'].map((name) => [name, 'missing']),
    );
    assert.match(given.notes.join(), /the weights are inputs of the file \(w, s, b, m, v\)/);
  });

  it('stay inputs beside weights of the file, of open sizes, with another use, and without data', () => {
    const conv = 'y = Conv(x, w)';
    const cases = [
      form('float[4,3,3,3] w', 'a = Conv(x, u) b = Conv(x, w) y = Add(a, b)', '<float[4,3,3,3] u>'),
      form('float[K,3,3,3] w', conv),
      form('float[4,3,3,3] w', `${conv} z = Relu(w)`),
      form('float[4,3,3,3] w', 'v = Neg(w) y = Conv(x, v)'),
      trainableForm(textModel('<opset_import: ["" : 18]> g (float[4,3,3,3] w) => (float[] y) { y = Conv(w, w) }')),
    ];
    for (const { model, notes } of cases) {
      assert.ok(model.graph.inputs.some((v) => model.graph.valueName(v) === 'w'));
      assert.deepEqual(notes, []);
    }
  });

  it('leaves a model alone where there is nothing to change', () => {
    const model = textModel(
      '<opset_import: ["" : 18]> g (float[N,3] x) => (float[N,3] y) <float[3,3] w> { y = MatMul(x, w) }',
    );
    assert.equal(trainableForm(model).model, model);
  });
});
