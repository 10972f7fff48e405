import { encodeOnnx, type OriginalFile } from '../formats/onnx/onnxWriter';
import { ModelError } from '../ir/errors';
import { expandCalls } from '../ir/expandCalls';
import { inferTypes } from '../ir/inferTypes';
import type { Model } from '../ir/model';
import { payloadBytes } from '../ir/tensor';
import { verifyGraph } from '../ir/verifyGraph';
import { layerView } from '../layers/recognize';
import type { EngineJobs } from '../protocol/engine';
import type { FixId } from '../protocol/facts';
import { FIX_SCHEMA_VERSION, type FixEvent, type FixResult } from '../protocol/fix';
import { isExported } from '../rules/folding';
import type { FixReport } from '../variants/editReport';
import type { FileAccess } from './fileAccess';
import { fixes } from './fixes';
import { measureTrainingMode, proveMomentum, proveSameResults, type Pair, type Proven } from './proveFix';
import { requireFree, writeModelFile } from './newModelFile';
import type { EngineHost } from './runProfile';
import type { Runtime } from './runtime';

const provers: Readonly<Record<FixId, (pair: Pair, runtime: Runtime) => Promise<Proven>>> = {
  fold: proveSameResults,
  'drop-bias': proveSameResults,
  'inference-mode': measureTrainingMode,
  momentum: proveMomentum,
};

/**
 * Saves a copy of an ONNX model with a fix, once the copy has been run beside the model. Nothing is written when the proof
 * fails, nor when results differ, as they must in inference mode, and nobody has agreed to that.
 *
 * @throws ModelError `unsupported` when there is nothing to fix, the copy cannot be proven, or may not be written where it is wanted
 */
export async function runFix(
  { model: location, settings }: EngineJobs['fix']['request'],
  emit: (event: FixEvent) => void,
  signal: AbortSignal,
  host: EngineHost,
): Promise<FixResult> {
  const { files } = host;
  const enter = async (phase: FixEvent['phase']) => {
    emit({ phase });
    await host.pause();
    if (signal.aborted) throw new ModelError('cancelled', 'the fix was cancelled: no copy was saved');
  };
  await enter('reading');
  if (!settings.overwrite) await requireFree(location.path, settings.output, files);
  const model = await host.openModel(location.path);
  requireRunnable(model);
  const { runtime, notes } = host.chooseRuntime('auto', 0);

  await enter('editing');
  const file = { model, source: await files.open(location.path) };
  const edit = await editModel(file, settings.fix);
  await enter('proving');
  const proven = await prove(edit.pair, settings.fix, runtime);

  const agreed = proven.proof.limit !== null || settings.acceptDifference;
  if (agreed) await enter('writing');
  const saved = agreed ? await saveCopy(edit.pair, location.path, settings.output, files) : undefined;
  return {
    schemaVersion: FIX_SCHEMA_VERSION,
    fix: settings.fix,
    model: location.path,
    output: saved === undefined ? null : settings.output,
    weights: saved?.weights ?? null,
    changed: edit.report.changed.map((l) => l.id),
    left: edit.report.left.map(({ layer, reason }) => ({ layer: layer.id, reason })),
    proof: proven.proof,
    engine: runtime.facts,
    notes: [...notes, ...proven.notes, ...(saved?.notes ?? [])],
  };
}

const formats = {
  'tfjs-layers': 'TensorFlow.js layers model',
  'tfjs-graph': 'TensorFlow.js graph model',
  keras: 'Keras model',
};

function requireRunnable({ format, weights }: Model): void {
  if (format !== 'onnx')
    throw new ModelError(
      'unsupported',
      `fixes are written into ONNX files, and this is a ${formats[format]}: change the layers where the model is built, or convert it to ONNX first`,
    );
  if (weights !== 'present')
    throw new ModelError(
      'missing-weights',
      'the model holds no data for some of its weights, so that a copy cannot be run beside it. Fix the file that has them.',
    );
}

/** @throws ModelError `unsupported` also where the model cannot be run at all */
async function prove(pair: Pair, fix: FixId, runtime: Runtime): Promise<Proven> {
  try {
    return await provers[fix](pair, runtime);
  } catch (error) {
    if (!(error instanceof ModelError) || error.code !== 'engine') throw error;
    const message = `no copy was saved, because it could not be run beside the model: ${error.message}`;
    throw new ModelError('unsupported', message, error.place);
  }
}

async function editModel(file: OriginalFile, fix: FixId): Promise<{ pair: Pair; report: FixReport }> {
  const model = expandCalls(file.model);
  const { graph, functions } = model;
  const types = inferTypes(graph);
  const view = layerView(graph, types, { exported: isExported(model) });
  const [expanded, fixed] = [graph.toMutable(), graph.toMutable()];
  const report = await fixes[fix].edit(fixed, { model, view, types });
  if (report.changed.length === 0) {
    const [first] = report.left;
    const why = first === undefined ? fixes[fix].nothing : `${first.layer.id} stays as it is, because ${first.reason}`;
    throw new ModelError('unsupported', `there is nothing to fix: ${why}`);
  }
  const problems = verifyGraph(fixed);
  if (problems.length > verifyGraph(expanded).length)
    throw new ModelError('invalid', `no copy was saved: ${problems[0].message}`);
  const results = report.results.map((l) => view.graph.valueName(l.output));
  const original = graph === file.model.graph ? expanded : file.model.graph.toMutable();
  return { report, pair: { original, expanded, fixed, functions, results, file } };
}

interface Saved {
  /** Path of a file of weights beside the copy. */
  readonly weights?: string;
  readonly notes: readonly string[];
}

/**
 * Writes the copy. What is unchanged is copied from the model's file. Files of weights that the model refers to are referred to
 * by a copy in the same folder; elsewhere their weights are put into the copy, or into one file beside it where they are too many.
 */
async function saveCopy(
  { original: stated, expanded, fixed, functions, file }: Pair,
  path: string,
  output: string,
  files: FileAccess,
): Promise<Saved> {
  const external = [...fixed.initializers.values()].filter((t) => t.location === 'external');
  const keepsReferences = external.length > 0 && (await files.sameFolder(path, output));
  const options = { original: { ...file, keepsReferences }, functions };
  const notes = stated === expanded ? [] : ['the functions of the model are written out in the copy'];
  if (external.length === 0 || keepsReferences) {
    // whole before it is written, so that a copy may take the model's own place
    const bytes = await encodeOnnx(fixed, options);
    await files.write(output, async (sink) => sink(bytes));
    if (keepsReferences) notes.push('the copy reads weights from the files that the model reads them from');
    return { notes };
  }
  const size = external.reduce((sum, t) => sum + payloadBytes(t.dtype, t.dims), file.source.size);
  const weights = await writeModelFile(fixed, output, size, options, files);
  if (weights === undefined)
    return { notes: [...notes, 'the weights that the model keeps in other files are inside the copy'] };
  return { weights, notes: [...notes, `the weights are in ${weights}, which the copy needs beside it`] };
}
