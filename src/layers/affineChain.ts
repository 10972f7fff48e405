import type { Node, ValueId } from '../ir/graph';
import { ABSENT } from '../ir/graph';
import { shortestFloat } from '../ir/shortestFloat';
import { namedAxes, otherAxes } from './axes';
import type { GraphReading } from './graphReading';
import type { RecognizedNorm } from './layerView';
import { inverseRoot, isAffineParameter, root, type AffineAxis } from './normPatterns';
import { either, Match, named, oneOf, op, product, type Pattern } from './pattern';
import type { Piece } from './piece';

/** A constant per channel that is added to the data, taken from it, or that the data are multiplied with or divided by. */
interface Step {
  readonly node: Node;
  readonly opType: 'Add' | 'Sub' | 'Mul' | 'Div';
  readonly parameter: ValueId;
  /** Computed data that come in. */
  readonly data: ValueId;
}

const stepTypes: readonly string[] = ['Add', 'Sub', 'Mul', 'Div'];

/** A batch norm written out has four steps: less the mean, over the deviation, times the scale, plus the shift. */
const MOST_STEPS = 4;

const variance = either('variance');
const overDeviation: Readonly<Record<string, Pattern>> = {
  Mul: oneOf(inverseRoot(variance), product(1, inverseRoot(variance), either('scale'))),
  Div: root(variance),
};
/** TensorFlow's form: the mean is in the addend, which is the shift less the mean times the factor. */
const shiftLessMean = op('Sub', [either('shift'), product(1, either('mean'), either('m'))]);
const factorOfMoments = named('m', overDeviation.Mul);

/**
 * What constants per channel make of a value when they are all there is of a norm: a batch norm written out, whose mean and
 * variance are constants, or the factor and the addend that are left of one (`affine-only`). The node is the first of the chain.
 *
 * Whether an `affine-only` norm stands where a norm may have been is for the caller to say.
 *
 * @param next the node that alone reads a value, if it may belong to the same layer
 */
export function affineChain(
  first: Node,
  reading: GraphReading,
  next: (value: ValueId) => Node | undefined,
): Piece | undefined {
  const axis = channelAxis(first, reading);
  const steps: Step[] = [];
  for (let node: Node | undefined = first; node !== undefined && axis !== undefined && steps.length < MOST_STEPS;) {
    const step = stepOf(node, steps[steps.length - 1], axis, reading);
    if (step === undefined) break;
    steps.push(step);
    node = next(node.outputs[0]);
  }
  if (steps.length < 2) return undefined;
  const found = writtenOut(steps, reading) ?? momentsInAddend(steps, reading) ?? affineOnly(steps);
  if (found === undefined) return undefined;
  const [facts, count] = found;
  const nodes = steps.slice(0, count);
  const output = nodes[count - 1].node.outputs[0];
  const rank = reading.rank(output)!;
  const channel = axis === 'last' ? rank - 1 : 1;
  return {
    role: 'norm',
    kind: facts.mean === undefined ? nodes.map((s) => s.opType).join('+') : 'BatchNormalization',
    nodes: nodes.map((s) => s.node.index),
    main: nodes[count - 1].node.index,
    inputs: [steps[0].data],
    output,
    norm: {
      type: 'batch',
      ...namedAxes(otherAxes([channel], rank), rank, axis === 'last' ? 'channels-last' : 'channels-first'),
      channels: reading.size(output, channel),
      trainingForm: false,
      ...facts,
    },
  };
}

type Facts = Pick<RecognizedNorm, 'form' | 'epsilon' | 'mean' | 'variance' | 'scale' | 'shift'>;
/** What the steps make, and how many of them. */
type Found = readonly [Facts, number];

/** (x - mean) / sqrt(variance + epsilon), with a scale and a shift or without. */
function writtenOut(steps: readonly Step[], reading: GraphReading): Found | undefined {
  const [centred, divided] = steps;
  if (centred.opType !== 'Sub') return undefined;
  const match = new Match(reading, steps[0].node);
  const pattern = overDeviation[divided.opType];
  if (pattern === undefined || !match.try(pattern, reading.unshaped(divided.parameter))) return undefined;
  const scale = match.get('scale') ?? (steps[2]?.opType === 'Mul' ? steps[2].parameter : undefined);
  let count = match.get('scale') === undefined && scale !== undefined ? 3 : 2;
  const shift = steps[count]?.opType === 'Add' ? steps[count].parameter : undefined;
  if (shift !== undefined) count++;
  return [statistics(match, { mean: centred.parameter, scale, shift }, reading), count];
}

/** x m + (shift - mean m) with m = scale / sqrt(variance + epsilon). */
function momentsInAddend([scaled, shifted]: readonly Step[], reading: GraphReading): Found | undefined {
  if (scaled.opType !== 'Mul' || shifted.opType !== 'Add') return undefined;
  const match = new Match(reading, scaled.node);
  if (!match.try(factorOfMoments, reading.unshaped(scaled.parameter))) return undefined;
  if (!match.try(shiftLessMean, reading.unshaped(shifted.parameter))) return undefined;
  const { mean, scale, shift } = { mean: match.get('mean')!, scale: match.get('scale'), shift: match.get('shift') };
  return [statistics(match, { mean, scale, shift }, reading), 2];
}

function statistics(match: Match, facts: Pick<Facts, 'mean' | 'scale' | 'shift'>, reading: GraphReading): Facts {
  const source = (value: ValueId | undefined) => {
    const found = value === undefined ? ABSENT : reading.constantSource(value);
    return found === ABSENT ? value : found;
  };
  return {
    form: 'decomposed',
    epsilon: shortestFloat(match.get('epsilon') ?? 0),
    mean: source(facts.mean),
    variance: source(match.get('variance')),
    scale: source(facts.scale),
    shift: source(facts.shift),
  };
}

/** A factor and then an addend. The other way round they are an input's own mean and deviation, or plain arithmetic. */
function affineOnly([scaled, shifted]: readonly Step[]): Found | undefined {
  if (scaled.opType !== 'Mul' || shifted.opType !== 'Add') return undefined;
  return [{ form: 'affine-only', scale: scaled.parameter, shift: shifted.parameter }, 2];
}

function stepOf(node: Node, before: Step | undefined, axis: AffineAxis, reading: GraphReading): Step | undefined {
  if (node.domain !== '' || !stepTypes.includes(node.opType) || node.inputs.length !== 2) return undefined;
  const data = before === undefined ? node.inputs.find((v) => reading.isData(v)) : before.node.outputs[0];
  const [left, right] = node.inputs;
  const parameter = data === left ? right : left;
  if (data === undefined || !reading.isConstant(parameter)) return undefined;
  const opType = node.opType as Step['opType'];
  if ((opType === 'Sub' || opType === 'Div') && data !== left) return undefined;
  if (!isAffineParameter(parameter, node, reading.rank(data), axis, reading)) return undefined;
  return { node, opType, parameter, data };
}

/** Channels are axis 1; in files of TensorFlow, which states nodes, the last axis of an image. */
function channelAxis(node: Node, reading: GraphReading): AffineAxis | undefined {
  const data = node.inputs.find((v) => reading.isData(v));
  const rank = data === undefined ? undefined : reading.rank(data);
  if (rank === undefined || rank < 2) return undefined;
  return node.origin?.isNode && rank > 2 ? 'last' : 1;
}
