import { strict as assert } from 'node:assert';
import * as ort from 'onnxruntime-node';
import { openModelFile } from '../../../src/engine/nodeFolder';
import { encodeOnnx } from '../../../src/formats/onnx/onnxWriter';
import type { Attribute } from '../../../src/ir/attribute';
import { expandCalls, MOST_NODES } from '../../../src/ir/expandCalls';
import type { Graph } from '../../../src/ir/graph';
import type { Model, ModelFunction } from '../../../src/ir/model';
import { float32Tensor } from '../../../src/ir/tensor';
import { parseGraph } from '../../../src/ir/textForm';
import { corpusPath, manifestEntries } from '../../support/manifest';
import { floats, noise, runGraph } from '../../support/runGraph';
import { modelOf } from '../../support/textModel';

const OPSETS = '<opset_import: ["" : 17, "local" : 1]>';

function define(
  name: string,
  text: string,
  more: { defaults?: Record<string, Attribute>; attributes?: readonly string[]; overload?: string } = {},
): ModelFunction {
  const body = parseGraph(`${OPSETS} ${name} ${text}`);
  return {
    domain: 'local',
    name,
    overload: more.overload ?? '',
    inputs: body.inputs.map((v) => body.valueName(v)),
    outputs: body.outputs.map((v) => body.valueName(v)),
    attributes: more.attributes ?? [],
    defaults: new Map(Object.entries(more.defaults ?? {})),
    body,
  };
}

function model(text: string, functions: readonly ModelFunction[] = []): Model {
  return modelOf(parseGraph(`${OPSETS} g ${text}`), { functions });
}

function lines(graph: Graph): string[] {
  const name = (v: number) => graph.valueName(v);
  return [...graph.nodes()].map((n) => `${n.outputs.map(name).join()} = ${n.opType}(${n.inputs.map(name).join()})`);
}

/** Runs the model as a file with functions and the expanded graph: both must give the same. */
async function assertSameOutputs(file: Model, dims: readonly number[]): Promise<void> {
  const feeds = Object.fromEntries(
    file.graph.inputs.map((v, i) => {
      const count = dims.reduce((a, b) => a * b, 1);
      return [file.graph.valueName(v), floats(dims, noise(count, i + 1))];
    }),
  );
  const expanded = expandCalls(file);
  assert.deepEqual(expanded.functions, []);
  const bytes = await encodeOnnx(file.graph.toMutable(), { functions: file.functions });
  const session = await ort.InferenceSession.create(bytes, { graphOptimizationLevel: 'disabled', logSeverityLevel: 4 });
  const expected = await session.run(feeds);
  await session.release();
  const actual = await runGraph(expanded.graph.toMutable(), feeds);
  for (const [name, tensor] of Object.entries(expected)) {
    assert.deepEqual(actual[name].dims, [...tensor.dims]);
    const values = tensor.data as Float32Array;
    Array.from(actual[name].data, (v, i) =>
      assert.ok(Math.abs(Number(v) - values[i]) <= 1e-5 * Math.max(1, Math.abs(values[i])), `${name}[${i}]`),
    );
  }
}

const scale = define(
  'Scale',
  `(float[N] x) => (float[N] y) {
     a = Constant<value_float = @alpha>()
     b = LeakyRelu<alpha = @slope>(x)
     y = Mul(b, a)
   }`,
  { attributes: ['alpha', 'slope'], defaults: { alpha: { type: 'float', value: 3 } } },
);
const twice = define(
  'Twice',
  `(float[N] x) => (float[N] y, float[N] once) {
     once = local.Scale<alpha = @alpha, slope = 0.5>(x)
     y = local.Scale(once)
   }`,
  { attributes: ['alpha'] },
);

describe('expandCalls', () => {
  it('replaces calls by bodies, keeps names that are there and puts the way before the others', () => {
    const file = model(
      `(float[N] x) => (float[N] y) {
         [first] h = local.Twice<alpha = 2.0>(x)
         y = Relu(h)
       }`,
      [scale, twice],
    );
    const { graph, functions } = expandCalls(file);
    assert.deepEqual(lines(graph), [
      'h/once/a = Constant()',
      'h/once/b = LeakyRelu(x)',
      'h/once = Mul(h/once/b,h/once/a)',
      'h/y/a = Constant()',
      'h/y/b = LeakyRelu(h/once)',
      'h = Mul(h/y/b,h/y/a)',
      'y = Relu(h)',
    ]);
    assert.deepEqual(
      [0, 1, 3, 4].map((i) => graph.node(i).float('alpha') ?? graph.node(i).float('value_float')),
      [2, 0.5, 3, undefined],
    );
    assert.deepEqual(functions, []);
    assert.deepEqual(lines(file.graph), ['h = Twice(x)', 'y = Relu(h)']);
    const constant = graph.initializer(graph.valueId('h/once/a')!);
    assert.deepEqual(constant?.dims, []);
  });

  it('computes what ONNX Runtime computes of functions: attributes, optional inputs, outputs that nobody reads', async () => {
    const clip = define(
      'Odd',
      `(float[N] x, float[N] floor, float[N] z) => (float[N] same, float[N] p, float[N] q, float[N] unread) {
         p = Clip(x, floor)
         q = Identity(p)
         unread = Neg(q)
         same = Identity(z)
       }`,
    );
    const file = model(
      `(float[4] x, float[4] z) => (float[4] a, float[4] b, float[4] c, float[4] y) {
         a, b, c, nothing = local.Odd(x, , z)
         d, once = local.Twice<alpha = 0.25>(c)
         y = Add(d, once)
       }`,
      [scale, twice, clip],
    );
    await assertSameOutputs(file, [4]);
    const { graph } = expandCalls(file);
    assert.ok(!lines(graph).some((l) => l.includes('Neg')), 'what nobody reads is left out');
  });

  it('copies what a body hands on, or out twice', () => {
    const odd: ModelFunction = {
      ...define('Odd', '(float[N] x, float[N] z) => (float[N] p) { p = Relu(x) }'),
      outputs: ['z', 'p', 'p'],
    };
    const file = model(
      '(float[N] x, float[N] z) => (float[N] a, float[N] b, float[N] c) { a, b, c = local.Odd(x, z) }',
      [odd],
    );
    assert.deepEqual(lines(expandCalls(file).graph), ['b = Relu(x)', 'a = Identity(z)', 'c = Identity(b)']);
    const without = model('(float[N] x) => (float[N] a, float[N] b) { a, b = local.Odd(x) }', [odd]);
    assert.deepEqual(lines(expandCalls(without).graph), ['b = Relu(x)']);
  });

  it('computes what ONNX Runtime computes of graphs inside functions', async () => {
    const summed = define(
      'Summed',
      `(float[N] x) => (float[N] y) {
         n = Constant<value_int = @turns>()
         go = Constant<value = bool {1}>()
         y = Loop<body = body (int64 i, bool on, float[N] s) => (bool more, float[N] t) {
           more = Identity(on)
           h = local.Scale<slope = 0.1>(x)
           t = Add(s, h)
         }>(n, go, x)
       }`,
      { attributes: ['turns'] },
    );
    const file = model(
      `(float[4] x) => (float[4] y) {
         a = local.Summed<turns = 2>(x)
         y = local.Summed<turns = 3>(a)
       }`,
      [scale, summed],
    );
    await assertSameOutputs(file, [4]);
  });

  it('tells overloads apart, and keeps the sizes that a body declares', () => {
    const text = (op: string) =>
      `(float[N] x) => (float[N] y) <float[N,7] inner> { inner = local.Other(x)\n y = ${op}(inner) }`;
    const file = model('(float[N] x) => (float[N] y) { a = local.F(x)\n y = Relu(a) }', [
      define('F', text('Exp'), { overload: 'second' }),
      define('F', text('Log')),
    ]);
    const { graph } = expandCalls(file);
    assert.deepEqual(lines(graph), ['a/inner = Other(x)', 'a = Log(a/inner)', 'y = Relu(a)']);
    assert.deepEqual(graph.valueType(graph.valueId('a/inner')!)?.shape, [null, 7]);
  });

  it('chooses the branch of an If whose condition is constant or follows from shapes, and no other', () => {
    const branches = `then_branch = yes () => (float[M] s) <float[1] one = {1}> { r = Relu(h)\n s = Add(r, one) },
      else_branch = no () => (float[M] s) { t = Shape(h)
        c = Equal(t, two)
        u = Squeeze(c)
        s = If<then_branch = a () => (float[M] v) { v = Exp(h) }, else_branch = b () => (float[M] w) { w = Log(h) }>(u) }`;
    const graphOf = (condition: string) =>
      model(`(float[2] x, bool data) => (float[M] y) <bool true = {1}, bool false = {0}, int64[1] two = {2}, float[1] r = {1}> {
        h = Mul(x, r)
        [choice] y = If<${branches}>(${condition})
      }`);
    const expanded = (condition: string) => lines(expandCalls(graphOf(condition)).graph);
    assert.deepEqual(expanded('true'), ['h = Mul(x,r)', 'r_1 = Relu(h)', 'y = Add(r_1,one)']);
    assert.deepEqual(expanded('false').at(-1), 'y = Exp(h)');
    const undecided = graphOf('data');
    assert.equal(expandCalls(undecided), undecided);
  });

  it('takes the condition from the call of the function', () => {
    const choose = define(
      'Choose',
      `(float[N] x, bool flag) => (float[N] y) {
         y = If<then_branch = yes () => (float[N] s) { s = Exp(x) }, else_branch = no () => (float[N] s) { s = Log(x) }>(flag)
       }`,
    );
    const file = model(
      `(float[N] x) => (float[N] y) <bool true = {1}, bool false = {0}> {
         a = local.Choose(x, true)
         y = local.Choose(a, false)
       }`,
      [choose],
    );
    assert.deepEqual(lines(expandCalls(file).graph), ['a = Exp(x)', 'y = Log(a)']);
  });

  it('returns the model itself where there is nothing to expand, and never computes its hash', () => {
    const plain = model('(float[N] x) => (float[N] y) { y = Relu(x) }', [scale]);
    assert.equal(expandCalls(plain), plain);
    const file: Model = Object.defineProperties(
      {},
      {
        ...Object.getOwnPropertyDescriptors(model('(float[N] x) => (float[N] y) { y = local.Scale(x) }', [scale])),
        graphHash: { get: () => assert.fail('asked for'), enumerable: true },
      },
    ) as Model;
    assert.equal(expandCalls(file).graph.nodeCount, 3);
  });

  describe('hostile files', () => {
    /** Each function calls the next one so many times. */
    const chain = (length: number, calls: number) => [
      ...Array.from({ length: length - 1 }, (_, i) => {
        const nodes = Array.from(
          { length: calls },
          (_, k) => `y${k} = local.F${i + 1}(${k === 0 ? 'x' : `y${k - 1}`})`,
        );
        return define(`F${i}`, `(float[N] x) => (float[N] y${calls - 1}) { ${nodes.join('\n')} }`);
      }),
      define(`F${length - 1}`, '(float[N] x) => (float[N] y0) { y0 = Relu(x) }'),
    ];
    const caller = '(float[N] x) => (float[N] y) { y = local.F0(x) }';

    it('counts functions that double at each level before it builds anything', () => {
      const { graph, problems } = expandCalls(model(caller, chain(41, 2)));
      assert.deepEqual(lines(graph), ['y = F0(x)']);
      assert.deepEqual(
        problems.map((p) => p.code),
        ['too-large'],
      );
      assert.match(problems[0].message, new RegExp(`expand to ${2 ** 40} nodes`));
      assert.match(expandCalls(model(caller, chain(80, 2))).problems[0].message, /more nodes than can be counted/);
      assert.equal(expandCalls(model(caller, chain(11, 2))).graph.nodeCount, 1024);
      assert.ok(MOST_NODES < 2 ** 40);
    });

    it('stops at functions that call themselves, over any way', () => {
      const file = model(caller, [
        define('F0', '(float[N] x) => (float[N] y) { a = local.F1(x)\n y = Relu(a) }'),
        define('F1', '(float[N] x) => (float[N] y) { a = local.F0(x)\n y = Exp(a) }'),
      ]);
      const expanded = expandCalls(file);
      assert.deepEqual(lines(expanded.graph), ['y = F0(x)']);
      assert.equal(expanded.functions, file.functions);
      const entered = model('(float[N] x) => (float[N] y) { y = local.F1(x) }', file.functions);
      assert.deepEqual(lines(expandCalls(entered).graph), ['y = F1(x)']);
    });

    it('expands so many calls in a row, and says so', () => {
      const { graph, functions, problems } = expandCalls(model(caller, chain(20_000, 1)));
      assert.deepEqual(lines(graph), ['y = F64(x)']);
      assert.equal(functions.length, 20_000);
      assert.deepEqual(
        problems.map((p) => p.code),
        ['nested-functions'],
      );
    });

    it('gives values that no body defines no meaning from outside', () => {
      const file = model('(float[N] x) => (float[N] y) { y = local.F(x) }', [
        { ...define('F', '(float[N] a, float[N] x) => (float[N] b) { b = Add(a, x) }'), inputs: ['a'] },
      ]);
      assert.deepEqual(lines(expandCalls(file).graph), ['y = Add(x,y/x)']);
    });
  });

  it('gives the same network as the functions of an exporter, with weights from a generator', async function () {
    this.timeout(60_000);
    const entry = manifestEntries().find((e) => e.path.includes('resnet18_dynamo'));
    if (entry === undefined) this.skip();
    const file = await openModelFile(corpusPath(entry));
    const graph = file.graph.toMutable();
    let seed = 1;
    for (const [name, { dims, dtype }] of graph.initializers) {
      if (dtype !== 'float32') continue;
      const count = dims.reduce((a, b) => a * b, 1);
      // variances above zero, weights that keep the signal in range
      const factor = dims.length > 1 ? Math.sqrt(6 / (count / dims[0])) : 0.1;
      const values = noise(count, seed++).map((v) => (name.endsWith('running_var') ? 1 + 0.1 * v : factor * v));
      graph.initializers.set(name, float32Tensor(name, dims, values));
    }
    const filled: Model = Object.defineProperties(
      {},
      { ...Object.getOwnPropertyDescriptors(file), graph: { value: graph.freeze(), enumerable: true } },
    ) as Model;
    const counts = (op: string) => [...expandCalls(filled).graph.nodes()].filter((n) => n.opType === op).length;
    assert.deepEqual([counts('BatchNormalization'), counts('Conv'), counts('If')], [20, 20, 0]);
    await assertSameOutputs(filled, [1, 3, 224, 224]);
  });
});
