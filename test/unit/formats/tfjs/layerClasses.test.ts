import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import assert from 'node:assert/strict';
import { loweringOf, opaqueReason } from '../../../../src/formats/tfjs/layers/registry';
import { openTfjsLayers } from '../../../../src/formats/tfjs/openTfjsLayers';
import { MemoryFolder } from '../../../support/tfjsOracle';

interface Registered {
  readonly name: string;
  readonly prototype: object;
}

/** Every class of layers that tfjs-layers has registered for reading models. */
function registeredLayers(): string[] {
  const { classNameMap } = (
    tf.serialization as unknown as {
      SerializationMap: { getMap(): { classNameMap: Record<string, readonly [Registered]> } };
    }
  ).SerializationMap.getMap();
  // the class itself is not exported: the base of all layers that are
  const base = Object.getPrototypeOf(Object.getPrototypeOf(tfl.layers.dense({ units: 1 }))) as object;
  return Object.keys(classNameMap).filter((name) => {
    const { prototype } = classNameMap[name][0];
    return Object.prototype.isPrototypeOf.call(base, prototype);
  });
}

const input = (shape: readonly (number | null)[]) => ({
  class_name: 'InputLayer',
  config: { name: 'x', batch_input_shape: shape },
});

async function problemsOf(className: string, config: object, shape: readonly (number | null)[]): Promise<string[]> {
  const layer = { class_name: className, config: { name: 'a', ...config } };
  const text = JSON.stringify({ class_name: 'Sequential', config: { name: 'm', layers: [input(shape), layer] } });
  const model = await openTfjsLayers(new MemoryFolder(), 'model.json', text);
  assert.ok(model.graph.nodeCount > 0);
  return model.problems.map((p) => p.message);
}

/** Models and inputs are no layers with operators: what is in them is. */
const structure = ['InputLayer', 'Model', 'Functional', 'Sequential'];

describe('the layer classes of tfjs', () => {
  it('are all lowered, or opaque with a reason', () => {
    const classes = registeredLayers();
    assert.ok(
      classes.length >= 69 && classes.includes('RandomWidth') && classes.includes('Dense'),
      `${classes.length}`,
    );
    const unknown = classes.filter(
      (name) => loweringOf(name) === undefined && opaqueReason(name) === undefined && !structure.includes(name),
    );
    assert.deepEqual(unknown, []);
    assert.deepEqual(
      classes.filter((name) => loweringOf(name) !== undefined && opaqueReason(name) !== undefined),
      [],
    );
  });

  it('say why they are opaque', async () => {
    for (const name of registeredLayers()) {
      const reason = opaqueReason(name);
      if (reason !== undefined) {
        assert.deepEqual(await problemsOf(name, {}, [null, 4, 5, 3]), [`${name} a is not computed: ${reason}`]);
      }
    }
  });

  it('RandomWidth, which tfjs does not run in a model', async () => {
    const layers = [tfl.layers.inputLayer({ inputShape: [4, 5, 3] }), tfl.layers.randomWidth({ factor: 0.5 })];
    assert.throws(() => tfl.sequential({ layers }), /Negative dimension size/);
    assert.match((await problemsOf('RandomWidth', { factor: 0.5 }, [null, 4, 5, 3]))[0], /drawn at random/);
  });

  it('a ConvLSTM2DCell in an RNN, which tfjs refuses', async () => {
    const cell = tfl.layers.convLstm2dCell({ filters: 3, kernelSize: 3 });
    assert.throws(() => tfl.layers.rnn({ cell }).apply(tfl.input({ shape: [3, 6, 6, 2] })), /expected ndim=3/);
    const stated = { class_name: 'ConvLSTM2DCell', config: { filters: 3, kernel_size: [3, 3] } };
    const problems = await problemsOf('RNN', { cell: stated }, [null, 3, 6, 6, 2]);
    assert.deepEqual(problems, [
      'RNN a is not computed: TensorFlow.js runs a ConvLSTM2DCell in the layer ConvLSTM2D alone',
    ]);
  });

  it('a BatchNormalization over several axes, which tfjs refuses', async () => {
    const norm = tfl.layers.batchNormalization({ axis: [1, 2] as unknown as number });
    assert.throws(() => norm.apply(tfl.input({ shape: [4, 5] })), /Axis 1,23/);
    const problems = await problemsOf('BatchNormalization', { axis: [1, 2] }, [null, 4, 5]);
    assert.deepEqual(problems, [
      'BatchNormalization a is not computed: it keeps statistics for several axes, where TensorFlow.js knows one alone',
    ]);
    assert.deepEqual(await problemsOf('BatchNormalization', { axis: [2] }, [null, 4, 5]), []);
  });
});
