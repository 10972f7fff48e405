import assert from 'node:assert/strict';
import { onnx } from 'onnx-proto';
import { Writer } from 'protobufjs/minimal';
import { ModelError } from '../../../../src/ir/errors';
import type { Graph } from '../../../../src/ir/graph';
import type { Model } from '../../../../src/ir/model';
import { readFloats, readIntegers } from '../../../../src/ir/tensorValues';
import {
  attr,
  FLOAT,
  floats,
  INT64,
  longs,
  modelBytes,
  node,
  openBytes,
  openGraph,
  valueInfo,
} from '../../../support/onnxModels';

const codes = (model: Model) => model.problems.map((p) => p.code);
const tensorOf = (graph: Graph, name: string) => graph.initializer(graph.valueId(name)!);
const outputs = (graph: Graph) => [...graph.nodes()].flatMap((n) => n.outputs.map((v) => graph.valueName(v)));

/** A message with fields that onnx-proto does not know: [number, string or bytes or int]. */
function fields(...list: [field: number, value: string | Uint8Array | number][]): Uint8Array {
  const writer = Writer.create();
  for (const [field, value] of list) {
    if (typeof value === 'number') writer.uint32(field * 8).int64(value);
    else writer.uint32(field * 8 + 2).bytes(typeof value === 'string' ? Buffer.from(value) : value);
  }
  return writer.finish();
}

const join = (...parts: Uint8Array[]) => Uint8Array.from(Buffer.concat(parts));

describe('openOnnx', () => {
  it('says what the file says of itself', async () => {
    const model = await openGraph(
      { node: [node('Relu', ['x'], ['y'])], input: [valueInfo('x', ['batch', 4])], output: [valueInfo('y')] },
      {
        producerName: 'maker',
        producerVersion: '1.2',
        opsetImport: [
          { domain: 'ai.onnx', version: 13 },
          { domain: 'com.microsoft', version: 1 },
        ],
        metadataProps: [{ key: '__proto__', value: 'harmless' }],
      },
    );
    assert.deepEqual(
      [model.format, model.producer, model.irVersion, model.purpose],
      ['onnx', 'maker 1.2', 8, 'inference'],
    );
    assert.deepEqual(
      [...model.opsets],
      [
        ['', 13],
        ['com.microsoft', 1],
      ],
    );
    assert.deepEqual([...model.graph.opsets], [...model.opsets]);
    assert.deepEqual([...model.metadata], [['__proto__', 'harmless']]);
    assert.deepEqual(model.graph.valueType(model.graph.inputs[0]), {
      kind: 'tensor',
      dtype: 'float32',
      shape: ['batch', 4],
    });
    assert.deepEqual([model.nodeCount, model.parameterCount, model.weights, codes(model)], [1, 0, 'present', []]);
  });

  it('takes the domain ai.onnx for the default domain, and keeps others', async () => {
    const domains = ['', 'ai.onnx', 'ai.onnx.ml', 'own'];
    const { graph } = await openGraph({
      node: domains.map((domain, i) => ({ ...node('Op', ['x'], [`y${i}`]), domain })),
      input: [valueInfo('x')],
    });
    assert.deepEqual(
      [...graph.nodes()].map((n) => n.domain),
      ['', '', 'ai.onnx.ml', 'own'],
    );
  });

  it('does not count initializers among the inputs (IR version 3 and earlier list both)', async () => {
    const { graph } = await openGraph(
      {
        input: [valueInfo('w', [2]), valueInfo('x', [2])],
        initializer: [floats('w', [2])],
        node: [node('Add', ['x', 'w'], ['y'])],
        output: [valueInfo('y')],
      },
      { irVersion: 3 },
    );
    assert.deepEqual(
      graph.inputs.map((v) => graph.valueName(v)),
      ['x'],
    );
  });

  it('takes opset 1 where the file imports none: before IR version 3 that was the rule', async () => {
    const graph = { node: [node('Relu', ['x'], ['y'])], input: [valueInfo('x')] };
    const old = await openGraph(graph, { irVersion: 2, opsetImport: [] });
    assert.deepEqual([[...old.opsets], codes(old)], [[['', 1]], []]);
    const incomplete = await openGraph(graph, { irVersion: 7, opsetImport: [] });
    assert.deepEqual(codes(incomplete), ['no-opset']);
  });

  it('skips fields that it does not know, at every level, and reads those of later versions', async () => {
    const unknown = fields([300, 'text'], [301, 7]);
    const group = Uint8Array.of(
      ...Writer.create()
        .uint32(40 * 8 + 3)
        .uint32(58)
        .uint32(1)
        .uint32(5)
        .uint32(40 * 8 + 4)
        .finish(),
    );
    const message = (field: number, ...contents: Uint8Array[]) => fields([field, join(unknown, ...contents, unknown)]);
    const constant = message(
      5,
      fields([1, 'value'], [20, 4]),
      message(5, fields([1, 2], [2, FLOAT], [9, new Uint8Array(8)])),
    );
    const nodes = [
      message(1, fields([2, 'c'], [4, 'Constant']), constant),
      message(1, fields([1, 'c'], [2, 'y'], [4, 'f'], [7, 'own'], [8, 'second']), group),
    ];
    const graph = message(7, ...nodes, message(12, fields([1, 'y']), message(2, message(1, fields([1, FLOAT])))));
    const body = message(7, fields([1, 'a'], [2, 'b'], [4, 'Relu']));
    const overloads = ['', 'second'].map((overload) =>
      message(
        25,
        fields([1, 'f'], [10, 'own'], [4, 'a'], [5, 'b'], [13, overload]),
        ...(overload ? [body, body] : [body]),
      ),
    );
    const model = await openBytes(
      join(fields([1, 10]), unknown, group, graph, message(8, fields([2, 18])), ...overloads),
    );
    assert.deepEqual([outputs(model.graph), model.graph.node(1).overload], [['c', 'y'], 'second']);
    assert.equal(tensorOf(model.graph, 'c')!.dims[0], 2);
    assert.deepEqual(
      model.functions.map((f) => [f.overload, f.body.nodeCount]),
      [
        ['', 1],
        ['second', 2],
      ],
    );
    assert.deepEqual([model.nodeCount, codes(model)], [4, ['duplicate-producer']]);
  });

  describe('subgraphs', () => {
    const branch = (name: string, ...reads: string[]): onnx.IGraphProto => ({
      name,
      node: [node('Sum', reads, [`${name} out`])],
      output: [valueInfo(`${name} out`)],
    });

    it('are graphs of their own, and the node that holds them reads what they capture', async () => {
      const inner = branch('inner', 'a', 'outer only');
      const middle: onnx.IGraphProto = {
        node: [node('If', ['flag'], ['m'], [attr.graph('then_branch', inner)])],
        output: [valueInfo('m')],
      };
      const model = await openGraph({
        input: [valueInfo('flag'), valueInfo('x')],
        node: [
          node('Relu', ['x'], ['a']),
          node('Neg', ['x'], ['outer only']),
          node('If', ['flag'], ['y'], [attr.graph('then_branch', middle), attr.graph('else_branch', branch('e', 'a'))]),
        ],
        output: [valueInfo('y')],
      });
      const { graph } = model;
      assert.deepEqual(codes(model), []);
      assert.equal(model.nodeCount, 6);
      assert.deepEqual(graph.consumers(graph.valueId('a')!), [2]);
      assert.deepEqual(graph.consumers(graph.valueId('outer only')!), [2]);
      const then = graph.node(2).attr('then_branch');
      assert.ok(then?.type === 'graph');
      assert.deepEqual(outputs(then.value), ['m']);
      assert.deepEqual([...then.value.opsets], [['', 18]]);
      assert.equal(then.value.producer(then.value.valueId('a')!), -1);
      assert.equal(then.value.consumers(then.value.valueId('outer only')!)[0], 0);
    });

    it('count as read by their node when the nodes are sorted', async () => {
      const model = await openGraph({
        input: [valueInfo('flag'), valueInfo('x')],
        node: [node('If', ['flag'], ['y'], [attr.graph('then_branch', branch('t', 'a'))]), node('Relu', ['x'], ['a'])],
        output: [valueInfo('y')],
      });
      assert.deepEqual([outputs(model.graph), codes(model)], [['a', 'y'], ['unsorted-nodes']]);
      assert.equal(model.graph.node(1).attr('then_branch')?.type, 'graph');
    });

    it('weigh once: their initializers and constants are parameters', async () => {
      const body: onnx.IGraphProto = {
        node: [node('Mul', ['x', 'w'], ['t'])],
        initializer: [floats('w', [5])],
        output: [valueInfo('t')],
      };
      const model = await openGraph({
        input: [valueInfo('f'), valueInfo('x')],
        node: [node('If', ['f'], ['y'], [attr.graph('then_branch', body)])],
      });
      assert.equal(model.parameterCount, 5);
    });
  });

  describe('constants', () => {
    it('of Constant and ConstantOfShape nodes are seen as tensors, their nodes stay', async () => {
      const model = await openGraph({
        node: [
          node('Constant', [], ['tensor'], [attr.tensor('value', floats('other name', [2, 2], [1, 2, 3, 4]))]),
          node('Constant', [], ['float'], [attr.float('value_float', 0.5)]),
          node('Constant', [], ['int'], [attr.int('value_int', -7)]),
          node('Constant', [], ['ints'], [attr.ints('value_ints', [2, 3])]),
          node('Constant', [], ['string'], [attr.string('value_string', 'ja')]),
          node('ConstantOfShape', ['ints'], ['ones'], [attr.tensor('value', floats('', [1], [1]))]),
          node('ConstantOfShape', ['late'], ['zeros']),
          node('ConstantOfShape', ['x'], ['computed']),
          node('Sum', ['ones', 'zeros', 'tensor'], ['y']),
        ],
        input: [valueInfo('x', [1], INT64)],
        initializer: [longs('late', [1], [300])],
      });
      const { graph } = model;
      assert.deepEqual(
        graph.initializers.map((v) => graph.valueName(v)),
        ['late'],
      );
      assert.equal(graph.nodeCount, 9);
      assert.deepEqual(await readFloats(tensorOf(graph, 'tensor')!), Float32Array.of(1, 2, 3, 4));
      assert.equal(tensorOf(graph, 'tensor')!.name, 'tensor');
      assert.deepEqual(
        [tensorOf(graph, 'float')!.dims, await readFloats(tensorOf(graph, 'float')!)],
        [[], Float32Array.of(0.5)],
      );
      assert.deepEqual(await readIntegers(tensorOf(graph, 'int')!), [-7]);
      assert.deepEqual(tensorOf(graph, 'string')!.strings, ['ja']);
      assert.deepEqual(
        [tensorOf(graph, 'ones')!.dims, await readFloats(tensorOf(graph, 'ones')!)],
        [[2, 3], new Float32Array(6).fill(1)],
      );
      assert.deepEqual(await readFloats(tensorOf(graph, 'zeros')!), new Float32Array(300));
      assert.equal(tensorOf(graph, 'computed'), undefined);
      assert.equal(graph.producer(graph.valueId('ones')!), 5);
      assert.deepEqual(graph.valueType(graph.valueId('ones')!), { kind: 'tensor', dtype: 'float32', shape: [2, 3] });
      // 6 ones, 300 zeros and the tensor of 4; nothing reads the float
      assert.equal(model.parameterCount, 310);
      const copy = graph.toMutable();
      assert.deepEqual([copy.nodes.length, [...copy.initializers.keys()]], [9, ['late']]);
      const again = copy.freeze();
      assert.equal(tensorOf(again, 'zeros')!.dims[0], 300);
    });

    it('of any size are described, and filled up to a limit', async () => {
      const { graph, parameterCount } = await openGraph({
        node: [node('ConstantOfShape', ['huge'], ['y']), node('Relu', ['y'], ['z'])],
        initializer: [longs('huge', [2], [2 ** 40, 2 ** 20])],
      });
      const tensor = tensorOf(graph, 'y')!;
      assert.deepEqual(tensor.dims, [2 ** 40, 2 ** 20]);
      await assert.rejects(tensor.read(), (e) => e instanceof ModelError && e.code === 'too-large');
      assert.equal(parameterCount, Number.MAX_SAFE_INTEGER);
    });
  });

  describe('weights', () => {
    it('stay in the file when they are large, and are at hand when they are small', async () => {
      const { graph } = await openGraph({
        initializer: [
          floats('small', [64]),
          floats('large', [65]),
          { name: 'typed', dims: [3], dataType: INT64, int64Data: [4, 5, -6] },
        ],
      });
      assert.equal(tensorOf(graph, 'small')!.bytes!.length, 256);
      assert.equal(tensorOf(graph, 'large')!.bytes, undefined);
      assert.equal((await tensorOf(graph, 'large')!.read()).length, 260);
      assert.equal(tensorOf(graph, 'typed')!.bytes!.length, 24);
    });

    it('that are declared without data are missing, not zero', async () => {
      const empty = (name: string) => ({ name, dims: [2, 2], dataType: FLOAT });
      const missing = await openGraph({ initializer: [empty('w')], node: [node('Relu', ['w'], ['y'])] });
      assert.deepEqual(
        [missing.weights, missing.parameterCount, tensorOf(missing.graph, 'w')!.location],
        ['missing', 4, 'missing'],
      );
      await assert.rejects(
        tensorOf(missing.graph, 'w')!.read(),
        (e) => e instanceof ModelError && e.code === 'missing-weights',
      );
      assert.equal((await openGraph({ initializer: [empty('w'), floats('v', [1])] })).weights, 'partial');
    });

    it('of a size that does not fit their shape are reported and cannot be read', async () => {
      const model = await openGraph({
        initializer: [
          { ...floats('raw', [2]), dims: [3] },
          { name: 'typed', dims: [1000], dataType: FLOAT, floatData: [1] },
          { name: 'negative', dims: [-1, 4], dataType: FLOAT, floatData: [1] },
          { name: 'huge', dims: [2 ** 60], dataType: FLOAT, floatData: [1] },
          { name: 'unknown', dims: [1], dataType: 99, rawData: new Uint8Array(4) },
        ],
      });
      assert.deepEqual(codes(model), ['data-size', 'invalid-shape', 'invalid-shape', 'unknown-type']);
      for (const v of model.graph.initializers)
        await assert.rejects(
          model.graph.initializer(v)!.read(),
          (e) => e instanceof ModelError && e.code === 'corrupt',
        );
    });

    it('of 4-bit and 8-bit float types keep their packed bytes', async () => {
      // int4 came with IR version 10, float8 with 9: numbers that the schema of onnx-proto does not know
      const { graph } = await openGraph({
        initializer: [
          { name: 'int4', dims: [3], dataType: 22, rawData: Uint8Array.of(0x21, 0x03) },
          { name: 'uint4', dims: [3], dataType: 21, int32Data: [0x21, 0x03] },
          { name: 'float8', dims: [2], dataType: 17, int32Data: [0x38, 0xb8] },
        ],
      });
      const read = async (name: string) => [tensorOf(graph, name)!.dtype, ...(await tensorOf(graph, name)!.read())];
      assert.deepEqual(await read('int4'), ['int4', 0x21, 0x03]);
      assert.deepEqual(await read('uint4'), ['uint4', 0x21, 0x03]);
      assert.deepEqual(await read('float8'), ['float8e4m3fn', 0x38, 0xb8]);
    });

    it('that are sparse are filled when they are read', async () => {
      const values = floats('w', [2], [5, 6]);
      const { graph } = await openGraph({
        sparseInitializer: [
          { values, indices: longs('', [2], [1, 5]), dims: [2, 3] },
          { values: { ...values, name: 'v' }, indices: longs('', [2, 2], [0, 1, 1, 2]), dims: [2, 3] },
          { values: { ...values, name: 'bad' }, indices: longs('', [2], [1, 6]), dims: [2, 3] },
        ],
      });
      for (const name of ['w', 'v'])
        assert.deepEqual(await readFloats(tensorOf(graph, name)!), Float32Array.of(0, 5, 0, 0, 0, 6));
      await assert.rejects(tensorOf(graph, 'bad')!.read(), (e) => e instanceof ModelError && e.code === 'corrupt');
    });
  });

  describe('external data', () => {
    const external = (name: string, entries: Record<string, string>): onnx.ITensorProto => ({
      name,
      dims: [2],
      dataType: FLOAT,
      dataLocation: onnx.TensorProto.DataLocation.EXTERNAL,
      externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
    });
    const data = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);

    it('is read from the file beside the model', async () => {
      const bytes = modelBytes({
        initializer: [
          external('a', { location: 'w.bin', offset: '8', length: '8' }),
          external('b', { location: './w.bin' }),
        ],
      });
      const model = await openBytes(bytes, { 'w.bin': data });
      assert.deepEqual(
        [model.weights, codes(model), tensorOf(model.graph, 'a')!.location],
        ['present', [], 'external'],
      );
      assert.deepEqual(await readFloats(tensorOf(model.graph, 'a')!), Float32Array.of(3, 4));
      assert.deepEqual(await readFloats(tensorOf(model.graph, 'b')!), Float32Array.of(1, 2));
    });

    it('that is not there, too short or wrongly described is missing and reported', async () => {
      const entries = [
        { location: 'gone.bin' },
        { location: 'w.bin', offset: '9' },
        { location: 'w.bin', length: '4' },
        { location: 'w.bin', offset: '-8' },
        {},
      ];
      const bytes = modelBytes({ initializer: entries.map((e, i) => external(`t${i}`, e as Record<string, string>)) });
      const model = await openBytes(bytes, { 'w.bin': data });
      assert.equal(model.weights, 'missing');
      assert.deepEqual(codes(model).sort(), [
        'external-data',
        'external-data',
        'external-data-size',
        'external-data-size',
        'external-data-size',
      ]);
      for (const v of model.graph.initializers) {
        assert.equal(model.graph.initializer(v)!.location, 'missing');
        await assert.rejects(model.graph.initializer(v)!.read(), ModelError);
      }
    });

    it('is never looked for outside the model’s folder', async () => {
      const locations = [
        '/etc/passwd',
        '../secret',
        'a/../../secret',
        '..\\secret',
        'C:\\secret',
        'c:secret',
        '\\\\host\\share',
      ];
      const bytes = modelBytes({ initializer: locations.map((location, i) => external(`t${i}`, { location })) });
      const model = await openBytes(bytes, Object.fromEntries(locations.map((l) => [l, data])));
      assert.equal(model.weights, 'missing');
      assert.equal(codes(model).filter((c) => c === 'external-data').length, locations.length);
      assert.match(model.problems[0].message, /outside the model's own folder/);
    });
  });

  describe('graphs that are not as they should be', () => {
    it('are sorted, and their nodes keep names, attributes and constants', async () => {
      const model = await openGraph({
        input: [valueInfo('x')],
        node: [
          node('Add', ['b', 'c'], ['y'], [attr.int('k', 3)]),
          node('Neg', ['a'], ['b']),
          node('Relu', ['x'], ['a'], [attr.int('k', 1)]),
          node('Constant', [], ['c'], [attr.float('value_float', 2)]),
        ],
        output: [valueInfo('y')],
      });
      const { graph } = model;
      assert.deepEqual([outputs(graph), codes(model)], [['a', 'b', 'c', 'y'], ['unsorted-nodes']]);
      assert.deepEqual(
        [...graph.nodes()].map((n) => n.name),
        ['Relu a', 'Neg b', 'Constant c', 'Add y'],
      );
      assert.deepEqual([graph.node(0).int('k'), graph.node(3).int('k')], [1, 3]);
      assert.equal(graph.producer(graph.valueId('y')!), 3);
      assert.equal(tensorOf(graph, 'c')!.dtype, 'float32');
    });

    it('have their cycles reported and put last', async () => {
      const model = await openGraph({
        input: [valueInfo('x')],
        node: [
          node('Add', ['x', 'b'], ['a']),
          node('Neg', ['a'], ['b']),
          node('Relu', ['x'], ['c']),
          node('Abs', ['self'], ['self']),
        ],
      });
      assert.deepEqual([outputs(model.graph), codes(model)], [['c', 'a', 'b', 'self'], ['cycle']]);
      assert.match(model.problems[0].message, /"Add a", "Neg b", "Abs self"/);
    });

    it('have values without origin and with two reported', async () => {
      const model = await openGraph({
        input: [valueInfo('x'), valueInfo('x')],
        node: [
          node('Add', ['x', 'nowhere'], ['y']),
          node('Neg', ['x'], ['y']),
          node('Neg', ['y'], ['x']),
          node('', ['x'], ['z']),
        ],
        initializer: [floats('w', [1], [1]), floats('w', [1], [2])],
        output: [valueInfo('y'), valueInfo('nothing')],
      });
      assert.deepEqual(codes(model).sort(), [
        'cycle',
        'dangling-input',
        'dangling-output',
        'duplicate-initializer',
        'duplicate-input',
        'duplicate-producer',
        'duplicate-producer',
        'no-operator',
      ]);
      const { graph } = model;
      assert.equal(graph.node(graph.producer(graph.valueId('y')!)).name, 'Add y');
      assert.deepEqual(await readFloats(tensorOf(graph, 'w')!), Float32Array.of(1));
    });

    it('with names beyond ASCII keep them, for values and their weights', async () => {
      const names = ['größe', '重み', 'λ'.repeat(200), 'plain'];
      const initializer = names.map((name, i) => floats(name, [1 + 1000 * (i % 2)]));
      const branch = { name: 'b', node: [node('Neg', ['größe'], ['z'])], output: [valueInfo('z')] };
      const { graph } = await openGraph({
        node: [node('If', ['plain'], ['y'], [attr.graph('then_branch', branch)]), node('Sum', names, ['s'])],
        initializer,
      });
      assert.deepEqual(
        graph.initializers.map((v) => graph.initializer(v)!.name),
        names,
      );
      assert.deepEqual(graph.consumers(graph.valueId('größe')!), [0, 1]);
    });

    it('with names that are no UTF-8 are opened, and the names stay apart', async () => {
      const name = (byte: number) => Uint8Array.of(0x61, byte);
      const graph = fields([1, fields([1, name(0xff)], [2, name(0xfe)], [4, 'Relu'])], [11, fields([1, name(0xff)])]);
      const model = await openBytes(join(fields([1, 8]), fields([7, graph]), fields([8, fields([2, 18])])));
      assert.equal(model.graph.valueCount, 2);
      assert.deepEqual(codes(model), ['invalid-utf8']);
    });
  });

  describe('functions', () => {
    const call = (name: string, x: string, y: string) => ({ ...node(name, [x], [y]), domain: 'own' });
    const define = (name: string, ...calls: string[]): onnx.IFunctionProto => ({
      name,
      domain: 'own',
      input: ['x0'],
      output: [`x${calls.length}`],
      opsetImport: [{ domain: '', version: 18 }],
      node: calls.map((c, i) =>
        c === 'Relu' ? node('Relu', [`x${i}`], [`x${i + 1}`]) : call(c, `x${i}`, `x${i + 1}`),
      ),
    });
    const open = (functions: onnx.IFunctionProto[]) =>
      openGraph({ input: [valueInfo('x')], node: [call('f0', 'x', 'y')], output: [valueInfo('y')] }, { functions });

    it('count once per call, however often they double', async () => {
      const model = await open([define('f0', 'f1', 'f1'), define('f1', 'f2', 'f2', 'Relu'), define('f2', 'Relu')]);
      // f2 1, f1 3 + 2, f0 2 + 2 * 5, the graph 1 + 12
      assert.deepEqual([model.nodeCount, codes(model)], [13, []]);
      const doubling = Array.from({ length: 100 }, (_, i) =>
        i < 99 ? define(`f${i}`, `f${i + 1}`, `f${i + 1}`) : define('f99', 'Relu'),
      );
      assert.equal((await open(doubling)).nodeCount, Number.MAX_SAFE_INTEGER);
    });

    it('that call themselves or stand in a long chain are counted without end', async () => {
      const self = await open([define('f0', 'f1', 'Relu'), define('f1', 'f0')]);
      assert.deepEqual([self.nodeCount, codes(self)], [4, ['recursive-function']]);
      const chain = Array.from({ length: 12_000 }, (_, i) => define(`f${i}`, i < 11_999 ? `f${i + 1}` : 'Relu'));
      assert.equal((await open(chain)).nodeCount, 12_001);
    });

    it('keep defaults of their attributes', async () => {
      const defaulted = fields(
        [1, 'f0'],
        [10, 'own'],
        [4, 'x0'],
        [5, 'x1'],
        [6, 'alpha'],
        [11, onnx.AttributeProto.encode(attr.int('beta', 4)).finish()],
      );
      const bytes = join(
        modelBytes({ node: [call('f0', 'x', 'y')], input: [valueInfo('x')] }),
        fields([25, defaulted]),
      );
      const [f] = (await openBytes(bytes)).functions;
      assert.deepEqual([f.attributes, [...f.defaults!]], [['alpha', 'beta'], [['beta', { type: 'int', value: 4 }]]]);
    });
  });

  it('knows a training graph by its gradient outputs, its operators and its training info', async () => {
    const purpose = async (graph: onnx.IGraphProto, model?: onnx.IModelProto) =>
      (await openGraph(graph, model)).purpose;
    const relu = { node: [node('Relu', ['x'], ['y'])], input: [valueInfo('x')] };
    assert.equal(await purpose({ ...relu, output: [valueInfo('graduate')] }), 'inference');
    assert.equal(await purpose({ ...relu, output: [valueInfo('conv.weight_grad')] }), 'training');
    assert.equal(
      await purpose({ node: [{ ...node('Adam', ['x'], ['y']), domain: 'ai.onnx.preview.training' }] }),
      'training',
    );
    assert.equal(await purpose(relu, { trainingInfo: [{ algorithm: relu }] }), 'training');
  });

  it('hashes the graph, not the values of its weights', async () => {
    const hash = async (weights: onnx.ITensorProto, op = 'Mul') =>
      (
        await openGraph({
          input: [valueInfo('x')],
          initializer: [weights],
          node: [node(op, ['x', 'w'], ['y'], [attr.int('k', 1)])],
        })
      ).graphHash;
    const original = await hash(floats('w', [100]));
    assert.match(original, /^[0-9a-f]{16}$/);
    assert.equal(await hash(floats('w', [100], new Array<number>(100).fill(2))), original);
    assert.notEqual(await hash(floats('w', [10, 10])), original);
    assert.notEqual(await hash(floats('w', [100]), 'Add'), original);
  });
});
