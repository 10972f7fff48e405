import assert from 'node:assert/strict';
import { type onnx } from 'onnx-proto';
import { openOnnx } from '../../../../src/formats/onnx/openOnnx';
import { BytesSource, type ByteSource } from '../../../../src/ir/byteSource';
import { attr, FilesFolder, floats, modelBytes, node, valueInfo } from '../../../support/onnxModels';

/** Counts what is read of a file. */
class CountingSource implements ByteSource {
  reads = 0;
  bytes = 0;
  readonly ranges: [from: number, to: number][] = [];

  constructor(private readonly source: ByteSource) {}

  get size(): number {
    return this.source.size;
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    this.reads++;
    this.bytes += length;
    this.ranges.push([offset, offset + length]);
    return this.source.read(offset, length);
  }
}

/** Gives some of its bytes at once. */
class QuickSource extends CountingSource {
  private asked = 0;

  constructor(private readonly bytesOfFile: Uint8Array) {
    super(new BytesSource(bytesOfFile));
  }

  readNow(offset: number, length: number): Uint8Array | undefined {
    if (++this.asked % 3 === 0) return undefined;
    this.reads++;
    this.bytes += length;
    this.ranges.push([offset, offset + length]);
    return this.bytesOfFile.slice(offset, offset + length);
  }
}

async function opened(bytes: Uint8Array) {
  const source = new CountingSource(new BytesSource(bytes));
  const model = await openOnnx(new FilesFolder({}), 'model.onnx', source);
  return { source, model };
}

/** A chain of convolutions with batch norms, as exporters write it, with weights of this many floats. */
function chain(blocks: number, weights: number): Uint8Array {
  const nodes: onnx.INodeProto[] = [];
  const initializer: onnx.ITensorProto[] = [];
  for (let i = 0; i < blocks; i++) {
    const p = `/model/stage/block${i}`;
    const conv = [attr.ints('kernel_shape', [1, 1]), attr.ints('pads', [0, 0, 0, 0]), attr.ints('strides', [1, 1])];
    nodes.push(
      node('Conv', [i === 0 ? 'x' : `/model/stage/block${i - 1}/relu`, `${p}.weight`], [`${p}/conv`], conv),
      node(
        'BatchNormalization',
        ['scale', 'bias', 'mean', 'var'].reduce((all, s) => [...all, `${p}.${s}`], [`${p}/conv`]),
        [`${p}/norm`],
      ),
      node('Relu', [`${p}/norm`], [`${p}/relu`]),
    );
    initializer.push(floats(`${p}.weight`, [weights, 1, 1, 1]));
    for (const s of ['scale', 'bias', 'mean', 'var']) initializer.push(floats(`${p}.${s}`, [16]));
  }
  return modelBytes({
    input: [valueInfo('x')],
    node: nodes,
    initializer,
    output: [valueInfo(nodes[nodes.length - 1].output![0])],
  });
}

describe('bytes read when a model is opened', () => {
  it('are those of its structure and 8 KB per skipped payload, whatever the size of its weights', async () => {
    const blocks = 60;
    const weights = 50_000;
    const bytes = chain(blocks, weights);
    const structure = bytes.length - blocks * weights * 4;
    const { source, model } = await opened(bytes);
    assert.equal(model.parameterCount, blocks * (weights + 64));
    assert.ok(
      source.bytes <= structure + 8192 * blocks,
      `${source.bytes} bytes of ${bytes.length}, structure ${structure}`,
    );
    // about one read per payload, and a handful for the nodes
    assert.ok(source.reads <= blocks + structure / 8000 + 2, `${source.reads} reads`);

    const larger = (await opened(chain(blocks, 4 * weights))).source;
    assert.ok(Math.abs(larger.bytes - source.bytes) <= 0.01 * source.bytes, `${larger.bytes} and ${source.bytes}`);
    assert.equal(larger.reads, source.reads);
  });

  it('are no more for one payload behind many nodes, or for payloads just large enough to be skipped', async () => {
    for (const size of [2049, 2500, 3500, 100_000]) {
      for (const [blocks, few] of [
        [12_000, 1],
        [200, 100],
      ]) {
        const large: onnx.ITensorProto[] = Array.from({ length: few }, (_, i) => floats(`large${i}`, [size]));
        const nodes = Array.from({ length: blocks }, (_, i) => node('Relu', [`r${i}`], [`r${i + 1}`]));
        const bytes = modelBytes({ node: nodes, initializer: large, input: [valueInfo('r0')] });
        const { source } = await opened(bytes);
        const structure = bytes.length - few * size * 4;
        const most = structure + 8192 * few;
        assert.ok(source.bytes <= most, `${few} payloads of ${4 * size}: ${source.bytes} bytes, ${most} at most`);
      }
    }
  });

  it('are each read once, in windows of a few KB', async () => {
    const bytes = chain(4000, 4);
    const { source } = await opened(bytes);
    assert.equal(source.bytes, bytes.length);
    assert.ok(source.reads <= bytes.length / 8100 + 2, `${source.reads} reads of ${bytes.length} bytes`);
    source.ranges.forEach(([from], i) => assert.equal(from, i === 0 ? 0 : source.ranges[i - 1][1]));
  });

  it('are the same where the source has some of them at hand', async () => {
    const bytes = chain(300, 3000);
    const waited = await opened(bytes);
    const source = new QuickSource(bytes);
    const model = await openOnnx(new FilesFolder({}), 'model.onnx', source);
    assert.deepEqual(source.ranges, waited.source.ranges);
    assert.equal(model.graphHash, waited.model.graphHash);
    assert.equal(model.parameterCount, 300 * (3000 + 64));
  });

  it('leave out weights in Constant nodes, subgraphs, functions and typed fields', async () => {
    const large = 100_000;
    const typed = { name: 'typed', dims: [large], dataType: 1, floatData: new Array<number>(large).fill(0.5) };
    const body = {
      node: [node('Mul', ['x', 'inner'], ['y'])],
      initializer: [floats('inner', [large])],
      output: [valueInfo('y')],
    };
    const constant = node('Constant', [], ['c'], [attr.tensor('value', floats('', [large]))]);
    const bytes = modelBytes(
      {
        input: [valueInfo('x')],
        node: [
          constant,
          node('If', ['x'], ['z'], [attr.graph('then_branch', body)]),
          node('Sum', ['c', 'typed'], ['s']),
        ],
        initializer: [typed],
      },
      { functions: [{ name: 'f', domain: 'own', output: ['c'], node: [constant] }] },
    );
    const { source, model } = await opened(bytes);
    assert.ok(bytes.length > 4 * 4 * large && source.bytes <= 2000 + 4 * 8192, `${source.bytes} of ${bytes.length}`);
    assert.equal(model.parameterCount, 3 * large);
    const { graph } = model;
    const then = graph.node(1).attr('then_branch');
    assert.ok(then?.type === 'graph');
    const tensors = [
      graph.initializer(graph.valueId('c')!)!,
      graph.initializer(graph.valueId('typed')!)!,
      then.value.initializer(then.value.valueId('inner')!)!,
      model.functions[0].body.initializer(0)!,
    ];
    for (const tensor of tensors) {
      const data = new Float32Array((await tensor.read()).slice().buffer);
      assert.deepEqual([data.length, data[0], data[large - 1]], [large, data[0], data[0]]);
      assert.equal(data[0], tensor.name === 'typed' ? 0.5 : 1);
    }
  });

  it('find names, attributes and small tensors wherever the windows are cut', async () => {
    // names of all lengths shift the fields against the windows
    const names = Array.from({ length: 900 }, (_, i) => `v${i}${'.'.repeat(i % 97)}`);
    const nodes = names.map((name, i) =>
      node('Custom', [i === 0 ? 'x' : names[i - 1]], [name], [attr.int('k', i), attr.string('s', name)]),
    );
    const initializer = names.map((name, i) => floats(`w${name}`, [i % 9 === 0 ? 5000 : i % 70], undefined));
    const { model, source } = await opened(modelBytes({ node: nodes, initializer, input: [valueInfo('x')] }));
    assert.ok(source.reads > 90);
    names.forEach((name, i) => {
      const n = model.graph.node(i);
      assert.deepEqual(
        [n.name, n.int('k'), n.string('s'), model.graph.valueName(n.outputs[0])],
        [`Custom ${name}`, i, name, name],
      );
      const tensor = model.graph.initializer(model.graph.valueId(`w${name}`)!)!;
      assert.equal(tensor.dims[0], i % 9 === 0 ? 5000 : i % 70);
      assert.equal(tensor.bytes !== undefined, tensor.dims[0] <= 64);
    });
    for (const v of model.graph.initializers) {
      const tensor = model.graph.initializer(v)!;
      const payload = await tensor.read();
      assert.ok(payload.length === 4 * tensor.dims[0] && (payload.length === 0 || payload[3] === 0x3f), tensor.name);
    }
  });
});
