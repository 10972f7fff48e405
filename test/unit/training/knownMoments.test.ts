import assert from 'node:assert/strict';
import { nativeRuntime } from '../../../src/engine/nativeRuntime';
import { encodeOnnx } from '../../../src/formats/onnx/onnxWriter';
import { inferTypes } from '../../../src/ir/inferTypes';
import { layerView } from '../../../src/layers/recognize';
import { SyntheticData } from '../../../src/training/data/syntheticData';
import { momentsBesideNorm } from '../../../src/training/knownMoments';
import { adam } from '../../../src/training/optimizers';
import { momentsOf } from '../../../src/training/statisticsNodes';
import { TrainingState } from '../../../src/training/trainingState';
import { buildTrainingStep } from '../../../src/training/trainingStep';
import { meanOverUnits } from '../../../src/training/unitStatistics';
import { withWeights } from '../engine/smallModels';
import { modelOf } from '../../support/textModel';

/** Two blocks with a sum each, the second behind the first; a sum with a picture in it, and one that broadcasts. */
const residual = `<ir_version: 8, opset_import: ["" : 18]>
  net (float[N,4,8,8] x) => (float[N,4] y)
  <float[4,4,3,3] w1, float[4] s1, float[4] t1, float[4] m1, float[4] v1,
   float[4,4,3,3] w2, float[4] s2, float[4] t2, float[4] m2, float[4] v2,
   float[4,4,3,3] w3, float[4] s3, float[4] t3, float[4] m3, float[4] v3, float[4,1,1] b>
  { c1 = Conv <pads = [1,1,1,1]> (x, w1)
    n1 = BatchNormalization <momentum = 0.8> (c1, s1, t1, m1, v1)
    r1 = Relu (n1)
    c2 = Conv <pads = [1,1,1,1]> (r1, w2)
    n2 = BatchNormalization (c2, s2, t2, m2, v2)
    a2 = Add (n2, r1)
    c3 = Conv <pads = [1,1,1,1]> (a2, w3)
    n3 = BatchNormalization (c3, s3, t3, m3, v3)
    a3 = Sum (a2, n3, r1)
    p3 = Add (a3, x)
    q3 = Add (r1, b)
    z3 = Add (p3, q3)
    g = GlobalAveragePool (z3)
    y = Flatten (g) }`;

describe('moments that are known', () => {
  it('are those that are measured element by element: beside batch norms, of ReLUs and of sums', async () => {
    const model = modelOf(withWeights(residual).freeze());
    const view = layerView(model.graph, inferTypes(model.graph));
    const step = buildTrainingStep(model, view, { batch: 8, seed: 1 });
    const session = await nativeRuntime(1).createSession(await encodeOnnx(step.graph));
    const state = await TrainingState.create(model, step, 'keep', adam, 0.01, 1);
    // scales and shifts that differ from channel to channel
    for (const [name, { data }] of state.feeds())
      if (/^[st]\d/.test(name)) data.forEach((v, i) => ((data as Float32Array)[i] = Number(v) + 0.3 * i));
    const feeds = new Map([...new SyntheticData(step.inputs, step.outputs, 8, 1).feeds(0), ...state.feeds()]);
    const names = [step.activations!.moments, step.batchStatistics!, step.units!.means];
    const outputs = await session.run(feeds, names);
    await session.release();
    const [measured, statistics, units] = names.map((name) => outputs.get(name)!.data as Float32Array);
    const terms = step.layers.flatMap(({ activation, mean: sources }, layer) => {
      if (sources === undefined) return [];
      // small tensors are their own subset, so that their moments are exact without further knowledge
      const exact = momentsOf(step.activations!, activation!, measured);
      const mean = sources
        .map((s) => ('norm' in s ? momentsBesideNorm(s, statistics).mean : meanOverUnits(step.units!, s.units, units)))
        .reduce((sum, m) => sum + m, 0);
      const value = model.graph.valueName(view.layers[layer].output);
      assert.ok(Math.abs(mean - exact.mean) < 1e-5 * exact.rms, `${value}: ${mean} is not ${exact.mean}`);
      const [only] = sources;
      if (sources.length === 1 && 'norm' in only) {
        const { variance } = momentsBesideNorm(only, statistics);
        assert.ok(Math.abs(Math.sqrt(variance) / exact.std - 1) < 1e-5, value);
      }
      return [`${value}: ${sources.map((s) => ('norm' in s ? s.side : 'units')).join(' + ')}`];
    });
    assert.deepEqual(terms, [
      'c1: input',
      'n1: output',
      'r1: units',
      'c2: input',
      'n2: output',
      'a2: output + units',
      'c3: input',
      'n3: output',
      'a3: output + units + output + units',
    ]);
  });
});
