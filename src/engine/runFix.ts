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
import { FIX_SCHEMA_VERSION, fixFormats, type FixEvent, type FixResult, type FixSettings } from '../protocol/fix';
import { isExported } from '../rules/folding';
import type { MutableGraph } from '../ir/mutableGraph';
import { later, say, translated } from '../texts/say';
import type { FixReport } from '../variants/editReport';
import type { LayersEditor } from '../variants/layersModel/layersEditor';
import type { FileAccess } from './fileAccess';
import { fixes, type Recognized } from './fixes';
import { editLayersModel, saveLayersModel } from './layersModelCopy';
import { nameOutputsAlike } from './proofRuns';
import {
  measureDifference,
  measureTrainingMode,
  proveMomentum,
  proveSameResults,
  type Pair,
  type Proven,
} from './proveFix';
import { requireFree, writeModelFile } from './newModelFile';
import type { EngineHost } from './runProfile';
import type { Runtime } from './runtime';

const provers: Readonly<Record<FixId, (pair: Pair, runtime: Runtime) => Promise<Proven>>> = {
  fold: proveSameResults,
  'drop-bias': proveSameResults,
  'inference-mode': measureTrainingMode,
  momentum: proveMomentum,
  'norm-before-activation': measureDifference,
  'norm-after-activation': measureDifference,
  'norm-axis': measureDifference,
};

/** A model that has been edited, and how its copy is written once it has been proven. */
interface Edited {
  readonly report: FixReport;
  readonly pair: Pair;
  save(): Promise<Saved>;
}

/**
 * Saves a copy of a model with a fix, in the model's own format, once the copy has been run beside the model. Nothing is written
 * when the proof fails, nor when results differ, as some fixes mean them to, and nobody has agreed to that.
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
    if (signal.aborted) throw new ModelError('cancelled', say`the fix was cancelled: no copy was saved`);
  };
  await enter('reading');
  if (!settings.overwrite) await requireFree(location.path, settings.output, files);
  const model = await host.openModel(location.path);
  requireRunnable(model, settings.fix);
  const { runtime, notes } = host.chooseRuntime('auto', 0);

  await enter('editing');
  const edit =
    model.format === 'onnx'
      ? await editOnnx({ model, source: await files.open(location.path) }, settings, location.path, files)
      : await editLayers(model, settings, location.path, files);
  await enter('proving');
  const proven = await prove(edit.pair, settings.fix, runtime);

  const agreed = proven.proof.limit !== null || settings.acceptDifference;
  if (agreed) await enter('writing');
  const saved = agreed ? await edit.save() : undefined;
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

const formats: Readonly<Record<Model['format'], readonly [one: string, many: string]>> = {
  onnx: [later`an ONNX file`, later`ONNX files`],
  'tfjs-layers': [later`a TensorFlow.js layers model`, later`TensorFlow.js layers models`],
  'tfjs-graph': [later`a TensorFlow.js graph model`, later`TensorFlow.js graph models`],
  keras: [later`a Keras model`, later`Keras models`],
};

function requireRunnable({ format, weights }: Model, fix: FixId): void {
  if (!fixFormats[fix].includes(format))
    throw new ModelError(
      'unsupported',
      say`this fix is written into ${fixFormats[fix].map((f) => translated(formats[f][1])).join(', ')}, and this is ${translated(formats[format][0])}: change the layers where the model is built, or convert it first`,
    );
  if (weights !== 'present')
    throw new ModelError(
      'missing-weights',
      format === 'onnx'
        ? say`the model holds no data for some of its weights, so that a copy cannot be run beside it. Fix the file that has them.`
        : say`the model holds no data for some of its weights, so that a copy cannot be run beside it. Fix the file that has them, or use the quick fixes in its text.`,
    );
}

/** @throws ModelError `unsupported` also where the model cannot be run at all */
async function prove(pair: Pair, fix: FixId, runtime: Runtime): Promise<Proven> {
  try {
    return await provers[fix](pair, runtime);
  } catch (error) {
    if (!(error instanceof ModelError) || error.code !== 'engine') throw error;
    const message = say`no copy was saved, because it could not be run beside the model: ${error.message}`;
    throw new ModelError('unsupported', message, error.place);
  }
}

async function editOnnx(file: OriginalFile, settings: FixSettings, path: string, files: FileAccess): Promise<Edited> {
  const model = expandCalls(file.model);
  const { graph, functions } = model;
  const recognized = recognize(model, settings);
  const [expanded, fixed] = [graph.toMutable(), graph.toMutable()];
  const report = requireChange(await fixes[settings.fix].edit!(fixed, recognized), settings.fix);
  requireSound(fixed, expanded);
  const original = graph === file.model.graph ? expanded : file.model.graph.toMutable();
  const pair: Pair = { original, expanded, fixed, functions, results: resultsOf(report, recognized), file };
  return { report, pair, save: () => saveOnnx({ ...pair, file }, path, settings.output, files) };
}

async function editLayers(model: Model, settings: FixSettings, path: string, files: FileAccess): Promise<Edited> {
  const recognized = recognize(model, settings);
  const edit = async (editor: LayersEditor) =>
    requireChange(await fixes[settings.fix].editLayers!(editor, recognized), settings.fix);
  const { report, copy, model: edited } = await editLayersModel(path, edit, settings.output, files);
  const [original, fixed] = [model.graph.toMutable(), edited.graph.toMutable()];
  if (edited.weights !== 'present') throw new ModelError('unsupported', say`no copy was saved: it would lack weights`);
  requireSound(fixed, original);
  nameOutputsAlike(original, fixed);
  const results = resultsOf(report, recognized);
  const save = async (): Promise<Saved> => {
    const written = await saveLayersModel(copy, settings.output, settings.overwrite, files);
    const names = written.map((p) => files.nameOf(p)).join(', ');
    const notes = [say`the weights are in ${names}, which the copy needs beside it`];
    if (copy.hasOptimizerState)
      notes.push(say`the optimizer state in the files is that of the model: compile the copy anew`);
    return { weights: written[0], notes };
  };
  return { report, pair: { original, expanded: original, fixed, functions: [], results }, save };
}

function recognize(model: Model, { layers }: FixSettings): Recognized {
  const types = inferTypes(model.graph);
  const view = layerView(model.graph, types, { exported: isExported(model) });
  const unknown = layers?.find((id) => !view.layers.some((l) => l.id === id));
  if (unknown !== undefined) throw new ModelError('unsupported', say`the model has no layer ${unknown}`);
  const meant = layers && new Set(layers);
  return { model, view, types, isMeant: ({ id }) => meant?.has(id) ?? true };
}

/** @throws ModelError `unsupported`, with the reason, where nothing was changed */
function requireChange(report: FixReport, fix: FixId): FixReport {
  if (report.changed.length > 0) return report;
  const [first] = report.left;
  const why =
    first === undefined
      ? translated(fixes[fix].nothing)
      : say`${first.layer.id} stays as it is, because ${first.reason}`;
  throw new ModelError('unsupported', say`there is nothing to fix: ${why}`);
}

/** @throws ModelError `invalid` when the edit broke the graph */
function requireSound(fixed: MutableGraph, original: MutableGraph): void {
  const problems = verifyGraph(fixed);
  if (problems.length > verifyGraph(original).length)
    throw new ModelError('invalid', say`no copy was saved: ${problems[0].message}`);
}

function resultsOf(report: FixReport, { view }: Recognized): string[] {
  return report.results.map((l) => view.graph.valueName(l.output));
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
async function saveOnnx(
  { original: stated, expanded, fixed, functions, file }: Pair & { readonly file: OriginalFile },
  path: string,
  output: string,
  files: FileAccess,
): Promise<Saved> {
  const external = [...fixed.initializers.values()].filter((t) => t.location === 'external');
  const keepsReferences = external.length > 0 && (await files.sameFolder(path, output));
  const options = { original: { ...file, keepsReferences }, functions };
  const notes = stated === expanded ? [] : [say`the functions of the model are written out in the copy`];
  if (external.length === 0 || keepsReferences) {
    // whole before it is written, so that a copy may take the model's own place
    const bytes = await encodeOnnx(fixed, options);
    await files.write(output, async (sink) => sink(bytes));
    if (keepsReferences) notes.push(say`the copy reads weights from the files that the model reads them from`);
    return { notes };
  }
  const size = external.reduce((sum, t) => sum + payloadBytes(t.dtype, t.dims), file.source.size);
  const weights = await writeModelFile(fixed, output, size, options, files);
  if (weights === undefined)
    return { notes: [...notes, say`the weights that the model keeps in other files are inside the copy`] };
  return { weights, notes: [...notes, say`the weights are in ${weights}, which the copy needs beside it`] };
}
