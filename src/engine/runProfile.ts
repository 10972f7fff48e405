import { encodeOnnx } from '../formats/onnx/onnxWriter';
import { ModelError } from '../ir/errors';
import { inferFacts } from '../ir/inferTypes';
import type { ModelFolder } from '../ir/byteSource';
import type { Model } from '../ir/model';
import { verifyGraph } from '../ir/verifyGraph';
import { layerView } from '../layers/recognize';
import type { LayerView } from '../layers/layerView';
import { say } from '../texts/say';
import { applyNormVariant, wordsOfVariant } from '../variants/norms/applyNormVariant';
import { detachesStatistics } from '../variants/norms/registry';
import type { ModelLocation } from '../protocol/engine';
import type {
  EngineChoice,
  ProfileEvent,
  ProfilePhase,
  ProfileSettings,
  ProfileStarted,
  ProfileStep,
} from '../protocol/profile';
import { sampledSteps } from '../profile/sampledSteps';
import { StepReader } from '../profile/stepEvent';
import { FileData } from '../training/data/files/fileData';
import type { DeclaredInput, FittedData } from '../training/data/files/fitData';
import { lossGoal, requestedData } from '../training/data/files/requestedData';
import type { DataPlace } from '../training/data/files/sampleTable';
import { SyntheticData } from '../training/data/syntheticData';
import type { TrainingData } from '../training/data/trainingData';
import type { HostTensor } from '../training/hostTensor';
import { estimateMemory } from '../training/memory';
import { optimizers, type Optimizer } from '../training/optimizers';
import { TrainingState } from '../training/trainingState';
import { openNodes, trainableForm } from '../training/trainableForm';
import { buildTrainingStep, type TrainingStep } from '../training/trainingStep';
import { channelBlock } from './channelBlock';
import type { ChosenRuntime } from './chooseRuntime';
import type { FileAccess } from './fileAccess';
import type { Runtime, RuntimeSession } from './runtime';

/** What a run needs of the machine it is on. */
export interface EngineHost {
  /** @throws ModelError when the file is no model that can be opened */
  openModel(path: string): Promise<Model>;
  /** The folder that a model lies in, and its name there. Nothing is opened. */
  placeOf(path: string): { readonly folder: ModelFolder; readonly name: string };
  /** @throws ModelError when there is no file or folder of data at that path */
  openData(path: string): Promise<DataPlace>;
  /** For jobs that save a copy of a model. */
  readonly files: FileAccess;
  /** @throws ModelError `engine` when the runtime cannot be loaded */
  chooseRuntime(choice: EngineChoice, threads: number): ChosenRuntime;
  /** Bytes that may still be allocated without driving the machine out of memory. */
  availableBytes(): number;
  /** Lets messages come in, so that a run can be cancelled between steps. */
  pause(): Promise<void>;
}

export interface ProfileRequest {
  readonly model: ModelLocation;
  readonly settings: ProfileSettings;
}

/**
 * Above this size a graph is compiled without the runtime's optimizations: their time grows with the square of it, while a step
 * gains a tenth at most.
 */
export const MANY_NODES = 2000;
/** A run ends after so many losses that are not finite: nothing is learnt from more of them. */
const MOST_NON_FINITE = 3;

/**
 * Profiles a model: opens it, builds its training step, trains it and sends what every step measured. Ends with the event
 * `finished`, or with an error; what was sent until then holds.
 *
 * @throws ModelError `cancelled` when `signal` was aborted; `too-large` when the step would not fit into memory;
 *   `unsupported` when the model cannot be trained; `engine` when the runtime fails or the training diverges
 */
export async function runProfile(
  { model: location, settings }: ProfileRequest,
  emit: (event: ProfileEvent) => void,
  signal: AbortSignal,
  host: EngineHost,
): Promise<void> {
  const enter = async (phase: ProfilePhase['phase']) => {
    emit({ type: 'phase', phase });
    await host.pause();
    endIfAborted(signal);
  };
  await enter('reading');
  const { runtime, notes } = host.chooseRuntime(settings.engine, settings.threads);
  const opened = await host.openModel(location.path);
  let form = trainableForm(opened, settings);
  const files = await requestedData(settings, declaredInputs(form.model), (path) => host.openData(path));
  const samples = files && new Map([...files.samples].map(([name, { layout }]) => [name, layout.shape]));
  // branches and loops may follow from the sizes of the samples
  if (samples && openNodes(form.model.graph) > 0) form = trainableForm(opened, settings, samples);
  const { model: file, notes: settled } = form;
  const variant = await applyNormVariant(file.graph, settings.norm ?? 'as-is');
  const model: Model = { ...file, graph: variant.graph };
  const view = layerView(model.graph, inferFacts(model.graph));
  const run = await begin(model, view, { settings, files, samples }, runtime, host, enter);
  try {
    const { training, state, data, first, compileMs } = run;
    const setup = setupOf(settings, training, state, data, [
      ...notes,
      ...settled,
      ...wordsOfVariant(variant),
      ...run.notes,
    ]);
    emit(startedEvent(location.path, model, startedLayers(view, training), runtime, setup, compileMs));
    emit(first);
    await train(run.trainer, first, settings, view, emit, signal, host);
    emit({ type: 'finished' });
  } finally {
    await run.session.release();
  }
}

/** A run whose first step is done. */
interface Run {
  readonly training: TrainingStep;
  readonly session: RuntimeSession;
  readonly state: TrainingState;
  readonly data: TrainingData;
  /** What was done to make the data fit. */
  readonly notes: readonly string[];
  readonly trainer: Trainer;
  readonly first: ProfileStep;
  readonly compileMs: number;
}

/** What a run is to be made with: the user's samples, if any, and their sizes by input. */
interface Asked {
  readonly settings: ProfileSettings;
  readonly files: FittedData | undefined;
  readonly samples: ReadonlyMap<string, readonly number[]> | undefined;
}

/** Sets a run up and makes its first step. A batch that the file fixes stays when the runtime cannot run another. */
async function begin(
  model: Model,
  view: LayerView,
  { settings, files, samples }: Asked,
  runtime: Runtime,
  host: EngineHost,
  enter: (phase: ProfilePhase['phase']) => Promise<void>,
): Promise<Run> {
  const { batch, seed, init, lr } = settings;
  const optimizer = optimizers[settings.optimizer];
  const detachStatistics = detachesStatistics(settings.norm ?? 'as-is');
  const begun = performance.now();
  const goal = lossGoal(settings, files);
  const block = await channelBlock(runtime);
  for (let keepBatch = false; ; keepBatch = true) {
    await enter('differentiating');
    const options = { batch, seed, keepBatch, detachStatistics, goal, samples, channelBlock: block };
    const training = buildTrainingStep(model, view, options);
    requireMemory(training, optimizer, Math.min(host.availableBytes(), runtime.addressableBytes));
    await enter('compiling');
    const bytes = await encodeOnnx(training.graph);
    let session: RuntimeSession | undefined;
    try {
      const optimization = training.graph.nodes.length > MANY_NODES ? 'disabled' : 'all';
      session = await runtime.createSession(bytes, { optimization });
      const state = await TrainingState.create(model, training, init, optimizer, lr, seed);
      const data = dataFor(training, files, seed);
      const compileMs = performance.now() - begun;
      await enter('training');
      const trainer = new Trainer(training, session, state, data, sampledSteps(settings.steps));
      return {
        training,
        session,
        state,
        data,
        notes: files?.notes ?? [],
        trainer,
        first: await trainer.step(0),
        compileMs,
      };
    } catch (error) {
      await session?.release();
      if (!(error instanceof ModelError) || error.code !== 'engine') throw error;
      if (!training.batchRewritten) throw explained(error, training);
    }
  }
}

function dataFor({ inputs, outputs, batch }: TrainingStep, files: FittedData | undefined, seed: number): TrainingData {
  if (files !== undefined) return new FileData(files, inputs, outputs, batch, seed);
  return new SyntheticData(inputs, outputs, batch, seed);
}

function declaredInputs({ graph }: Model): DeclaredInput[] {
  return graph.inputs.map((value) => {
    const type = graph.valueType(value);
    return { name: graph.valueName(value), dtype: type?.dtype, shape: type?.shape };
  });
}

/** What is wrong with the network in our own words where we find it: the runtime often names no node. */
function explained(error: ModelError, { graph }: TrainingStep): ModelError {
  const [problem] = verifyGraph(graph);
  return problem === undefined ? error : new ModelError('invalid', problem.message, problem.place);
}

/** The steps after the first. */
async function train(
  trainer: Trainer,
  first: ProfileStep,
  settings: ProfileSettings,
  view: LayerView,
  emit: (event: ProfileEvent) => void,
  signal: AbortSignal,
  host: EngineHost,
): Promise<void> {
  let nonFinite: ProfileStep | undefined;
  let count = 0;
  let event = first;
  for (let step = 1; ; step++) {
    if (typeof event.loss === 'string') {
      nonFinite ??= event;
      if (++count >= MOST_NON_FINITE) throw diverged(nonFinite, settings, view);
    }
    if (step >= settings.steps) return;
    await host.pause();
    endIfAborted(signal);
    event = await trainer.step(step);
    emit(event);
  }
}

/** Runs the training step on fresh samples and updates the state. */
class Trainer {
  private readonly reader: StepReader;
  private readonly inputNames: ReadonlySet<string>;
  private readonly outputNames: readonly string[];

  constructor(
    private readonly training: TrainingStep,
    private readonly session: RuntimeSession,
    private readonly state: TrainingState,
    private readonly data: TrainingData,
    private readonly sampled: ReadonlySet<number>,
  ) {
    this.reader = new StepReader(training);
    this.inputNames = new Set(training.graph.inputs.map((i) => i.name));
    this.outputNames = training.graph.outputs.map((o) => o.name);
  }

  async step(step: number): Promise<ProfileStep> {
    const { activations, gradients } = this.training;
    const feeds = new Map<string, HostTensor>();
    for (const source of [await this.data.feeds(step), this.state.feeds()]) {
      for (const [name, tensor] of source) if (this.inputNames.has(name)) feeds.set(name, tensor);
    }
    const sampled = this.sampled.has(step);
    const samples = new Set([activations, gradients].flatMap((layout) => layout?.samples ?? []));
    const fetches = sampled ? this.outputNames : this.outputNames.filter((name) => !samples.has(name));
    const begun = performance.now();
    const outputs = await this.session.run(feeds, fetches);
    const updates = this.state.update(outputs, step + 1);
    const norms = this.state.updateStatistics(outputs);
    const ms = performance.now() - begun;
    return this.reader.event({ step, ms, outputs, sampled, updates, norms });
  }
}

function startedEvent(
  path: string,
  model: Model,
  layers: ProfileStarted['layers'],
  { facts }: Runtime,
  settings: ProfileStarted['settings'],
  compileMs: number,
): ProfileStarted {
  const { graphHash, format, nodeCount, parameterCount, weights } = model;
  return {
    type: 'started',
    model: { path, graphHash, format, nodeCount, parameterCount, weights },
    engine: facts,
    settings,
    layers,
    compileMs,
  };
}

function startedLayers(view: LayerView, training: TrainingStep): ProfileStarted['layers'] {
  return view.layers.map((layer) => {
    const { index, id, name, role, kind, activation } = layer;
    const { elements } = training.layers[index];
    return {
      ...{ id, name, role, kind, depth: view.depthOf(layer) },
      inputs: view.predecessors(layer).flatMap((l) => l?.id ?? []),
      ...(activation !== undefined && { activationFunction: activation }),
      ...(elements !== undefined && { elements }),
    };
  });
}

function setupOf(
  settings: ProfileSettings,
  training: TrainingStep,
  state: TrainingState,
  data: TrainingData,
  notes: readonly string[],
): ProfileStarted['settings'] {
  return {
    ...settings,
    batch: training.batch,
    norm: settings.norm ?? 'as-is',
    loss: training.lossName,
    data: { kind: data.kind, inputs: data.describeInputs(), targets: data.describeTargets() },
    weights: state.words,
    trainingFormNorms: training.norms.length,
    notes: [...notes, ...training.notes],
  };
}

/** @throws ModelError `too-large` with a batch that would fit */
function requireMemory(training: TrainingStep, optimizer: Optimizer, available: number): void {
  const { activations, fixed } = estimateMemory(training, optimizer);
  const needed = activations + fixed;
  if (needed <= available) return;
  const fitting = Math.floor((training.batch * (available - fixed)) / activations);
  const advice =
    fitting >= 1 && fitting < training.batch
      ? say`choose a batch of at most ${fitting}`
      : say`it is too large to be trained on this machine`;
  throw new ModelError(
    'too-large',
    say`a training step with batch ${training.batch} needs about ${gigabytes(needed)}, ${gigabytes(available)} are free: ${advice}`,
  );
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GB`;
}

function endIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new ModelError('cancelled', say`the profile was cancelled`);
}

function diverged({ step, loss, layers }: ProfileStep, { lr }: ProfileSettings, view: LayerView): ModelError {
  const bad = (value: unknown) => typeof value === 'string';
  const at = layers.findIndex((l) => bad(l.activation?.rms));
  const where = at < 0 ? '' : say`; the first values that are not finite come out of ${view.layers[at].name}`;
  return new ModelError(
    'engine',
    say`the training diverged: the loss is ${loss} from step ${step} on (learning rate ${lr})${where}. Choose a smaller learning rate`,
  );
}
