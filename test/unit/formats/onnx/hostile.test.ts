import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Writer } from 'protobufjs/minimal';
import type { Graph } from '../../../../src/ir/graph';
import { ModelError } from '../../../../src/ir/errors';
import {
  attr,
  floats,
  INT64,
  longs,
  modelBytes,
  node,
  openBytes,
  openGraph,
  valueInfo,
} from '../../../support/onnxModels';
import { corpusPath, manifestEntries } from '../../../support/manifest';

function message(field: number, ...contents: Uint8Array[]): Uint8Array {
  return Writer.create()
    .uint32(field * 8 + 2)
    .bytes(Buffer.concat(contents))
    .finish();
}

function text(field: number, value: string): Uint8Array {
  return message(field, Buffer.from(value));
}

const header = modelBytes({}).subarray(0, 2);
const opset = message(8, Uint8Array.of(16, 18));
const model = (...graph: Uint8Array[]) => Uint8Array.from(Buffer.concat([header, opset, message(7, ...graph)]));

/** Refused with a ModelError of one of these codes, which names the place. */
async function refused(bytes: Uint8Array, ...codes: string[]): Promise<ModelError> {
  try {
    await openBytes(bytes);
  } catch (error) {
    assert.ok(error instanceof ModelError, String((error as Error).stack));
    assert.ok(codes.includes(error.code), error.describe());
    assert.equal(error.path, 'model.onnx');
    return error;
  }
  return assert.fail('was opened');
}

/** Everything that can be asked of a graph without reading weights. */
function walk(graph: Graph): number {
  let seen = 0;
  for (const n of graph.nodes()) {
    seen += n.name.length + n.inputs.length + n.outputs.length;
    for (const name of n.attributeNames) {
      const a = n.attr(name)!;
      if (a.type === 'graph') seen += walk(a.value);
    }
  }
  for (let v = 0; v < graph.valueCount; v++)
    seen += graph.consumers(v).length + (graph.valueType(v)?.shape?.length ?? 0);
  return seen;
}

describe('hostile ONNX files', () => {
  it('cut short say where they end', async () => {
    const bytes = modelBytes({
      input: [valueInfo('x')],
      node: [node('Relu', ['x'], ['y'], [attr.ints('k', [1, 2, 3])])],
      initializer: [floats('w', [5000])],
    });
    for (const length of [1000, bytes.length - 30]) {
      const error = await refused(bytes.slice(0, length), 'truncated');
      assert.equal(error.place.offset, length);
      assert.match(error.message, new RegExp(`ends at byte ${length}, but the model goes on until byte \\d+`));
      assert.equal(error.describe().split(`byte ${length}`).length, 2, 'the place is said twice');
    }
    for (let length = 1; length < 200; length++)
      await refused(bytes.slice(0, length), 'truncated', 'not-a-model', 'corrupt');
  });

  it('with lengths beyond the end of a message are refused with the offset', async () => {
    const nodeWithLongName = Buffer.concat([text(4, 'Relu'), Uint8Array.of(26, 100, 65)]);
    const error = await refused(
      model(message(1, nodeWithLongName), text(2, 'some name that leaves room behind the node'.repeat(4))),
      'corrupt',
    );
    assert.ok(error.place.offset! > 2);
    await refused(model(Uint8Array.of(10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1)), 'corrupt');
    await refused(
      model(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)),
      'corrupt',
    );
    await refused(model(Uint8Array.of(15)), 'corrupt');
    await refused(model(message(1, Uint8Array.of(32, 1))), 'corrupt');
    await refused(model(Uint8Array.of(11, 8)), 'corrupt');
  });

  it('of random bytes are refused, in whatever way they begin', async () => {
    let state = 7;
    const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24;
    for (let round = 0; round < 300; round++) {
      const bytes = Uint8Array.from({ length: 1 + random() * 8 }, random);
      if (round % 3 === 0) bytes.set(header);
      if (round % 3 === 1 && bytes.length > 8) bytes.set([8, 7, 58, 5]);
      try {
        walk((await openBytes(bytes)).graph);
      } catch (error) {
        assert.ok(error instanceof ModelError, `round ${round}: ${(error as Error).stack}`);
      }
    }
  });

  it('with shapes of any size allocate nothing', async () => {
    const { graph, parameterCount, problems } = await openGraph({
      input: [valueInfo('x', [2 ** 52, 2 ** 52])],
      initializer: [
        { name: 'a', dims: [2 ** 50], dataType: 1, rawData: new Uint8Array(8) },
        { name: 'b', dims: [2 ** 40, 2 ** 40], dataType: 1, floatData: [1, 2] },
        { name: 'c', dims: new Array<number>(5000).fill(2), dataType: 7, int64Data: [1] },
        { ...longs('d', [1], [1]), dims: [2 ** 50] },
      ],
      node: [node('Sum', ['a', 'b', 'c'], ['y']), node('ConstantOfShape', ['d'], ['z'])],
    });
    assert.equal(parameterCount, Number.MAX_SAFE_INTEGER);
    assert.deepEqual([...new Set(problems.map((p) => p.code))], ['data-size']);
    for (const v of graph.initializers) await assert.rejects(graph.initializer(v)!.read(), ModelError);
  });

  it('with graphs nested without end are refused or cut', async () => {
    /** From the inside out, each level in front of the next: 10 000 copies of the whole would take a while. */
    const nested = (depth: number) => {
      const parts: Uint8Array[] = [text(2, 'innermost')];
      let length = parts[0].length;
      const wrap = (before: Uint8Array, field: number) => {
        parts.push(
          Writer.create()
            .uint32(field * 8 + 2)
            .uint32(length)
            .finish(),
          before,
        );
        length += parts[parts.length - 2].length + before.length;
      };
      for (let i = 0; i < depth; i++) {
        wrap(text(1, 'then_branch'), 6);
        wrap(text(4, 'If'), 5);
        wrap(text(2, 'g'), 1);
      }
      return model(...parts.reverse());
    };
    const shallow = await openBytes(nested(20));
    assert.deepEqual([shallow.nodeCount, shallow.problems], [20, []]);
    const cut = await openBytes(nested(60));
    assert.deepEqual([cut.nodeCount, cut.problems.map((p) => p.code)], [25, ['too-deep']]);
    const deep = await refused(nested(10_000), 'corrupt');
    assert.match(deep.message, /nested more than/);
  });

  it('with names that JavaScript gives a meaning are opened like others', async () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    const { graph, metadata, problems } = await openGraph(
      {
        input: names.map((n) => valueInfo(n)),
        node: names.map((n, i) => node(n, [n], [`y${i}`], [attr.int(n, i), attr.string('__proto__', n)])),
        output: [valueInfo('y0')],
      },
      { metadataProps: names.map((key) => ({ key, value: key })) },
    );
    names.forEach((n, i) => {
      assert.deepEqual([graph.node(i).opType, graph.valueName(graph.node(i).inputs[0])], [n, n]);
      if (i > 0) assert.equal(graph.node(i).int(n), i);
    });
    assert.deepEqual([...metadata.keys()], names);
    assert.equal(graph.node(1).string('valueOf'), undefined);
    assert.deepEqual(problems, []);
    assert.equal(({} as Record<string, unknown>).k, undefined);
  });

  it('list problems up to a limit', async () => {
    const nodes = Array.from({ length: 5000 }, (_, i) => node('Relu', [`nowhere ${i}`], ['same']));
    const { problems } = await openGraph({ node: nodes });
    assert.equal(problems.length, 42);
    assert.match(problems[41].message, /and \d+ more/);
  });

  it('with damaged attributes are refused, or keep the damage to the attribute', async () => {
    const withAttribute = (...contents: Uint8Array[]) =>
      model(message(1, text(4, 'Relu'), message(5, text(1, 'k'), ...contents)));
    await refused(withAttribute(message(3, Uint8Array.of(1))), 'corrupt');
    const { graph } = await openBytes(withAttribute(message(8, new Uint8Array(12).fill(0xff))));
    assert.equal(graph.node(0).attr('k')?.type, 'opaque');
    assert.equal(graph.node(0).attr('k'), graph.node(0).attr('k'));
  });

  it('with a damaged tensor or type are opened without it, and a damaged tensor is a problem with its place', async () => {
    const dimsAsFloat = Uint8Array.of(0x0d, 0, 0, 0, 0);
    const relu = message(1, text(4, 'Relu'), text(1, 'x'), text(2, 'y'));
    const bytes = model(
      relu,
      message(5, text(8, 'x'), dimsAsFloat),
      message(12, text(1, 'y'), message(2, message(1, message(2, message(1, Uint8Array.of(0x0d, 0, 0, 0, 0)))))),
    );
    const { graph, problems, weights } = await openBytes(bytes);
    assert.equal(weights, 'missing');
    assert.deepEqual(
      problems.map(({ code, place }) => [code, place?.offset]),
      [['damaged-tensor', Buffer.from(bytes).indexOf(dimsAsFloat) + dimsAsFloat.length]],
    );
    assert.match(problems[0].message, /tensor x cannot be read.*wire type 5/);
    await assert.rejects(graph.initializer(graph.valueId('x')!)!.read(), ModelError);
    assert.equal(graph.valueType(graph.valueId('y')!), undefined);
  });

  it('with a node of very many outputs, or of one twice, are opened as fast as others', async () => {
    const many = Buffer.concat(Array.from({ length: 300_000 }, (_, i) => text(2, `o${i}`)));
    const { graph, problems } = await openBytes(model(message(1, text(4, 'Split'), many, text(2, 'o7'))));
    assert.equal(graph.node(0).outputs.length, 300_001);
    assert.deepEqual(
      problems.map((p) => p.code),
      ['duplicate-producer'],
    );
  });

  it('with a tensor that has no name are opened without it, wherever its data is', async () => {
    const external = message(5, Uint8Array.of(0x70, 1), message(13, text(1, 'location'), text(2, 'w.bin')));
    const { graph, problems } = await openBytes(model(external, message(5, Uint8Array.of(0x10, 1))));
    assert.equal(graph.initializers.length, 0);
    assert.deepEqual(
      problems.map((p) => p.code),
      ['unnamed-initializer', 'unnamed-initializer'],
    );
  });

  const entries = manifestEntries().filter((e) => e.format === 'onnx' && e.parse === 'ok');
  (entries.length > 0 ? it : it.skip)(
    'made of real files by flipping and cutting are refused or opened, never anything else',
    async () => {
      let state = 99;
      const random = (below: number) => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32) * below;
      let opened = 0;
      for (const entry of entries.filter((e) => e.nodes > 0)) {
        const original = await readFile(corpusPath(entry));
        if (original.length > 130_000) continue;
        for (let round = 0; round < 4; round++) {
          const bytes = Uint8Array.from(
            original.subarray(0, round === 3 ? Math.floor(random(original.length)) : original.length),
          );
          for (let flips = 0; flips < 3; flips++) bytes[Math.floor(random(bytes.length))] ^= 1 << Math.floor(random(8));
          try {
            const { graph, graphHash } = await openBytes(bytes);
            walk(graph);
            assert.ok(graphHash);
            opened++;
          } catch (error) {
            assert.ok(error instanceof ModelError, `${entry.path}, round ${round}: ${(error as Error).stack}`);
          }
        }
      }
      assert.ok(opened > 30, `${opened} opened`);
    },
  );

  it('that feed ConstantOfShape what is no shape are opened', async () => {
    const { graph } = await openGraph({
      initializer: [longs('negative', [1], [-5]), floats('float', [1], [3])],
      node: [
        node('ConstantOfShape', ['negative'], ['a']),
        node('ConstantOfShape', ['float'], ['b']),
        node('ConstantOfShape', [], ['c'], [attr.tensor('value', longs('', [2], [1, 2]))]),
        node('ConstantOfShape', ['d'], ['d']),
        node('Constant', [], []),
        { ...node('Constant', ['x'], ['', 'e'], [attr.int('value', 1)]), domain: 'own' },
      ],
      input: [valueInfo('x', [1], INT64)],
    });
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      assert.equal(graph.initializer(graph.valueId(name)!), undefined, name);
  });
});
