import assert from 'node:assert/strict';
import { expandCalls } from '../../../src/ir/expandCalls';
import { openBodies } from '../../../src/ir/openBodies';
import { analyzeModel } from '../../../src/rules/analyzeModel';
import { parseGraph } from '../../../src/ir/textForm';
import { modelOf, textModel } from '../../support/textModel';

const ofNorm = 'scale, shift, mean, variance';
const weights =
  'float[4,4,3,3] w, float[4] bias, float[4] scale, float[4] shift, float[4] mean, float[4] variance, int64 turns, bool go';
const conv = (x: string, more = '') => `Conv<pads = [1, 1, 1, 1]>(${x}, w${more})`;

/** A network with a Loop that is called "loop" and has the state `s` and the result `t`. */
const looping = (body: string, before = 'x0 = Relu(x)', after = 'y = Relu(last)') =>
  textModel(`<opset_import: ["" : 17]> g (float[N,4,8,8] x) => (float[] y) <${weights}> {
    ${before}
    [loop] last = Loop<body = b (int64 i, bool c, float[N,4,8,8] s) => (bool d, float[] t) {
      d = Identity(c)
      ${body}
    }>(turns, go, x0)
    ${after}
  }`);

const norm = (x: string) => `BatchNormalization(${x}, ${ofNorm})`;

describe('layers in loops', () => {
  it('are listed and placed, under the name of the loop', async () => {
    const { layers, problems, findings } = await analyzeModel(
      looping(`u = ${conv('s')} v = ${norm('u')} t = Relu(v)`),
      'm',
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(
      layers.map((l) => [l.id, l.role]),
      [
        ['x0', 'activation'],
        ['loop/u', 'linear'],
        ['loop/v', 'norm'],
        ['loop/t', 'activation'],
        ['loop', 'other'],
        ['y', 'activation'],
      ],
    );
    const inside = layers.find((l) => l.role === 'norm')?.norm;
    assert.deepEqual([inside?.placement, inside?.linear], ['linear-norm-activation', 'loop/u']);
    assert.equal(layers[1].linear?.normalization, 'normalized-before-activation');
    assert.ok(!findings.some((found) => found.layer === 'y' || found.layer === 'x0'));
  });

  it('are judged, and fixes are not offered, which do not reach into loops', async () => {
    const { findings } = await analyzeModel(looping(`u = ${conv('s', ', bias')} v = ${norm('u')} t = Relu(v)`), 'm');
    const found = findings.find((f) => f.ruleId === 'bias-before-norm');
    assert.deepEqual([found?.layers, found?.fix], [['loop/u'], undefined]);
    const outside = textModel(`<opset_import: ["" : 17]> g (float[N,4,8,8] x) => (float[] y) <${weights}> {
      u = ${conv('x', ', bias')} v = ${norm('u')} y = Relu(v) }`);
    const flat = (await analyzeModel(outside, 'm')).findings.find((f) => f.ruleId === 'bias-before-norm');
    assert.deepEqual([flat?.layers, flat?.message.replace(': u.', ': loop/u.')], [['u'], found?.message]);
  });

  it('are not joined with what stands before or behind the loop: the next turn reads it as well', async () => {
    const begin = looping(`u = ${norm('s')} t = ${conv('u')}`, `x0 = ${conv('x', ', bias')}`);
    const end = looping(`t = ${conv('s', ', bias')}`, 'x0 = Relu(x)', `n = ${norm('last')} y = Relu(n)`);
    const twice = looping(
      `u = ${conv('s')} t = ${norm('u')}`,
      `c = ${conv('x')} x0 = ${norm('c')}`,
      `y = ${norm('last')}`,
    );
    for (const model of [begin, end]) {
      const { findings } = await analyzeModel(model, 'm');
      assert.ok(!findings.some((f) => f.ruleId === 'bias-before-norm'), JSON.stringify(findings));
    }
    const { findings } = await analyzeModel(twice, 'm');
    assert.ok(!findings.some((f) => f.ruleId === 'consecutive-norms'), JSON.stringify(findings));
    assert.ok(!findings.some((f) => f.layer?.startsWith('loop/')), JSON.stringify(findings));
  });

  it('read values of the graph around them by the right names', () => {
    const model = looping(
      `x0 = ${conv('s')} bias = Relu(x0) shift = Add(bias, early) t = ${norm('shift')}`,
      'early = Relu(x) x0 = Add(early, early)',
    );
    const { model: opened, inside } = openBodies(expandCalls(model));
    const { graph } = opened;
    const text = [...graph.nodes()].map((n) => {
      const names = (ids: readonly number[]) => ids.map((v) => graph.valueName(v)).join(' ');
      return `${names(n.outputs)} = ${n.opType} ${names(n.inputs)}`;
    });
    assert.deepEqual(text, [
      'early = Relu x',
      'x0 = Add early early',
      'loop/i = Identity ',
      'loop/c = Identity ',
      'loop/s = Identity ',
      'loop/d = Identity loop/c',
      'loop/x0 = Conv loop/s w',
      'loop/bias = Relu loop/x0',
      'loop/shift = Add loop/bias early',
      'loop/t = BatchNormalization loop/shift scale loop/shift mean variance',
      'last = Loop turns go x0 loop/d loop/t',
      'y = Relu last',
    ]);
    assert.deepEqual([...inside].sort(), ['loop/bias', 'loop/d', 'loop/shift', 'loop/t', 'loop/x0']);
    assert.equal(graph.node(10).attributeNames.length, 0);
    assert.equal(model.graph.nodeCount, 4, 'the model itself stays');
  });

  it('are found in scans, in loops inside of loops, in known branches and in functions', async () => {
    const block =
      parseGraph(`<opset_import: ["" : 17]> block (float[] x, float[] w, float[] scale, float[] shift) => (float[] y) {
      z = MatMul(x, w) y = LayerNormalization(z, scale, shift) }`);
    const names = (values: readonly number[]) => values.map((v) => block.valueName(v));
    const functions = [
      {
        domain: 'f',
        name: 'block',
        overload: '',
        inputs: names(block.inputs),
        outputs: names(block.outputs),
        attributes: [],
        defaults: new Map(),
        body: block,
      },
    ];
    const graph = parseGraph(`<opset_import: ["" : 17, "f" : 1]> g (float[5,N,4] x, float[N,4] h) => (float[] y)
      <float[4,4] w, float[4] scale, float[4] shift, bool yes = {1}, int64 turns, bool go> {
      [scan] h1, y = Scan<num_scan_inputs = 1, body = step (float[] state, float[] now) => (float[] next, float[] out) {
        sum = Add(state, now)
        [inner] next = Loop<body = b (int64 i, bool c, float[] s) => (bool d, float[] t) {
          d = Identity(c)
          t = If<
            then_branch = p () => (float[] r) { m = f.block(s, w, scale, shift) r = Relu(m) },
            else_branch = q () => (float[] r2) { r2 = Tanh(s) }
          >(yes)
        }>(turns, go, sum)
        out = MatMul(next, w)
      }>(h, x)
    }`);
    const model = modelOf(graph, { functions });
    const { layers, problems } = await analyzeModel(model, 'm');
    assert.deepEqual(problems, []);
    assert.deepEqual(
      layers.filter((l) => l.role !== 'other').map((l) => [l.role, l.kind]),
      [
        ['join', 'Add'],
        ['linear', 'MatMul'],
        ['norm', 'LayerNormalization'],
        ['activation', 'Relu'],
        ['linear', 'MatMul'],
      ],
    );
    const norm = layers.find((l) => l.role === 'norm');
    assert.match(norm!.id, /^scan\/next\//);
    assert.deepEqual(norm?.norm?.axesMeaning, ['F'], 'the ranks of sliced inputs are known');
  });

  it('are found in loops that are nested deep', async () => {
    let body = 't0 = Relu(s0)';
    for (let depth = 1; depth < 45; depth++) {
      const [outer, inner] = [`s${depth}`, `s${depth - 1}`];
      body = `t${depth} = Loop<body = b (int64 i${depth}, bool c${depth}, float[N] ${inner}) => (bool d${depth}, float[N] t${depth - 1}) {
        d${depth} = Identity(c${depth}) ${body} }>(turns, go, ${outer})`;
    }
    const model = textModel(
      `<opset_import: ["" : 17]> g (float[N] s44) => (float[N] t44) <int64 turns, bool go> { ${body} }`,
    );
    const { layers } = await analyzeModel(model, 'm');
    assert.equal(layers.filter((l) => l.role === 'activation').length, 1);
    assert.equal(layers.filter((l) => l.kind === 'Loop').length, 44);
  });
});
