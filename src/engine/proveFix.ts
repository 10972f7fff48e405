import type { OriginalFile } from '../formats/onnx/onnxWriter';
import { ModelError } from '../ir/errors';
import { inferTypes } from '../ir/inferTypes';
import type { ModelFunction } from '../ir/model';
import type { MutableGraph } from '../ir/mutableGraph';
import { shortestFloat } from '../ir/shortestFloat';
import { toFigure } from '../profile/figure';
import type { FixProof } from '../protocol/fix';
import { say } from '../texts/say';
import { prune } from '../training/plainGraph';
import { useBatchStatistics } from '../variants/batchStatistics';
import { ConstantEditor } from '../variants/constantEditor';
import { MOMENTUM_FOR_CUMULATIVE } from '../variants/convertMomentum';
import { lowerPrivateOperators } from '../variants/lowerPrivate';
import { floatOf } from '../variants/opset18/conversion';
import { toTrainingForm } from '../variants/trainingForm';
import {
  differenceBetween,
  largestDifference,
  randomBatches,
  runBatches,
  runnableCopy,
  runsAsStated,
  type Outputs,
  type RandomBatches,
} from './proofRuns';
import type { Runtime } from './runtime';

/** Largest difference of results that counts as rounding: float32 has 24 bits, and some hundred operations follow each other. */
export const SAME_RESULTS = 1e-5;

/** An output that hardly changes between two batches tells nothing of the network before it. */
const TELLING = 1e-3;

/** Batches that are run to compare results, and samples in each. */
const BATCHES = 2;
const SAMPLES = 2;
/** Statistics of a batch need several samples. */
const STATISTICS_SAMPLES = 8;

/** A model and its edited form. */
export interface Pair {
  /** The graph as the file states it. */
  readonly original: MutableGraph;
  /** The same with the model's functions written out; the same graph where there are none. */
  readonly expanded: MutableGraph;
  /** `expanded`, edited. */
  readonly fixed: MutableGraph;
  /** Functions that `expanded` and `fixed` still call. */
  readonly functions: readonly ModelFunction[];
  /** Values whose results the edit concerns, by the names that both graphs may have for them. */
  readonly results: readonly string[];
  /** What an ONNX model was read from: what both have in common is run as it stands there. */
  readonly file?: OriginalFile;
}

export interface Proven {
  readonly proof: FixProof;
  readonly notes: readonly string[];
}

/**
 * Runs both graphs on the same random inputs and holds their results against each other: the graph's outputs, where they
 * depend on the inputs, else the values that the edit concerns.
 * @throws ModelError `unsupported` with the figure when they differ by more than rounding, or cannot be compared
 */
export async function proveSameResults(pair: Pair, runtime: Runtime): Promise<Proven> {
  const proven = await compareResults(pair, runtime);
  const { difference } = proven.proof;
  if (typeof difference === 'string' || difference > SAME_RESULTS) {
    const much =
      typeof difference === 'string'
        ? say`in values that are not finite`
        : say`by ${percent(difference)} of their size`;
    throw refused(say`its results would differ ${much}, and at most ${percent(SAME_RESULTS)} is rounding`);
  }
  return proven;
}

/** Runs both graphs and measures how far their results are apart, which are meant to differ. */
export async function measureDifference(pair: Pair, runtime: Runtime): Promise<Proven> {
  const proven = await compareResults(pair, runtime);
  return { ...proven, proof: { ...proven.proof, limit: null } };
}

/** Runs both graphs and measures how far their results are apart, the original with the statistics of the batch. */
export async function measureTrainingMode(pair: Pair, runtime: Runtime): Promise<Proven> {
  const [original, fixed] = [pair.expanded, pair.fixed].map((g) => runnableCopy(g, STATISTICS_SAMPLES));
  useBatchStatistics(original, new Set(pair.results));
  const batches = randomBatches(original, BATCHES, STATISTICS_SAMPLES);
  const outputs = computedByBoth(original, fixed, floatOutputs(original));
  const compared = outputs.length > 0 ? outputs : computedByBoth(original, fixed, pair.results);
  const runs = await runBoth(original, fixed, compared, pair, batches, runtime);
  const difference = largestDifference(runs.expected, runs.actual, compared);
  return { proof: { kind: 'results', ...figures(difference, batches, compared), limit: null }, notes: [] };
}

/**
 * Makes one training step with the edited graph and holds the running statistics after it against the convention that was
 * meant, running' = (1 - m) * running + m * batch, m being what the original states as its momentum. Results must be the same.
 * @throws ModelError `unsupported` with the figure when either is not so
 */
export async function proveMomentum(pair: Pair, runtime: Runtime): Promise<Proven> {
  const same = await proveSameResults(pair, runtime);
  const graph = runnableCopy(pair.fixed, STATISTICS_SAMPLES);
  const steps = runningStatistics(graph, pair);
  if (steps.length < 2 * pair.results.length)
    throw refused(say`a norm with statistics for every position of its input cannot be put into training form`);
  const batches = randomBatches(graph, 1, STATISTICS_SAMPLES);
  const wanted = steps.flatMap((s) => [s.running, s.batch]);
  lowerPrivateOperators(graph);
  graph.outputs = wanted.map((name) => ({ name, type: { kind: 'unknown' } }));
  prune(graph, wanted);
  const [outputs] = await runBatches(
    graph,
    { original: pair.file, functions: pair.functions },
    withInputs(batches, graph),
    wanted,
    runtime,
  );
  let worst = 0;
  for (const { editor, before, weight, running, batch } of steps) {
    const after = Array.from(outputs.get(running)!.data, Number);
    const old = await editor.perChannel(before, after.length);
    if (old === undefined)
      throw refused(say`the file does not hold the running statistics ${before} that a step would start from`);
    const measured = Array.from(outputs.get(batch)!.data, Number);
    const meant = measured.map((b, c) => weight * b + (1 - weight) * old[c]);
    worst = Math.max(worst, differenceBetween([meant], [after]));
  }
  const difference = Math.max(worst, Number(same.proof.difference));
  if (!(difference <= SAME_RESULTS))
    throw refused(say`its running statistics after a step would differ by ${percent(difference)} from what is meant`);
  const compared = [...same.proof.compared, ...steps.map((s) => s.before)];
  const { samples } = batches;
  return {
    notes: same.notes,
    proof: { ...same.proof, kind: 'training-step', difference, samples, batches: 1, compared },
  };
}

/** One running statistic and how a training step moves it, as values of the graph in training form. */
interface Moved {
  readonly editor: ConstantEditor;
  /** The constant that the file holds. */
  readonly before: string;
  readonly running: string;
  readonly batch: string;
  /** What was meant to be the weight of the new value. */
  readonly weight: number;
}

/** Gives the graph its training form, in which the norms that were edited give out their running statistics after a step. */
function runningStatistics(graph: MutableGraph, { expanded, results }: Pair): Moved[] {
  const edited = new Set(results);
  const stated = new Map(expanded.nodes.map((n) => [n.outputs[0], shortestFloat(floatOf(n, 'momentum', 0.9))]));
  const updated = new Map<string, readonly string[]>();
  for (const node of graph.nodes) {
    const [output] = node.outputs;
    if (node.opType !== 'BatchNormalization' || !edited.has(output)) continue;
    const names = ['mean', 'variance'].map((s) => graph.freshName(`${output}/running_${s}`));
    node.outputs = [output, ...names];
    updated.set(output, names);
  }
  const editor = new ConstantEditor(graph);
  return toTrainingForm(graph).flatMap((norm) => {
    const names = updated.get(norm.output);
    if (names === undefined) return [];
    const momentum = stated.get(norm.output)!;
    const weight = momentum === 1 ? 1 - MOMENTUM_FOR_CUMULATIVE : momentum;
    return [
      { editor, before: norm.runningMean, running: names[0], batch: norm.batchMean, weight },
      { editor, before: norm.runningVariance, running: names[1], batch: norm.batchVariance, weight },
    ];
  });
}

async function compareResults(pair: Pair, runtime: Runtime): Promise<Proven> {
  if (!runsAsStated(pair.original)) return compareConverted(pair, runtime);
  try {
    return { proof: await compare(pair.original.copy(), pair.fixed.copy(), pair, runtime), notes: [] };
  } catch (error) {
    if (!(error instanceof ModelError) || error.code !== 'engine') throw error;
    return compareConverted(pair, runtime);
  }
}

async function compareConverted(pair: Pair, runtime: Runtime): Promise<Proven> {
  const [original, fixed] = [pair.expanded, pair.fixed].map((g) => runnableCopy(g, SAMPLES));
  const proof = await compare(original, fixed, pair, runtime);
  const note = say`ONNX Runtime does not run the file as it stands: both were compared in float32 and opset 18`;
  return { proof, notes: [note] };
}

async function compare(original: MutableGraph, fixed: MutableGraph, pair: Pair, runtime: Runtime): Promise<FixProof> {
  const outputs = computedByBoth(original, fixed, floatOutputs(original));
  const results = computedByBoth(original, fixed, pair.results).filter((name) => !outputs.includes(name));
  const batches = randomBatches(original, BATCHES, SAMPLES);
  const { expected, actual } = await runBoth(original, fixed, [...outputs, ...results], pair, batches, runtime);
  const telling = (names: readonly string[]) => names.filter((name) => isTelling(expected, name));
  const compared = telling(outputs).length > 0 ? telling(outputs) : telling(results);
  if (compared.length === 0)
    throw refused(say`nothing that it computes depends on random inputs, so that nothing can be compared`);
  const difference = largestDifference(expected, actual, compared);
  return { kind: 'results', ...figures(difference, batches, compared), limit: SAME_RESULTS };
}

function figures(difference: number, { feeds, samples }: RandomBatches, compared: readonly string[]) {
  return { difference: toFigure(difference), batches: feeds.length, samples, compared };
}

async function runBoth(
  original: MutableGraph,
  fixed: MutableGraph,
  names: readonly string[],
  { file, functions }: Pair,
  batches: RandomBatches,
  runtime: Runtime,
) {
  for (const graph of [original, fixed]) {
    const given = new Set(graph.outputs.map(({ name }) => name));
    for (const name of names) if (!given.has(name)) graph.addOutput(name);
  }
  const expected = await runBatches(original, { original: file }, batches, names, runtime);
  try {
    return { expected, actual: await runBatches(fixed, { original: file, functions }, batches, names, runtime) };
  } catch (error) {
    if (!(error instanceof ModelError) || error.code !== 'engine') throw error;
    throw refused(say`the model runs and the copy does not (${error.message})`);
  }
}

/** Activations that press what they are given into a range: close to its ends all differences disappear, or only rounding is left. */
const SATURATING = new Set(['Sigmoid', 'HardSigmoid', 'Tanh', 'Softmax']);

/**
 * Outputs of the graph that hold floating-point numbers, which rounding may change a little; in place of one that a saturating
 * activation makes, what the activation reads.
 */
function floatOutputs(graph: MutableGraph): string[] {
  const types = inferTypes(graph);
  const { producer } = graph.uses();
  const names = graph.outputs.flatMap(({ name, type }) => {
    const dtype = types.get(name)?.dtype ?? type.dtype;
    if (dtype !== 'float32' && dtype !== 'float64') return [];
    const node = producer.get(name);
    return node !== undefined && SATURATING.has(node.opType) && producer.has(node.inputs[0]) ? node.inputs[0] : name;
  });
  return [...new Set(names)];
}

/** The values that both graphs compute. */
function computedByBoth(original: MutableGraph, fixed: MutableGraph, values: readonly string[]): string[] {
  const computed = [original, fixed].map((g) => new Set(g.nodes.flatMap((n) => n.outputs)));
  return values.filter((name) => computed.every((names) => names.has(name)));
}

function isTelling([first, second]: readonly Outputs[], name: string): boolean {
  const difference = largestDifference([first], [second], [name]);
  return Number.isFinite(difference) && difference > TELLING;
}

/** The inputs that the graph has left. */
function withInputs(batches: RandomBatches, { inputs }: MutableGraph): RandomBatches {
  const left = new Set(inputs.map(({ name }) => name));
  return { ...batches, feeds: batches.feeds.map((f) => new Map([...f].filter(([name]) => left.has(name)))) };
}

function percent(part: number): string {
  return `${Number((100 * part).toPrecision(2))} %`;
}

function refused(why: string): ModelError {
  return new ModelError('unsupported', say`no copy was saved: ${why}`);
}
