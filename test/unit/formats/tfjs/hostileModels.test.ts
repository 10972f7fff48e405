import assert from 'node:assert/strict';
import { openTfjsLayers } from '../../../../src/formats/tfjs/openTfjsLayers';
import { ModelError } from '../../../../src/ir/errors';
import type { Model } from '../../../../src/ir/model';
import { MemoryFolder } from '../../../support/tfjsOracle';

const MOST_MILLISECONDS = 15_000;

async function open(model: unknown): Promise<Model> {
  const text = typeof model === 'string' ? model : JSON.stringify(model);
  const start = performance.now();
  const opened = await openTfjsLayers(new MemoryFolder(), 'model.json', text);
  assert.ok(performance.now() - start < MOST_MILLISECONDS);
  return opened;
}

function layer(class_name: string, name: string, config: object, inputs: readonly unknown[] = []): object {
  return { class_name, name, config: { name, ...config }, inbound_nodes: inputs.length === 0 ? [] : [inputs] };
}

function functional(layers: readonly object[], outputs: readonly string[]): object {
  return {
    class_name: 'Model',
    config: { name: 'm', layers, input_layers: [['x', 0, 0]], output_layers: outputs.map((o) => [o, 0, 0]) },
  };
}

const input = layer('InputLayer', 'x', { batch_input_shape: [null, 4] });
const ref = (name: string) => [name, 0, 0, {}];

function codes(model: Model): string[] {
  return model.problems.map((p) => p.code);
}

describe('Hostile layers models', () => {
  it('nested 10 000 deep are opened as far as real ones go', async () => {
    const open1 = '{"class_name":"Sequential","config":{"name":"s","layers":[';
    const text = open1.repeat(10_000) + JSON.stringify(layer('Dense', 'd', { units: 1 })) + ']}}'.repeat(10_000);
    const opened = await open(text);
    assert.ok(codes(opened).includes('too-deep'));
  });

  it('with values nested 100 000 deep are opened, positions included', async () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    const dense = `{"class_name":"Dense","config":{"name":"d","x":${deep},"units":2,"batch_input_shape":[null,3]}}`;
    const text = `{"class_name":"Sequential","config":[${dense}]}`;
    const { graph } = await open(text);
    const { offset, length } = graph.node(0).origin!;
    assert.equal(text.slice(offset, offset + length), dense);
  });

  it('with arguments of calls nested 100 000 deep are opened', async () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    const text = JSON.stringify(
      functional([input, layer('Dense', 'd', { units: 2 }, [['x', 0, 0, { k: 'DEEP' }]])], ['d']),
    );
    const opened = await open(text.replace('"DEEP"', deep));
    assert.equal(opened.graph.nodeCount, 1);
  });

  it('whose nested models double at every level are left closed', async () => {
    let nested: object = {
      class_name: 'Sequential',
      config: {
        name: 'leaf',
        layers: [{ class_name: 'Activation', config: { name: 'a', activation: 'relu', batch_input_shape: [null, 4] } }],
      },
    };
    for (let level = 0; level < 40; level++) {
      const name = `level_${level}`;
      nested = {
        class_name: 'Model',
        config: {
          name,
          layers: [
            layer('InputLayer', 'x', { batch_input_shape: [null, 4] }),
            { ...nested, name: 'half', inbound_nodes: [[ref('x')], [['half', 1, 0, {}]]] },
          ],
          input_layers: [['x', 0, 0]],
          output_layers: [['half', 2, 0]],
        },
      };
    }
    const opened = await open(nested);
    assert.ok(codes(opened).includes('opaque-layer'));
    assert.ok(opened.graph.nodeCount < 10);
    assert.match(opened.problems[0].message, /200000 calls/);
  });

  it('with cycles are cut open and reported', async () => {
    const opened = await open(
      functional(
        [
          input,
          layer('Add', 'a', {}, [ref('x'), ref('b')]),
          layer('Dense', 'b', { units: 4 }, [ref('a')]),
          layer('Add', 'self', {}, [ref('self'), ref('x')]),
        ],
        ['b'],
      ),
    );
    assert.deepEqual(codes(opened), ['cycle', 'cycle', 'opaque-layer', 'opaque-layer']);
    assert.equal(opened.problems[0].place?.jsonPath, 'config.layers[2]');
    assert.deepEqual([...opened.graph.nodes()].map((n) => n.opType).sort(), ['Add', 'Add', 'Dense']);
  });

  it('with a chain of 10 000 layers written backwards are put in order', async () => {
    const layers = [input];
    for (let i = 10_000; i > 0; i--)
      layers.push(layer('Activation', `a${i}`, { activation: 'relu' }, [ref(i === 1 ? 'x' : `a${i - 1}`)]));
    const opened = await open(functional(layers, ['a10000']));
    assert.deepEqual(opened.problems, []);
    assert.equal(opened.graph.node(0).name, 'a1');
    assert.equal(opened.graph.nodeCount, 10_000);
  });

  it('with references that lead nowhere are opened with what is left', async () => {
    const opened = await open(
      functional(
        [
          input,
          layer('Dense', 'a', { units: 1 }, [ref('nobody')]),
          layer('Dense', 'b', { units: 1 }, [['x', 7, 0, {}]]),
          layer('Dense', 'c', { units: 1 }, [ref('x')]),
        ],
        ['c', 'gone'],
      ),
    );
    assert.deepEqual(codes(opened), [
      'unknown-layer',
      'unknown-layer',
      'unknown-layer',
      'opaque-layer',
      'opaque-layer',
    ]);
    assert.equal(opened.graph.outputs.length, 1);
  });

  it('with keys such as __proto__ and constructor change nothing', async () => {
    const text = `{"__proto__":{"modelTopology":1},"class_name":"Sequential","config":{"layers":[
      {"class_name":"constructor","config":{"name":"__proto__","batch_input_shape":[null,4]}},
      {"class_name":"Dense","config":{"__proto__":{"use_bias":false},"name":"toString","units":2}},
      {"class_name":"TimeDistributed","config":{"name":"hasOwnProperty","layer":{"class_name":"valueOf","config":{}}}}]}}`;
    const opened = await open(text);
    assert.deepEqual(
      [...opened.graph.nodes()].map((n) => n.opType),
      ['constructor', 'Dense', 'TimeDistributed'],
    );
    assert.equal(({} as Record<string, unknown>).modelTopology, undefined);
    assert.equal(({} as Record<string, unknown>).use_bias, undefined);
  });

  it('with sizes that cannot exist allocate nothing', async () => {
    const config = (more: object) => ({
      class_name: 'Sequential',
      config: {
        layers: [{ class_name: 'InputLayer', config: { name: 'x', batch_input_shape: [null, 1e9, 1e9, 1e9] } }, more],
      },
    });
    for (const more of [
      layer('Conv2D', 'a', { filters: 1e15, kernel_size: 1e9, strides: 1, padding: 'same' }),
      layer('Flatten', 'a', {}),
      layer('BatchNormalization', 'a', { scale: false, center: false }),
      layer('UpSampling2D', 'a', { size: [1e9, 1e9] }),
      layer('ZeroPadding2D', 'a', { padding: 1e15 }),
      layer('LayerNormalization', 'a', { scale: false }),
      layer('Reshape', 'a', { target_shape: [1e15, 1e15] }),
      layer('GlobalAveragePooling2D', 'a', {}),
      layer('PReLU', 'a', {}),
    ]) {
      const { graph } = await open(config(more));
      assert.ok(graph.nodeCount >= 1);
    }
  });

  it('with settings of the wrong kind keep their layers opaque', async () => {
    const wrong: readonly [string, object][] = [
      ['Conv2D', { filters: -1, kernel_size: 3 }],
      ['Conv2D', { filters: 1, kernel_size: [3] }],
      ['Conv2D', { filters: 1, kernel_size: 3, strides: 0 }],
      ['Conv2D', { filters: 1, kernel_size: 3, padding: 'reflect' }],
      ['Conv2D', { filters: 1, kernel_size: 99 }],
      ['Conv2D', { filters: 1, kernel_size: 3, data_format: {}, groups: 2 }],
      ['Dense', { units: '3' }],
      ['Dense', {}],
      ['BatchNormalization', { axis: 9 }],
      ['BatchNormalization', { axis: [1, 2] }],
      ['BatchNormalization', { axis: 'last' }],
      ['LayerNormalization', { axis: [1, 1] }],
      ['Permute', { dims: [1, 1, 2] }],
      ['Reshape', { target_shape: [-1, -1] }],
      ['Reshape', { target_shape: [0] }],
      ['Reshape', { target_shape: [5, 5] }],
      ['Cropping2D', { cropping: 50 }],
      ['Softmax', { axis: 7 }],
      ['Concatenate', { axis: 17 }],
      ['Add', {}],
      ['Dot', { axes: 1 }],
      ['Activation', { activation: 5 }],
      ['RepeatVector', { n: 2 }],
      ['TimeDistributed', {}],
    ];
    for (const [kind, config] of wrong) {
      const opened = await open({
        class_name: 'Sequential',
        config: {
          layers: [layer('InputLayer', 'x', { batch_input_shape: [null, 9, 9, 3] }), layer(kind, 'a', config)],
        },
      });
      assert.deepEqual(codes(opened), ['opaque-layer'], `${kind} ${JSON.stringify(config)}`);
      const [node] = [...opened.graph.nodes()];
      assert.equal(`${node.domain}.${node.opType} ${node.name}`, `tfjs.${kind} a`);
      assert.equal(opened.graph.nodeCount, 1, 'no remains of an attempt');
      assert.equal(opened.graph.initializers.length, 0);
    }
  });

  it('with duplicate layer names are opened and reported', async () => {
    const opened = await open({
      class_name: 'Sequential',
      config: {
        layers: [layer('Dense', 'd', { units: 2, batch_input_shape: [null, 4] }), layer('Dense', 'd', { units: 2 })],
      },
    });
    assert.deepEqual(codes(opened), ['duplicate-name']);
    assert.deepEqual(
      [...opened.graph.nodes()].map((n) => n.name),
      ['d', 'd_1'],
    );
  });

  it('with one name for 30 000 layers are opened as fast as others', async () => {
    const layers = Array.from({ length: 30_000 }, () => layer('ReLU', 'd', { batch_input_shape: [null, 4] }));
    const opened = await open({ class_name: 'Sequential', config: { layers } });
    assert.equal([...opened.graph.nodes()].at(-1)!.name, 'd_29999');
  }).timeout(10_000);

  it('with duplicate keys count the last, as JSON.parse does, positions included', async () => {
    const wrong = '{"class_name":"Dense","config":{"name":"wrong","units":1,"batch_input_shape":[null,4]}}';
    const right = '{"class_name":"Dense","config":{"name":"right","units":1,"batch_input_shape":[null,4]}}';
    const text = `{"class_name":"Sequential","config":{"layers":[${wrong}],"layers":[${right}]}}`;
    const { graph } = await open(text);
    const { offset, length } = graph.node(0).origin!;
    assert.equal(text.slice(offset, offset + length), right);
  });

  it('with thousands of faults list the first hundred', async () => {
    const layers = Array.from({ length: 5000 }, (_, i) => layer('Nonsense', `n${i}`, { batch_input_shape: [null, 4] }));
    const opened = await open({ class_name: 'Sequential', config: { layers } });
    assert.equal(opened.problems.length, 101);
    assert.match(opened.problems[100].message, /4900 further/);
  });

  it('with names of a megabyte are opened, and messages stay short', async () => {
    const name = 'n'.repeat(2 ** 20);
    const opened = await open({
      class_name: 'Sequential',
      config: { layers: [layer('Nonsense', name, { batch_input_shape: [null, 4] })] },
    });
    assert.ok(opened.problems[0].message.length < 400);
  });

  it('that are no JSON, or no model, are refused with the place', async () => {
    const cases: readonly [text: string, code: string, place?: object][] = [
      ['', 'empty'],
      ['  \n', 'empty'],
      ['{"modelTopology": {"config"', 'truncated', { line: 0, character: 27 }],
      ['{"modelTopology": "unfinis', 'truncated', { line: 0, character: 18 }],
      ['{\n  "a": tru\n}', 'invalid', { line: 1, character: 7 }],
      ['{"a": 1,}', 'invalid', { line: 0, character: 8 }],
      ['[1, 2', 'truncated'],
      ['{} {}', 'invalid', { line: 0, character: 3 }],
      ['{"a": "\\x"}', 'invalid', { line: 0, character: 6 }],
      ['<!DOCTYPE html>', 'invalid'],
      ['// comment\n{}', 'invalid'],
      ['{}', 'not-a-model'],
      ['[]', 'not-a-model'],
      ['"text"', 'not-a-model'],
      ['12', 'not-a-model'],
      ['{"class_name":"Model","config":{"layers":5}}', 'not-a-model'],
      ['{"modelTopology":5,"weightsManifest":[]}', 'not-a-model'],
    ];
    for (const [text, code, place] of cases) {
      await assert.rejects(open(text), (error: unknown) => {
        assert.ok(error instanceof ModelError, text);
        assert.equal(error.code, code, text);
        assert.equal(error.path, 'model.json');
        if (place !== undefined) assert.deepEqual(error.place, place, text);
        return true;
      });
    }
  });

  it('with a byte order mark are read', async () => {
    const dense = JSON.stringify(layer('Dense', 'd', { units: 2, batch_input_shape: [null, 4] }));
    const text = `\ufeff{"class_name":"Sequential","config":{"layers":[${dense}]}}`;
    const { graph } = await open(text);
    const { offset, length } = graph.node(0).origin!;
    assert.equal(text.slice(offset, offset + length), dense);
  });
});
