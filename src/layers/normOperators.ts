import { ABSENT, type Node, type ValueId } from '../ir/graph';
import { shortestFloat } from '../ir/shortestFloat';
import type { NormForm } from '../protocol/facts';
import { namedAxes, otherAxes, range, type Layout } from './axes';
import type { GraphReading } from './graphReading';
import type { NormNumbers, RecognizedNorm } from './layerView';
import type { NodeRecognizer, PieceFacts } from './piece';

type NormReader = (node: Node, reading: GraphReading) => PieceFacts;

/** BatchNormalization 1 to 15; channels are axis 1. */
const batch: NormReader = (node, reading) => {
  const [x, scale, shift, mean, variance] = node.inputs;
  const rank = reading.rank(x);
  // before opset 9, spatial = 0 keeps statistics for each activation and not for each channel
  const perChannel = node.int('spatial', 1) !== 0;
  const named = namedAxes(
    rank === undefined ? undefined : perChannel ? otherAxes([1], rank) : [0],
    rank,
    'channels-first',
  );
  return norm([x], {
    type: 'batch',
    form: formOf(node),
    axes: named.axes,
    axesMeaning: named.axesMeaning,
    ...batchNumbers(node),
    channels: perChannel ? (reading.size(x, 1) ?? reading.size(scale, 0)) : undefined,
    trainingForm: isTrainingForm(node, reading),
    scale: present(scale),
    shift: present(shift),
    mean,
    variance,
  });
};

function batchNumbers(node: Node): NormNumbers {
  const momentum = stated(node, 'momentum', 0.9);
  return {
    epsilon: stated(node, 'epsilon', 1e-5),
    momentum,
    momentumOriginal: node.attr('momentum') && momentum,
  };
}

/**
 * Opset 14 on says so with training_mode. Before, more outputs than one ask for batch statistics, and before opset 7 also
 * is_test = 0; its default is 0, so that exporters which left it out have said nothing.
 */
function isTrainingForm(node: Node, reading: GraphReading): boolean {
  if (reading.opset >= 14) return node.int('training_mode', 0) !== 0;
  const { graph } = reading;
  const used = node.outputs.filter((v) => v !== ABSENT && (reading.isOutput(v) || graph.consumers(v).length > 0));
  if (used.length > 1) return true;
  return reading.opset < 7 && node.int('is_test') === 0;
}

const instance: NormReader = (node, reading) => {
  const [x, scale, shift] = node.inputs;
  const rank = reading.rank(x);
  return norm([x], {
    type: 'instance',
    form: formOf(node),
    trainingForm: false,
    ...namedAxes(rank === undefined ? undefined : range(2, rank), rank, 'channels-first'),
    epsilon: stated(node, 'epsilon', 1e-5),
    channels: reading.size(x, 1) ?? reading.size(scale, 0),
    scale: present(scale),
    shift: present(shift),
  });
};

/** GroupNormalization 18 and 21, com.microsoft GroupNorm (channels last by default). */
const group: NormReader = (node, reading) => {
  const skips = node.opType === 'SkipGroupNorm';
  const [x, scale, shift] = node.inputs;
  const rank = reading.rank(x);
  const channelsLast = node.domain !== '' && node.int('channels_last', 1) !== 0;
  const layout: Layout = channelsLast ? 'channels-last' : 'channels-first';
  return {
    ...norm(skips ? [x, node.inputs[3]] : [x], {
      type: 'group',
      form: formOf(node),
      trainingForm: false,
      ...namedAxes(rank === undefined ? undefined : range(1, rank), rank, layout),
      epsilon: stated(node, 'epsilon', 1e-5),
      groups: node.int('num_groups') ?? node.int('groups'),
      channels: reading.size(x, channelsLast ? -1 : 1),
      scale: present(scale),
      shift: present(shift),
    }),
    ...(skips ? { sum: node.outputs[1] ?? ABSENT } : {}),
  };
};

/** LayerNormalization 17, also before it was in the default domain, and RMSNormalization 23. */
function trailing(type: 'layer' | 'rms'): NormReader {
  return (node, reading) => {
    const [x, scale, shift] = node.inputs;
    const rank = reading.rank(x);
    const axis = node.int('axis', -1);
    const first = rank === undefined ? undefined : axis < 0 ? axis + rank : axis;
    const axes = first === undefined || first < 0 ? undefined : range(first, rank!);
    return norm([x], {
      type,
      form: formOf(node),
      trainingForm: false,
      ...namedAxes(axes, rank, trailingLayout(x, first, rank, reading)),
      epsilon: stated(node, 'epsilon', 1e-5),
      channels: first === undefined ? reading.size(scale, -1) : reading.size(x, first),
      scale: present(scale),
      shift: type === 'layer' ? present(shift) : undefined,
    });
  };
}

/**
 * What the axes of a layer norm's input are: a norm over everything but the batch sees an image with its channels second, one
 * over the last axis of a transposed image channels last, and everything else is a sequence of feature vectors.
 */
export function trailingLayout(
  x: ValueId,
  first: number | undefined,
  rank: number | undefined,
  reading: GraphReading,
): Layout {
  if (first === 1 && rank !== undefined && rank > 3) return 'channels-first';
  const producer = reading.producer(x);
  const permutation = producer?.opType === 'Transpose' ? producer.ints('perm') : undefined;
  const movesChannelsLast = permutation?.[permutation.length - 1] === 1 && permutation.length > 3;
  return movesChannelsLast ? 'channels-last' : 'sequence';
}

/** com.microsoft SkipLayerNormalization and its forms: input, skip, gamma, beta, bias; output, mean, deviation, sum. */
function skip(type: 'layer' | 'rms'): NormReader {
  return (node, reading) => {
    const [x, residual, scale] = node.inputs;
    const shift = type === 'layer' ? (node.inputs[3] ?? ABSENT) : ABSENT;
    return {
      ...norm([x, residual], lastAxis(type, x, scale, shift, node, reading)),
      sum: node.outputs[3] ?? ABSENT,
    };
  };
}

/** com.microsoft EmbedLayerNormalization: word, position and segment embeddings looked up, added and normalized. */
const embed: NormReader = (node, reading) => {
  const [ids, segments] = node.inputs;
  const scale = node.inputs[5] ?? ABSENT;
  const facts = lastAxis('layer', node.outputs[0], scale, node.inputs[6] ?? ABSENT, node, reading);
  return { ...norm([ids, segments], facts), sum: node.outputs[2] ?? ABSENT };
};

function lastAxis(
  type: 'layer' | 'rms',
  x: ValueId,
  scale: ValueId,
  shift: ValueId,
  node: Node,
  reading: GraphReading,
): RecognizedNorm {
  const rank = reading.rank(x) ?? 3;
  return {
    type,
    form: formOf(node),
    trainingForm: false,
    ...namedAxes([rank - 1], rank, 'sequence'),
    epsilon: stated(node, 'epsilon', 1e-12),
    channels: reading.size(scale, -1) ?? reading.size(x, -1),
    scale: present(scale),
    shift: present(shift),
  };
}

/** LRN 1 and 13: over neighbouring channels; `bias` is no epsilon, it is part of the formula. */
const localResponse: NormReader = (node, reading) => {
  const rank = reading.rank(node.inputs[0]);
  return norm([node.inputs[0]], {
    type: 'local-response',
    form: formOf(node),
    trainingForm: false,
    ...namedAxes([1], rank, 'channels-first'),
    channels: reading.size(node.inputs[0], 1),
  });
};

const meanVariance: NormReader = (node, reading) => {
  const rank = reading.rank(node.inputs[0]) ?? 4;
  const axes = node.ints('axes') ?? [0, 2, 3];
  return norm([node.inputs[0]], {
    type: 'mean-variance',
    form: formOf(node),
    trainingForm: false,
    ...namedAxes(axes, rank, 'channels-first'),
    channels: reading.size(node.inputs[0], 1),
  });
};

const lp: NormReader = (node, reading) => {
  const rank = reading.rank(node.inputs[0]);
  const axis = node.int('axis', -1);
  const layout: Layout = rank !== undefined && rank > 3 ? 'channels-first' : 'sequence';
  return norm([node.inputs[0]], {
    type: 'lp',
    form: formOf(node),
    trainingForm: false,
    ...namedAxes([axis], rank, layout),
    channels: reading.size(node.inputs[0], axis),
  });
};

/** A float attribute as the author wrote it, before it was rounded to float32. */
function stated(node: Node, name: string, fallback: number): number {
  return shortestFloat(node.float(name, fallback));
}

function formOf({ domain }: Node): NormForm {
  return domain === '' ? 'native' : 'fused';
}

function norm(inputs: readonly ValueId[], facts: RecognizedNorm): PieceFacts {
  return { role: 'norm', inputs: inputs.filter((v) => v !== undefined && v !== ABSENT), norm: facts };
}

function present(value: ValueId | undefined): ValueId | undefined {
  return value === undefined || value === ABSENT ? undefined : value;
}

const operators: Readonly<Record<string, NormReader>> = {
  BatchNormalization: batch,
  InstanceNormalization: instance,
  GroupNormalization: group,
  LayerNormalization: trailing('layer'),
  // as exporters wrote it before there was such an operator
  SimplifiedLayerNormalization: trailing('rms'),
  RMSNormalization: trailing('rms'),
  LRN: localResponse,
  MeanVarianceNormalization: meanVariance,
  LpNormalization: lp,
};

const microsoftOperators: Readonly<Record<string, NormReader>> = {
  LayerNormalization: trailing('layer'),
  SimplifiedLayerNormalization: trailing('rms'),
  SkipLayerNormalization: skip('layer'),
  SkipSimplifiedLayerNormalization: skip('rms'),
  EmbedLayerNormalization: embed,
  GroupNorm: group,
  SkipGroupNorm: group,
};

/** The normalization operators of the default domain and of com.microsoft. */
export const normOperator: NodeRecognizer = (node, reading) => {
  const table = node.domain === '' ? operators : node.domain === 'com.microsoft' ? microsoftOperators : {};
  return Object.hasOwn(table, node.opType) ? table[node.opType](node, reading) : undefined;
};
