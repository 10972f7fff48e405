import assert from 'node:assert/strict';
import { nativeRuntime } from '../../../src/engine/nativeRuntime';
import { encodeOnnx } from '../../../src/formats/onnx/onnxWriter';
import { inferTypes } from '../../../src/ir/inferTypes';
import { layerView } from '../../../src/layers/recognize';
import { SyntheticData } from '../../../src/training/data/syntheticData';
import { momentsBesideNorm } from '../../../src/training/normMoments';
import { adam } from '../../../src/training/optimizers';
import { momentsOf } from '../../../src/training/statisticsNodes';
import { TrainingState } from '../../../src/training/trainingState';
import { buildTrainingStep } from '../../../src/training/trainingStep';
import { convNet, withWeights } from '../engine/smallModels';
import { modelOf } from '../../support/textModel';

describe('momentsBesideNorm', () => {
  it('gives the moments of what goes into a batch norm and comes out, as measured element by element', async () => {
    const model = modelOf(withWeights(convNet).freeze());
    const step = buildTrainingStep(model, layerView(model.graph, inferTypes(model.graph)), { batch: 8, seed: 1 });
    const session = await nativeRuntime(1).createSession(await encodeOnnx(step.graph));
    const state = await TrainingState.create(model, step, 'keep', adam, 0.01, 1);
    // scales and shifts that differ from channel to channel
    for (const [name, { data }] of state.feeds())
      if (/^[st]\d/.test(name)) data.forEach((v, i) => ((data as Float32Array)[i] = Number(v) + 0.3 * i));
    const feeds = new Map([...new SyntheticData(step.inputs, step.outputs, 8, 1).feeds(0), ...state.feeds()]);
    const { moments } = step.activations!;
    const outputs = await session.run(feeds, [moments, step.batchStatistics!]);
    await session.release();
    const [measured, statistics] = [moments, step.batchStatistics!].map((n) => outputs.get(n)!.data as Float32Array);
    const sides = step.layers.flatMap(({ activation, norm }) => {
      if (norm === undefined) return [];
      // small tensors are their own subset, so that their moments are exact without the norm's help
      const exact = momentsOf(step.activations!, activation!, measured);
      const known = momentsBesideNorm(norm, statistics);
      assert.ok(Math.abs(known.mean - exact.mean) < 1e-5 * exact.rms, `${known.mean} is not ${exact.mean}`);
      assert.ok(Math.abs(Math.sqrt(known.variance) / exact.std - 1) < 1e-5);
      return [norm.side];
    });
    assert.deepEqual(sides, ['input', 'output', 'input', 'output']);
  });
});
