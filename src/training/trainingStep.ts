import { attribute } from '../ir/attribute';
import { ModelError } from '../ir/errors';
import type { ValueType } from '../ir/graph';
import { inferTypes } from '../ir/inferTypes';
import type { Model } from '../ir/model';
import type { MutableGraph } from '../ir/mutableGraph';
import { elementCount } from '../ir/tensor';
import { differentiate, type Cut } from '../autodiff/differentiate';
import { transformConvolutions } from '../autodiff/transformConvolutions';
import type { ActivationName, LayerView } from '../layers/layerView';
import type { LossName } from '../protocol/profile';
import { say } from '../texts/say';
import { blockConvolutions } from '../variants/blockConvolutions';
import { lowerPrivateOperators } from '../variants/lowerPrivate';
import { toTrainingForm, type TrainingNorm } from '../variants/trainingForm';
import { inputSpecs, type InputSpec } from './data/inputSpec';
import type { FedOutput } from './data/syntheticData';
import { dequantizeWeights } from './dequantizeWeights';
import { chooseInputShapes, toOpset18ForRun } from './inputShapes';
import { activationAfter, layersOfConstants } from './layerParameters';
import { crossEntropy, meanSquaredError, nextTokenCrossEntropy, type LossNodes } from './lossNodes';
import { chooseLossOutputs, type LossGoal, type LossOutput } from './lossOutputs';
import { meanSources, type MeanSource, type MeasuredNorm } from './knownMoments';
import { nothingToTrain } from './nothingToTrain';
import { findParameters, type Parameter } from './parameters';
import {
  castsByType,
  constantsToInitializers,
  dropStatisticsOutputs,
  moveBehindProducers,
  prune,
  requireOrder,
  toFloat32,
} from './plainGraph';
import { expandEinsums, foldSizes, mendConcats } from './shapeArithmetic';
import { addStatistics, type Measured, type StatisticsLayout } from './statisticsNodes';
import { unitAxis } from './unitAxis';
import { addUnitStatistics, type UnitLayout } from './unitStatistics';

/** A parameter as the training step has it: an input of the graph, fed at every step. */
export interface TrainedParameter extends Parameter {
  /** Output of the graph with the loss's gradient; undefined where no gradient reaches the parameter. */
  readonly gradient?: string;
  /** Indices of the layers that use it. */
  readonly layers: readonly number[];
  /** The activation after its (first) layer, which decides how a weight is initialised. */
  readonly activation?: ActivationName;
}

/** Where the statistics of one layer stand in the layouts; undefined where there are none. */
export interface MeasuredLayer {
  readonly activation?: number;
  readonly gradient?: number;
  /** Where the units of a ReLU stand. */
  readonly units?: number;
  /** What the mean of the layer's output is the sum of, where it is known without measuring. */
  readonly mean?: readonly MeanSource[];
  /** Elements of the output; undefined where it is not measured. */
  readonly elements?: number;
}

/** One graph that runs the network forward and backward and measures it, and how to feed and read it. */
export interface TrainingStep {
  /** Of opset 18, all sizes known; ready to be encoded. */
  readonly graph: MutableGraph;
  readonly batch: number;
  /** True when the file fixes another batch and the graph was changed for this one. */
  readonly batchRewritten: boolean;
  readonly inputs: readonly InputSpec[];
  readonly outputs: readonly FedOutput[];
  readonly lossName: LossName;
  /** Output with the loss, a scalar. */
  readonly loss: string;
  readonly parameters: readonly TrainedParameter[];
  /** In the order of the view's layers. */
  readonly layers: readonly MeasuredLayer[];
  readonly activations?: StatisticsLayout;
  readonly gradients?: StatisticsLayout;
  /** Of the units of ReLUs. */
  readonly units?: UnitLayout;
  readonly norms: readonly MeasuredNorm[];
  /** Output float32 [sum of 4 * channels]: means, variances, scales and shifts; undefined without batch norms. */
  readonly batchStatistics?: string;
  /** Static types of the values of the forward pass. */
  readonly types: ReadonlyMap<string, ValueType>;
  /** Elements that transformed tiles of the backward pass hold (autodiff/transformConvolutions.ts). */
  readonly tiles: number;
  readonly notes: readonly string[];
}

export interface TrainingStepOptions {
  readonly batch: number;
  readonly seed: number;
  /** Keep a batch that the file fixes. */
  readonly keepBatch?: boolean;
  /** Gradients do not pass the statistics of batch norms. */
  readonly detachStatistics?: boolean;
  /** What the loss compares with; made data with targets of their own by default. */
  readonly goal?: LossGoal;
  /** Sizes of the samples of files, by input, without the batch: they settle sizes that the file leaves open. */
  readonly samples?: ReadonlyMap<string, readonly number[]>;
  /** Channels of a block where the runtime that is to run the step convolves blocks of channels; 1, the default, elsewhere. */
  readonly channelBlock?: number;
}

/**
 * Builds the training step of a model: opset 18, batch norms and dropout in training form, losses, gradients of the
 * parameters and of the layers' outputs, statistics.
 *
 * @param view layers of `model.graph`
 * @throws ModelError `unsupported` when nothing of the model can be trained, with the reason
 */
export function buildTrainingStep(model: Model, view: LayerView, options: TrainingStepOptions): TrainingStep {
  const graph = model.graph.toMutable();
  const notes: string[] = [];
  requireOrder(graph);
  constantsToInitializers(graph);
  const narrow = toFloat32(graph);
  if (narrow.length > 0) notes.push(say`the file computes in ${narrow.join(', ')}: it was trained in float32`);
  const statistics = dropStatisticsOutputs(graph);
  if (statistics.length > 0) notes.push(say`left out of the loss: ${some(statistics)} (statistics of a norm)`);
  const quantized = dequantizeWeights(graph);
  toOpset18ForRun(graph, options.batch, options.samples);
  constantsToInitializers(graph);
  if (quantized > 0) notes.push(say`${quantized} quantized weights of the file were trained as float32`);
  if (mendConcats(graph) > 0)
    notes.push(say`single numbers that the file joins to vectors were read as vectors of one`);
  const sizes = chooseInputShapes(graph, options.batch, options.keepBatch ?? false, options.samples);
  notes.push(...sizes.notes);
  const { batch } = sizes;
  const parameters = findParameters(graph, inferTypes(graph, sizes.shapes), statisticsOf(view), affineOf(view));
  const trained = new Set(parameters.map((p) => p.name));
  const inputs = inputSpecs(graph, sizes.shapes, batch, model.format !== 'onnx');
  fixShapes(graph, inputs);
  castsByType(graph);
  foldSizes(graph);
  expandEinsums(graph);
  const norms = toTrainingForm(graph, { seed: options.seed, separateStatistics: options.detachStatistics });
  const chosen = chooseLossOutputs(graph, inferTypes(graph), inputs, trained, batch, options.goal);
  notes.push(...chosen.notes);
  if (chosen.outputs.length === 0) throw nothingToTrain(model, parameters.length, chosen.notes);
  const { loss, outputs } = addLosses(graph, chosen.outputs, batch);
  const types = inferTypes(graph);
  const forward = [...graph.nodes];
  const measured = layerOutputs(view, types);
  const wrt = [...trained, ...measured.map((m) => m.value)];
  const stop = new Set(options.detachStatistics ? norms.flatMap((n) => [n.batchMean, n.batchVariance]) : []);
  const { channelBlock = 1 } = options;
  const { gradientOf, cuts, typeOf } = differentiate(graph, types, { loss, wrt, stop, channelBlock });
  notes.push(...cutNotes(cuts));
  const gradientNames = gradientOutputs(graph, gradientOf, trained);
  if (gradientNames.size === 0) throw nothingToTrain(model, parameters.length, cutNotes(cuts));
  const reached = measured.filter((m) => gradientOf.has(m.value));
  const computing = graph.nodes.length;
  const batchNorms = addBatchStatistics(graph, view, norms, types);
  const ofSamples = ({ shape }: Measured) => batch > 1 && shape.length > 1 && shape[0] === batch;
  const relus = measured.filter(ofSamples).flatMap((m) => {
    const axis = unitAxis(view.layers[m.layer], view, m.shape);
    return axis === undefined ? [] : [{ ...m, unitAxis: axis }];
  });
  const units = addUnitStatistics(graph, relus);
  const rectified = relus.map(({ value }) => value);
  const means = meanSources(batchNorms.norms, rectified, forward, types);
  const known = (value: string) => {
    const sources = means.get(value);
    return sources && (sources.length === 1 && 'norm' in sources[0] ? 'mean and variance' : 'mean');
  };
  const activations = addStatistics(
    graph,
    measured.map((m) => ({ ...m, known: known(m.value), ...(ofSamples(m) && { batch }) })),
    'activation',
    'whole',
  );
  const gradients = addStatistics(
    graph,
    reached.map(({ value, shape }) => ({ value: gradientOf.get(value)!, shape })),
    'gradient',
    'subset',
  );
  moveBehindProducers(graph, computing);
  lowerPrivateOperators(graph, types);
  if (channelBlock > 1) blockConvolutions(graph, typeOf, channelBlock);
  const tiles = channelBlock > 1 ? 0 : transformConvolutions(graph, types);

  const layouts = [activations, gradients].flatMap((l) => (l ? [l.moments, ...l.samples] : []));
  const vectors = [units?.active, units?.means, batchNorms.output].filter((name) => name !== undefined);
  const wanted = [loss, ...layouts, ...vectors, ...gradientNames.values()];
  graph.outputs = [];
  for (const name of wanted) graph.addOutput(name, { kind: 'tensor', dtype: 'float32' });
  prune(graph, wanted);
  const used = parametersToInputs(graph, parameters);
  notes.push(...unreachedNotes(used, gradientNames, cuts.length > 0));
  return {
    graph,
    batch,
    batchRewritten: sizes.rewritten,
    inputs,
    outputs,
    lossName: outputs.some((o) => o.kind === 'class' || o.kind === 'token') ? 'cross-entropy' : 'mse',
    loss,
    parameters: describeParameters(used, gradientNames, view),
    layers: placeLayers(view, measured, reached, relus, means),
    activations,
    gradients,
    units,
    norms: batchNorms.norms,
    batchStatistics: batchNorms.output,
    types,
    tiles,
    notes,
  };
}

/** Means and variances of norms that the file writes out: constants, but no parameters. */
function statisticsOf({ graph, layers }: LayerView): Set<string> {
  const values = layers.flatMap(({ norm }) => [norm?.mean, norm?.variance]);
  return new Set(values.flatMap((v) => (v === undefined || v < 0 ? [] : [graph.valueName(v)])));
}

function affineOf({ graph, layers }: LayerView): Map<string, 'scale' | 'shift'> {
  const affine = new Map<string, 'scale' | 'shift'>();
  for (const { norm } of layers) {
    for (const v of [norm?.scale, norm?.outerScale])
      if (v !== undefined && v >= 0) affine.set(graph.valueName(v), 'scale');
    for (const v of [norm?.shift, norm?.outerShift])
      if (v !== undefined && v >= 0) affine.set(graph.valueName(v), 'shift');
  }
  return affine;
}

/** Gives the inputs their sizes and forgets the declared ones of other values, which may be of another batch. */
function fixShapes(graph: MutableGraph, inputs: readonly InputSpec[]): void {
  graph.inputs = inputs.map(({ name, dtype, shape }) => ({ name, type: { kind: 'tensor', dtype, shape } }));
  for (const output of graph.outputs) output.type = { kind: 'unknown' };
  graph.valueTypes.clear();
}

function addLosses(
  graph: MutableGraph,
  outputs: readonly LossOutput[],
  batch: number,
): { loss: string; outputs: FedOutput[] } {
  const losses: string[] = [];
  const fed = outputs.map((output) => {
    const { loss, target } = lossOf(graph, output, batch);
    losses.push(loss);
    return { ...output, target };
  });
  const [first] = losses;
  const loss = losses.length === 1 ? first : graph.add('Sum', losses, {}, { hint: 'loss/sum' });
  return { loss, outputs: fed };
}

function lossOf(graph: MutableGraph, { kind, value, shape, classes }: LossOutput, batch: number): LossNodes {
  if (kind === 'class') return crossEntropy(graph, value, batch, classes);
  if (kind === 'token') return nextTokenCrossEntropy(graph, value, shape);
  return meanSquaredError(graph, value, shape);
}

interface MeasuredOutput extends Measured {
  readonly layer: number;
}

/** The layers' outputs that can be measured: float32 of known size. */
function layerOutputs(view: LayerView, types: ReadonlyMap<string, ValueType>): MeasuredOutput[] {
  return view.layers.flatMap((layer): MeasuredOutput[] => {
    const value = view.graph.valueName(layer.output);
    const type = types.get(value);
    const shape = type?.shape;
    if (type?.dtype !== 'float32' || !shape?.every((d): d is number => typeof d === 'number')) return [];
    if (elementCount(shape) === 0) return [];
    const saturation = layer.activation === 'Sigmoid' ? 'sigmoid' : layer.activation === 'Tanh' ? 'tanh' : undefined;
    return [{ layer: layer.index, value, shape, saturation }];
  });
}

/**
 * Outputs for the parameters' gradients, by parameter. A gradient that is not a node's own output, or serves two
 * parameters (x + a + b), is copied: an output of a graph has one name and one producer.
 */
function gradientOutputs(
  graph: MutableGraph,
  gradientOf: ReadonlyMap<string, string>,
  trained: ReadonlySet<string>,
): Map<string, string> {
  const free = new Set(graph.nodes.flatMap((n) => n.outputs));
  const names = new Map<string, string>();
  for (const parameter of trained) {
    const gradient = gradientOf.get(parameter);
    if (gradient === undefined) continue;
    names.set(parameter, free.delete(gradient) ? gradient : graph.add('Identity', [gradient], {}, { hint: gradient }));
  }
  return names;
}

function addBatchStatistics(
  graph: MutableGraph,
  view: LayerView,
  norms: readonly TrainingNorm[],
  types: ReadonlyMap<string, ValueType>,
): { norms: MeasuredNorm[]; output?: string } {
  if (norms.length === 0) return { norms: [] };
  const layerOf = new Map<string, number>();
  for (const layer of view.layers) {
    for (const node of layer.nodes) {
      for (const v of view.graph.node(node).outputs) layerOf.set(view.graph.valueName(v), layer.index);
    }
  }
  let offset = 0;
  const measured = norms.map((norm) => {
    const channels = types.get(norm.batchMean)?.shape?.[0];
    if (typeof channels !== 'number') {
      throw new ModelError('unsupported', say`the number of channels of a batch normalization is not known`, {
        node: norm.node || norm.output,
      });
    }
    const entry = { norm, layer: layerOf.get(norm.output) ?? -1, channels, offset };
    offset += 4 * channels;
    return entry;
  });
  const vectors = norms.flatMap((n) => [n.batchMean, n.batchVariance, n.scale, n.shift]);
  const output = graph.add('Concat', vectors, { axis: attribute.int(0) }, { hint: 'batch_statistics' });
  return { norms: measured, output };
}

/** Parameters that the step still reads become inputs; returns these. */
function parametersToInputs(graph: MutableGraph, parameters: readonly Parameter[]): Parameter[] {
  return parameters.filter(({ name, tensor }) => {
    if (!graph.initializers.delete(name)) return false;
    graph.addInput(name, { kind: 'tensor', dtype: 'float32', shape: tensor.dims });
    return true;
  });
}

function describeParameters(
  parameters: readonly Parameter[],
  gradients: ReadonlyMap<string, string>,
  view: LayerView,
): TrainedParameter[] {
  const layersOf = layersOfConstants(view);
  return parameters.map((parameter) => {
    const layers = layersOf.get(parameter.name) ?? [];
    const activation = layers.length > 0 ? activationAfter(view.layers[layers[0]], view) : undefined;
    return { ...parameter, gradient: gradients.get(parameter.name), layers, activation };
  });
}

function placeLayers(
  view: LayerView,
  measured: readonly MeasuredOutput[],
  reached: readonly MeasuredOutput[],
  relus: readonly MeasuredOutput[],
  means: ReadonlyMap<string, readonly MeanSource[]>,
): MeasuredLayer[] {
  const places = (list: readonly MeasuredOutput[]) => new Map(list.map((m, i) => [m.layer, i]));
  const [activation, gradient, units] = [measured, reached, relus].map(places);
  const elements = new Map(measured.map((m) => [m.layer, elementCount(m.shape)]));
  return view.layers.map(({ index, output }) => ({
    activation: activation.get(index),
    mean: means.get(view.graph.valueName(output)),
    gradient: gradient.get(index),
    units: units.get(index),
    elements: elements.get(index),
  }));
}

/** One note for each kind of obstacle. */
function cutNotes(cuts: readonly Cut[]): string[] {
  const groups = new Map<string, string[]>();
  for (const { opType, reason, node } of cuts) {
    const key = opType ? say`no gradient passes ${opType}: ${reason}` : say`no gradient passes the loss: ${reason}`;
    groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  return [...groups].map(([what, nodes]) => `${what} (${some(nodes)})`);
}

/** @param isCut gradients that should have passed a node did not; otherwise the loss has none with respect to these weights */
function unreachedNotes(
  parameters: readonly Parameter[],
  gradients: ReadonlyMap<string, string>,
  isCut: boolean,
): string[] {
  const unreached = parameters.filter((p) => !gradients.has(p.name)).map((p) => p.name);
  if (unreached.length === 0) return [];
  const why = isCut ? '' : say`: the outputs do not depend on them, or only through places, sizes and roundings`;
  return [
    say`no gradient reaches ${unreached.length} of ${parameters.length} weights, which stay as they are (${some(unreached)})${why}`,
  ];
}

function some(names: readonly string[]): string {
  return names.slice(0, 3).join(', ') + (names.length > 3 ? say` and ${names.length - 3} more` : '');
}
