import assert from 'node:assert/strict';
import { remembered } from '../../../../src/ir/rememberedGraph';
import { openTfjsLayers } from '../../../../src/formats/tfjs/openTfjsLayers';
import { MemoryFolder } from '../../../support/tfjsOracle';

type Sizes = readonly unknown[];

/** How Keras 3 names the output of a layer among the arguments of a call. */
const tensor = (layer: string, shape: unknown, { dtype = 'float32', output = 0 } = {}) => ({
  class_name: '__keras_tensor__',
  config: { shape, dtype, keras_history: [layer, 0, output] },
});

const layer = (class_name: string, name: string, config: object, args: unknown[]) => ({
  ...{ module: 'keras.layers', class_name, registered_name: null, name },
  config: { name, ...config },
  inbound_nodes: args.length === 0 ? [] : [{ args, kwargs: {} }],
});

const custom = (name: string, args: unknown[]) => layer('Custom>Squeeze', name, {}, args);

const modelText = (layers: readonly object[], outputs: readonly string[]) =>
  JSON.stringify({
    ...{ module: 'keras', class_name: 'Functional', registered_name: null },
    config: {
      name: 'f',
      layers: [layer('InputLayer', 'x', { batch_shape: [null, 8, 8, 3] }, []), ...layers],
      input_layers: [['x', 0, 0]],
      output_layers: outputs.map((name) => [name, 0, 0]),
    },
  });

const open = (...model: Parameters<typeof modelText>) =>
  openTfjsLayers(new MemoryFolder(), 'config.json', modelText(...model));

type Opened = Awaited<ReturnType<typeof open>>;

const typeOf = ({ graph }: Opened, name: string) => graph.valueType(graph.valueId(name)!);
const opaque = ({ problems }: Opened) => problems.filter((p) => p.code === 'opaque-layer').length;

describe('what Keras 3 states of tensors', () => {
  const x = tensor('x', [null, 8, 8, 3]);
  const dense = (from: unknown) => layer('Dense', 'd', { units: 5, use_bias: false }, [from]);

  it('is the type of what a layer of an unknown class or a Lambda computes', async () => {
    for (const unknown of [custom('c', [x]), layer('Lambda', 'c', {}, [x])]) {
      const opened = await open([unknown, dense(tensor('c', [null, 7], { dtype: 'float16' }))], ['d']);
      assert.deepEqual(typeOf(opened, 'c'), { kind: 'tensor', dtype: 'float16', shape: [null, 7] });
      assert.deepEqual(typeOf(opened, 'd')?.shape, [null, 5]);
      assert.deepEqual(opened.graph.initializer(opened.graph.valueId('d/kernel')!)?.dims, [7, 5]);
      assert.equal(opaque(opened), 1);
    }
  });

  it('is told apart by the outputs of a layer', async () => {
    const halves = [tensor('c', [null, 2], { output: 0 }), tensor('c', [null, 4], { output: 1 })];
    const opened = await open([custom('c', [x]), layer('Concatenate', 'd', { axis: -1 }, [halves])], ['d']);
    assert.deepEqual(typeOf(opened, 'c/output_1')?.shape, [null, 4]);
    assert.deepEqual(typeOf(opened, 'd')?.shape, [null, 6]);
  });

  it('does not count where it contradicts itself, or against what is computed', async () => {
    const readers = [dense(tensor('c', [null, 7])), layer('ReLU', 'r', {}, [tensor('c', [null, 9])])];
    const torn = await open([custom('c', [x]), ...readers], ['d', 'r']);
    assert.equal(typeOf(torn, 'c'), undefined);
    assert.equal(opaque(torn), 2);
    const wrong = await open([layer('Flatten', 'c', {}, [x]), dense(tensor('c', [null, 7]))], ['d']);
    assert.deepEqual(wrong.graph.initializer(wrong.graph.valueId('d/kernel')!)?.dims, [192, 5]);
  });

  it('may be anything: sizes that are none are open, a shape that is none does not count', async () => {
    const after = async (shape: unknown) =>
      typeOf(await open([custom('c', [x]), dense(tensor('c', shape))], ['d']), 'c');
    const sizes: Sizes = [-1, 2 ** 60, 1.5, '3', null, { __proto__: 4 }, 6];
    assert.deepEqual((await after(sizes))?.shape, [null, null, null, null, null, null, 6]);
    for (const none of ['7', null, { length: 2 }, new Array(1e5).fill(2), undefined])
      assert.equal(await after(none), undefined);
  });

  it('is read anew when it is edited', async () => {
    const text = modelText([custom('c', [x]), dense(tensor('c', [null, 7]))], ['d']);
    const model = await openTfjsLayers(new MemoryFolder(), 'config.json', text);
    const graph = remembered(model.graph);
    const follower = model.follow!(graph);
    assert.notEqual(await follower.next(text.replace('"units":5', '"units":6')), undefined);
    assert.notEqual((await follower.next(text.replace('[null,7]', '[null,9]')))?.structure, undefined);
    assert.deepEqual(graph.initializer(graph.valueId('d/kernel')!)?.dims, [9, 5]);
  });

  it('is what the next layer of a sequential model was built for', async () => {
    const built = (class_name: string, name: string, config: object, input_shape?: Sizes) => ({
      ...{ module: 'keras.layers', class_name, config: { name, ...config }, registered_name: null },
      ...(input_shape && { build_config: { input_shape } }),
    });
    const text = JSON.stringify({
      ...{ module: 'keras', class_name: 'Sequential', registered_name: null },
      config: {
        name: 's',
        layers: [
          built('InputLayer', 'x', { batch_shape: [null, 8] }),
          built('Custom>Squeeze', 'c', {}, [null, 8]),
          built('Dense', 'd', { units: 5, use_bias: false }, [null, 3]),
        ],
        build_input_shape: [null, 8],
      },
      build_config: { input_shape: [null, 8] },
    });
    const opened = await openTfjsLayers(new MemoryFolder(), 'config.json', text);
    assert.deepEqual(typeOf(opened, 'c')?.shape, [null, 3]);
    assert.deepEqual(opened.graph.initializer(opened.graph.valueId('d/kernel')!)?.dims, [3, 5]);
  });
});
