import assert from 'node:assert/strict';
import * as path from 'node:path';
import type * as ort from 'onnxruntime-node';
import { NodeFolder, openModelFile } from '../../../../src/engine/nodeFolder';
import { encodeOnnx } from '../../../../src/formats/onnx/onnxWriter';
import { corpusFeeds, tryRun, trySession } from '../../../support/corpus';
import { corpusPath, manifestEntries, type ManifestEntry } from '../../../support/manifest';

/** Their outputs depend on chance, or were not defined before opset 12 (the mask of a Dropout that does nothing). */
const BY_CHANCE = ['bias_dropout_fusion1', 'dropout_training_mode_true', 'onnx/dropout.onnx'];
/** So much larger or slower than the others that they would take most of the time. */
const SLOW = ['candy', 'light_densenet121', 'light_bvlc_alexnet', 'PP-OCRv4'];

const entries = manifestEntries().filter(
  (e) => e.format === 'onnx' && e.parse === 'ok' && ![...BY_CHANCE, ...SLOW].some((name) => e.path.includes(name)),
);

/** Same types, shapes and values up to rounding; the runtime may choose another order of summation. */
function assertSameOutputs(
  actual: ort.InferenceSession.OnnxValueMapType,
  expected: ort.InferenceSession.OnnxValueMapType,
): void {
  assert.deepEqual(Object.keys(actual), Object.keys(expected));
  for (const [name, e] of Object.entries(expected)) {
    const a = actual[name];
    assert.deepEqual([a.type, a.dims], [e.type, e.dims], name);
    let [scale, difference] = [1e-30, 0];
    for (let i = 0; i < e.data.length; i++) {
      const [x, y] = [Number(a.data[i]), Number(e.data[i])];
      if (Object.is(x, y) || a.data[i] === e.data[i]) continue;
      scale = Math.max(scale, Math.abs(y));
      difference = Math.max(difference, Math.abs(x - y));
    }
    assert.ok(difference <= 1e-5 * scale, `${name} differs by ${difference} of ${scale}`);
  }
}

/**
 * False where ONNX Runtime does not run the original.
 * @param isAnew encode all of it; otherwise every second node, and copy the rest from the file
 */
async function survives(entry: ManifestEntry, isAnew: boolean): Promise<boolean> {
  const file = corpusPath(entry);
  const original = await trySession(file);
  if (!original) return false;
  const model = await openModelFile(file);
  const { functions, irVersion } = model;
  const mutable = model.graph.toMutable();
  const { feeds } = corpusFeeds(mutable);
  const expected = await tryRun(original, feeds);
  await original.release();
  if (!expected) return false;
  mutable.nodes.forEach((node, i) => i % 2 === 0 && (node.name += ` again ${i}`));
  const source = await new NodeFolder(path.dirname(file)).open(path.basename(file));
  const written = await trySession(
    await encodeOnnx(
      mutable,
      isAnew ? { functions, irVersion: Math.max(4, irVersion!) } : { original: { model, source } },
    ),
  );
  assert.ok(written, 'the runtime does not open what was written');
  try {
    assertSameOutputs(await written.run(feeds), expected);
  } finally {
    await written.release();
  }
  return true;
}

(entries.length > 0 ? describe : describe.skip)('models read and written again', function () {
  this.timeout(60_000);

  it('give the outputs of the originals in ONNX Runtime', async () => {
    let compared = 0;
    for (const [i, entry] of entries.entries()) {
      try {
        if (await survives(entry, i % 2 === 0)) compared++;
      } catch (error) {
        throw new Error(`${entry.path}: ${(error as Error).message}`, { cause: error });
      }
    }
    assert.ok(compared >= 60, `only ${compared} files were compared`);
  });
});
