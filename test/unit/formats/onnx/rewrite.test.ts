import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { onnx } from 'onnx-proto';
import { NodeFolder, openModelFile } from '../../../../src/engine/nodeFolder';
import { encodeOnnx, writeOnnx, type OnnxWriterOptions } from '../../../../src/formats/onnx/onnxWriter';
import { attribute } from '../../../../src/ir/attribute';
import { BytesSource } from '../../../../src/ir/byteSource';
import { ModelError } from '../../../../src/ir/errors';
import type { MutableGraph } from '../../../../src/ir/mutableGraph';
import { float32Tensor, payloadBytes, tensorFromBytes } from '../../../../src/ir/tensor';
import { trySession } from '../../../support/corpus';
import { corpusPath, manifestEntries } from '../../../support/manifest';
import { attr, floats, longs, modelBytes, node, openBytes, valueInfo } from '../../../support/onnxModels';

const root = path.resolve(__dirname, '../../../..');

/** Length-delimited field, or a varint when `contents` is a number. */
function field(number: number, contents: Uint8Array | number): Uint8Array {
  if (typeof contents === 'number') return Buffer.from([...varint(number * 8), ...varint(contents)]);
  return Buffer.concat([Buffer.from([...varint(number * 8 + 2), ...varint(contents.length)]), contents]);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}

const text = (t: string) => Buffer.from(t);

/** A model with what onnx-proto's schema does not know, encoded by hand beside what it does. */
function strangeModel(): Uint8Array {
  const { NodeProto, TensorProto, AttributeProto, GraphProto, FunctionProto } = onnx;
  const relu = NodeProto.encode(node('Relu', ['h'], ['y'])).finish();
  const overloaded = NodeProto.encode({ ...node('f', ['x'], ['h']), domain: 'own' }).finish();
  const float8 = { name: 'q', dims: [4], dataType: 17, rawData: Uint8Array.of(1, 2, 3, 4) };
  const int4 = { name: 'n', dims: [3], dataType: 22, int32Data: [0x21, 0x03] };
  const sparse = onnx.SparseTensorProto.encode({
    dims: [4],
    values: floats('sparse', [2]),
    indices: longs('', [2], [0, 3]),
  }).finish();
  const body = FunctionProto.encode({ name: 'f', domain: 'own', input: ['a'], output: ['b'] }).finish();
  const graph = Buffer.concat([
    GraphProto.encode({ docString: 'first', input: [valueInfo('x', ['N', 4])] }).finish(),
    field(1, Buffer.concat([overloaded, field(8, text('second')), field(9, text('node metadata')), field(900, 7)])),
    field(5, TensorProto.encode(float8).finish()),
    field(1, Buffer.concat([relu, field(6, text('a node in words')), field(901, text('?'))])),
    field(5, Buffer.concat([TensorProto.encode(int4).finish(), field(12, text('a tensor in words'))])),
    field(15, sparse),
    field(777, text('a field of the future')),
    field(2, text('named')),
    GraphProto.encode({ output: [valueInfo('y', ['N', 4])], valueInfo: [valueInfo('h', ['N', 4])] }).finish(),
    field(13, Buffer.concat([field(1, text('nowhere')), field(3, text('declared in vain'))])),
  ]);
  const inner = NodeProto.encode(node('Identity', ['a'], ['b'])).finish();
  const constant = AttributeProto.encode(attr.float('alpha', 1)).finish();
  return Buffer.concat([
    field(1, 10),
    field(2, text('someone')),
    field(3, text('1.2')),
    field(6, text('a model in words')),
    field(8, field(2, 21)),
    field(7, graph),
    field(8, Buffer.concat([field(1, text('own')), field(2, 1)])),
    field(14, Buffer.concat([field(1, text('author')), field(2, text('x'))])),
    field(20, field(1, GraphProto.encode({ name: 'training' }).finish())),
    field(25, Buffer.concat([body, field(13, text('second')), field(7, inner), field(11, constant), field(905, 1)])),
    field(1000, text('later')),
    // a group, which later schemas will not use either, at the very end
    Buffer.from([...varint(999 * 8 + 3), ...varint(999 * 8 + 4)]),
  ]);
}

async function rewritten(
  bytes: Uint8Array,
  edit: (graph: MutableGraph) => void = () => undefined,
  options: OnnxWriterOptions = {},
): Promise<Uint8Array> {
  const source = new BytesSource(bytes);
  const model = await openBytes(bytes);
  const graph = model.graph.toMutable();
  edit(graph);
  return encodeOnnx(graph, { ...options, original: { model, source } });
}

/** Which stretches of the original are in the other file, in order. */
function assertHolds(bytes: Uint8Array, parts: Iterable<Uint8Array | string>): void {
  let at = 0;
  for (const part of parts) {
    const found = Buffer.from(bytes).indexOf(part, at);
    assert.ok(found >= 0, `${Buffer.from(part).toString('latin1')} is not there, or not in its place`);
    at = found + part.length;
  }
}

const unknownParts = ['first', 'node metadata', 'a node in words', 'a tensor in words', 'a field of the future'];
const modelParts = ['declared in vain', 'author', 'training', 'second', 'later'];

describe('models written against their file', () => {
  it('are the same byte for byte when nothing was changed', async () => {
    const bytes = strangeModel();
    assert.deepEqual(Buffer.from(await rewritten(bytes)), Buffer.from(bytes));
  });

  it('keep all they hold beside a node that was changed, and what the graph does not know of that node', async () => {
    const bytes = strangeModel();
    const written = await rewritten(bytes, (g) => (g.nodes[1].inputs = ['x']));
    assertHolds(written, ['someone', 'a model in words', ...unknownParts, ...modelParts]);
    const model = await openBytes(written);
    assert.deepEqual(
      [...model.graph.nodes()].map((n) => [n.opType, n.overload, n.inputs.map((v) => model.graph.valueName(v))]),
      [
        ['f', 'second', ['x']],
        ['Relu', '', ['x']],
      ],
    );
    const q = model.graph.initializer(model.graph.valueId('q')!)!;
    assert.deepEqual([q.dtype, [...(await q.read())]], ['float8e4m3fn', [1, 2, 3, 4]]);
    assert.equal(model.graph.initializers.length, 3);
    assert.equal(bytes.length - written.length, 0);
  });

  it('lose and gain nodes, weights and declarations where they were edited', async () => {
    const written = await rewritten(strangeModel(), (g) => {
      g.nodes.splice(0, 1);
      g.nodes[0].inputs = ['x'];
      g.valueTypes.delete('h');
      g.addInitializer(float32Tensor('w', [4], [1, 2, 3, 4]));
      g.initializers.delete('n');
      g.add('Mul', ['y', 'w'], {}, { outputs: ['z'], name: 'new' });
      g.outputs = [{ name: 'z', type: g.outputs[0].type }];
      g.opsets.delete('own');
    });
    const proto = onnx.ModelProto.decode(written);
    assert.deepEqual(
      proto.graph!.node!.map((n) => n.opType),
      ['Relu', 'Mul'],
    );
    assert.deepEqual(
      proto.graph!.initializer!.map((t) => t.name),
      ['q', 'w'],
    );
    assert.deepEqual(
      proto.graph!.output!.map((o) => o.name),
      ['z'],
    );
    assert.deepEqual(
      proto.graph!.valueInfo!.map((o) => o.name),
      ['nowhere'],
    );
    assert.deepEqual(
      proto.opsetImport.map((o) => [o.domain, Number(o.version)]),
      [['', 21]],
    );
    assert.equal(proto.producerName, 'someone');
    assert.equal(Number(proto.irVersion), 10);
    assertHolds(written, ['a node in words', 'a field of the future']);
  });

  it('take another producer, IR version, name and functions when they are told to', async () => {
    const bytes = strangeModel();
    const { functions } = await openBytes(bytes);
    const other = { ...functions[0], overload: 'third' };
    const written = await rewritten(bytes, (g) => (g.name = 'renamed'), {
      producer: 'test',
      irVersion: 11,
      functions: [other],
    });
    const model = await openBytes(written);
    assert.deepEqual([model.producer, model.irVersion, model.graph.name], ['test 1.2', 11, 'renamed']);
    assert.deepEqual(
      model.functions.map((f) => f.overload),
      ['third'],
    );
    assertHolds(written, unknownParts);
  });

  it('declare initializers as inputs where IR version 3 did, and need version 4 for new ones', async () => {
    const bytes = modelBytes(
      {
        input: [valueInfo('w', [2]), valueInfo('x', [2]), valueInfo('v', [2])],
        node: [node('Mul', ['x', 'w'], ['h']), node('Add', ['h', 'v'], ['y'])],
        initializer: [floats('w', [2]), floats('v', [2])],
        output: [valueInfo('y', [2])],
      },
      { irVersion: 3, opsetImport: [{ domain: '', version: 8 }] },
    );
    assert.deepEqual(Buffer.from(await rewritten(bytes)), Buffer.from(bytes));
    const fewer = await rewritten(bytes, (g) => {
      g.initializers.delete('v');
      g.initializers.set('w', float32Tensor('w', [1], [3]));
      g.nodes.pop();
      g.outputs[0].name = 'h';
    });
    const { irVersion, graph } = onnx.ModelProto.decode(fewer);
    assert.equal(Number(irVersion), 3);
    assert.deepEqual(
      graph!.input!.map((i) => [i.name, Number(i.type!.tensorType!.shape!.dim![0].dimValue)]),
      [
        ['w', 1],
        ['x', 2],
      ],
    );
    assert.ok(await trySession(fewer));
    const more = await rewritten(bytes, (g) => {
      g.addInitializer(float32Tensor('u', [2], [1, 2]));
      g.nodes[1].inputs[1] = 'u';
    });
    assert.equal(Number(onnx.ModelProto.decode(more).irVersion), 4);
    assert.ok(await trySession(more));
  });

  it('are unsorted where the file is, as long as no node is changed', async () => {
    const bytes = modelBytes({
      input: [valueInfo('x', [2])],
      node: [node('Relu', ['h'], ['y']), node('Neg', ['x'], ['h'])],
      output: [valueInfo('y', [2])],
    });
    assert.deepEqual(Buffer.from(await rewritten(bytes)), Buffer.from(bytes));
    const written = await rewritten(bytes, (g) => (g.nodes[1].opType = 'Abs'));
    assert.deepEqual(
      onnx.ModelProto.decode(written).graph!.node!.map((n) => n.opType),
      ['Neg', 'Abs'],
    );
  });

  it('copies subgraphs and attributes that are as they were, and sees an attribute that is not', async () => {
    const body = { node: [{ ...node('Neg', ['x'], ['o']), docString: 'inside' }], output: [valueInfo('o', [1])] };
    const bytes = modelBytes({
      input: [valueInfo('x', [1]), valueInfo('c', [], 9)],
      node: [
        node('If', ['c'], ['h'], [attr.graph('then_branch', body), attr.graph('else_branch', body)]),
        node('LeakyRelu', ['h'], ['k'], [attr.float('alpha', 0.25)]),
        node('Unsqueeze', ['k'], ['y'], [attr.ints('axes', [0, 2 ** 53])]),
      ],
      output: [valueInfo('y')],
    });
    const alpha = (value: number) =>
      rewritten(bytes, (g) => {
        g.nodes[1].attributes.set('alpha', attribute.float(value));
        g.nodes[2].attributes.set('axes', attribute.ints([0, 2 ** 53]));
      });
    assert.deepEqual(Buffer.from(await alpha(0.25)), Buffer.from(bytes));
    const written = await alpha(0.5);
    assert.equal(onnx.ModelProto.decode(written).graph!.node![1].attribute![0].f, 0.5);
    assertHolds(written, ['inside', 'inside']);
  });

  /** One declares an input twice, of which the second declaration is left out; the other is a text. */
  const EXCEPTIONS = ['malformed/bad_graph_with_dup_value_info.onnx', 'malformed/corrupt-model.onnx'];
  const entries = manifestEntries().filter(
    (e) => e.format === 'onnx' && e.parse === 'ok' && !EXCEPTIONS.includes(e.path),
  );
  const files = ['media/samples/sample.onnx'].map((file) => path.join(root, file));
  files.push(...entries.map(corpusPath));

  it('come out as they are in their files, sample and corpus', async function () {
    this.timeout(60_000);
    for (const file of files) {
      const model = await openModelFile(file);
      const source = await new NodeFolder(path.dirname(file)).open(path.basename(file));
      const original = { model, source, keepsReferences: true };
      const written = Buffer.from(await encodeOnnx(model.graph.toMutable(), { original }));
      assert.ok(written.equals(await readFile(file)), path.relative(root, file));
    }
  });
});

describe('weights beside a model that is written', () => {
  const weights = float32Tensor(
    'w',
    [600],
    Array.from({ length: 600 }, (_, i) => i),
  );
  const small = float32Tensor('s', [1], [7]);

  function external(location: string, offset: number, name: string, dims: number[]): onnx.ITensorProto {
    const length = 4 * dims.reduce((a, b) => a * b, 1);
    const entries = Object.entries({ location, offset, length });
    const externalData = entries.map(([key, value]) => ({ key, value: String(value) }));
    return { name, dims, dataType: 1, dataLocation: 1, externalData };
  }

  const files = { 'old.bin': new Uint8Array(weights.bytes!) };
  const bytes = modelBytes({
    input: [valueInfo('x', [600])],
    node: [
      node('Constant', [], ['c'], [attr.tensor('value', external('old.bin', 8, '', [1]))]),
      node('Mul', ['x', 'w'], ['h']),
      node('Add', ['h', 'c'], ['y']),
    ],
    initializer: [external('old.bin', 0, 'w', [600])],
    output: [valueInfo('y', [600])],
  });

  async function opened() {
    const model = await openBytes(bytes, files);
    return { graph: model.graph.toMutable(), original: { model, source: new BytesSource(bytes) } };
  }

  it('stay references in the same folder, and are stored in the model elsewhere', async () => {
    const { graph, original } = await opened();
    const same = await encodeOnnx(graph, { original: { ...original, keepsReferences: true } });
    assert.deepEqual(Buffer.from(same), Buffer.from(bytes));
    const inside = await openBytes(await encodeOnnx(graph, { original }));
    assert.deepEqual(inside.problems, []);
    const w = inside.graph.initializer(inside.graph.valueId('w')!)!;
    assert.deepEqual([w.location, [...(await w.read())]], ['file', [...weights.bytes!]]);
    const c = inside.graph.initializer(inside.graph.valueId('c')!)!;
    assert.deepEqual([...new Float32Array((await c.read()).slice().buffer)], [2]);
  });

  it('go to a file of their own at the beginning of pages, small ones and untouched ones excepted', async () => {
    const { graph, original } = await opened();
    graph.addInitializer(small);
    graph.addInitializer(float32Tensor('v', [400], new Array<number>(400).fill(5)));
    graph.add('Sum', ['y', 's'], {}, { outputs: ['z'] });
    const pieces: Uint8Array[] = [];
    const write = (piece: Uint8Array) => void pieces.push(piece);
    const written = await encodeOnnx(graph, { original, weights: { location: 'new.bin', write } });
    const file = Buffer.concat(pieces);
    const entries = onnx.ModelProto.decode(written).graph!.initializer!.map((t) => [
      t.name,
      t.externalData!.map((e) => e.value),
    ]);
    assert.deepEqual(entries, [
      ['w', ['new.bin', '0', '2400']],
      ['s', []],
      ['v', ['new.bin', '4096', '1600']],
    ]);
    const model = await openBytes(written, { 'new.bin': new Uint8Array(file) });
    assert.deepEqual(model.problems, []);
    const v = model.graph.initializer(model.graph.valueId('v')!)!;
    assert.deepEqual(new Float32Array((await v.read()).slice().buffer), new Float32Array(400).fill(5));
  });

  it('beyond 2 GiB are written a tensor at a time; the model beside them stays small', async () => {
    const { graph, original } = await opened();
    const zeros = new Uint8Array(2 ** 26);
    for (let i = 0; i < 40; i++) {
      const dims = [2 ** 24];
      const tensor = { name: `big${i}`, dtype: 'float32', dims, location: 'file' } as const;
      graph.addInitializer({ ...tensor, read: () => Promise.resolve(zeros) });
    }
    const tooLarge = (e: unknown) => e instanceof ModelError && e.code === 'too-large';
    await assert.rejects(encodeOnnx(graph, { original }), tooLarge);
    let [length, model] = [0, 0];
    const write = (piece: Uint8Array) => void (length += piece.length);
    await writeOnnx(graph, (piece) => void (model += piece.length), { original, weights: { location: 'b', write } });
    assert.equal(length, 4096 + 40 * payloadBytes('float32', [2 ** 24]));
    assert.ok(model < 8000, `${model} bytes`);
  });

  it('that do not have the size that they state are no reason to write a damaged file', async () => {
    const { graph } = await opened();
    const wrong = { ...tensorFromBytes('w', 'uint8', [2], Uint8Array.of(1, 2)), dims: [3] };
    graph.initializers.set('w', wrong);
    await assert.rejects(encodeOnnx(graph), (e: unknown) => e instanceof ModelError && e.code === 'corrupt');
  });
});
