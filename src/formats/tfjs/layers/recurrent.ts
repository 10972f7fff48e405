import { attribute, type Attribute } from '../../../ir/attribute';
import { say } from '../../../texts/say';
import { isObject, member, objectMember, stringMember } from '../jsonAccess';
import { NotLowered, type LayerScope, type Shape, type TensorValue } from '../layerScope';
import { activationName } from './activations';
import type { LayerDefinition } from '../topology';
import type { LayerLowering } from './lowering';

interface GateActivation {
  readonly name: string;
  /** Parameters, for the functions that have them; what they are by default is not the same everywhere. */
  readonly alpha?: number;
  readonly beta?: number;
}

/** Activations that ONNX's recurrent operators know, by their Keras names. */
const gateActivations: ReadonlyMap<string, GateActivation> = new Map([
  ['tanh', { name: 'Tanh' }],
  ['sigmoid', { name: 'Sigmoid' }],
  ['hard_sigmoid', { name: 'HardSigmoid', alpha: 0.2, beta: 0.5 }],
  ['relu', { name: 'Relu' }],
  ['elu', { name: 'Elu', alpha: 1 }],
  ['softsign', { name: 'Softsign' }],
  ['softplus', { name: 'Softplus' }],
  ['linear', { name: 'Affine', alpha: 1, beta: 0 }],
]);

/** A recurrent layer of Keras and the operator that computes it. */
interface Cell {
  readonly opType: 'RNN' | 'GRU' | 'LSTM';
  /** Place of each of ONNX's gates among those of Keras. */
  readonly gates: readonly number[];
  /** Settings that name the activations, in ONNX's order, with tfjs' defaults. */
  readonly activations: readonly (readonly [setting: string, fallback: string])[];
  readonly states: number;
}

const cells: Readonly<Record<string, Cell>> = {
  SimpleRNN: { opType: 'RNN', gates: [0], activations: [['activation', 'tanh']], states: 1 },
  // update, reset, new: the same order in both
  GRU: {
    opType: 'GRU',
    gates: [0, 1, 2],
    activations: [
      ['recurrent_activation', 'hard_sigmoid'],
      ['activation', 'tanh'],
    ],
    states: 1,
  },
  // Keras: input, forget, cell, output; ONNX: input, output, forget, cell
  LSTM: {
    opType: 'LSTM',
    gates: [0, 3, 1, 2],
    activations: [
      ['recurrent_activation', 'hard_sigmoid'],
      ['activation', 'tanh'],
      ['activation', 'tanh'],
    ],
    states: 2,
  },
};

/** What one pass over the steps gives: the outputs of all steps in the order of the input, and the states after the last one. */
interface Pass {
  /** [steps, batch, units] */
  readonly sequence: TensorValue & { readonly shape: Shape };
  /** Each [batch, units]. */
  readonly states: readonly TensorValue[];
}

/** Runs a cell over a sequence [batch, steps, features] from its beginning, or from its end. */
function run(
  scope: LayerScope,
  cell: Cell,
  x: TensorValue | undefined,
  initial: readonly TensorValue[],
  direction: 'forward' | 'reverse',
): Pass {
  const input = scope.ranked(x, 3);
  const units = scope.size('units');
  const [batch, steps, features] = input.shape;
  if (scope.flag('time_major', false)) throw new NotLowered(say`its steps come before the batch`);
  const activations = cell.activations.map(([setting, fallback]) => {
    const activation = gateActivations.get(activationName(member(scope.config, setting) ?? fallback));
    if (activation === undefined)
      throw new NotLowered(say`the ${setting} is not one that ONNX's recurrent operators know`);
    return activation;
  });
  if (initial.length !== 0 && initial.length !== cell.states) throw new NotLowered(say`its initial states do not fit`);

  const wide = cell.gates.length * units;
  const form = { order: [1, 0], blocks: cell.gates, regroup: (dims: readonly number[]) => [1, ...dims] };
  const kernel = scope.weight('kernel', [features, wide], form).name;
  const recurrent = scope.weight('recurrent_kernel', [units, wide], form).name;
  const resetAfter = cell.opType === 'GRU' && scope.flag('reset_after', false);
  const bias = scope.flag('use_bias', true) ? biases(scope, cell, wide, resetAfter) : '';
  const starts = initial.map((state, i) => {
    const axes = scope.integersConstant([0], `state_${i}/axes`);
    return scope.emit('Unsqueeze', [state, axes], {}, { shape: [1, batch, units], part: `state_${i}` });
  });

  const stepsFirst = scope.emit(
    'Transpose',
    [input],
    { perm: attribute.ints([1, 0, 2]) },
    { shape: [steps, batch, features], part: 'steps_first' },
  );
  const [y, ...last] = scope.emitAll(
    cell.opType,
    [stepsFirst, kernel, recurrent, bias, ...(starts.length > 0 ? ['', ...starts] : [])],
    {
      hidden_size: attribute.int(units),
      direction: attribute.string(direction),
      ...activationAttributes(activations),
      ...(resetAfter && { linear_before_reset: attribute.int(1) }),
    },
    [
      { shape: [steps, 1, batch, units], part: 'steps' },
      { shape: [1, batch, units], part: 'last' },
      ...(cell.states === 2 ? [{ shape: [1, batch, units], part: 'cell' }] : []),
    ],
  );
  const drop = (value: TensorValue, axis: number, shape: Shape, part: string) => {
    const axes = scope.integersConstant([axis], `${part}/axes`);
    return { ...scope.emit('Squeeze', [value, axes], {}, { shape, part }), shape };
  };
  return {
    sequence: drop(y, 1, [steps, batch, units], 'sequence'),
    states: last.map((value, i) => drop(value, 0, [batch, units], `final_${i}`)),
  };
}

function activationAttributes(activations: readonly GateActivation[]): Record<string, Attribute> {
  const isNumber = (v: number | undefined) => v !== undefined;
  const alphas = activations.map((a) => a.alpha).filter(isNumber);
  const betas = activations.map((a) => a.beta).filter(isNumber);
  return {
    activations: { type: 'strings', value: activations.map((a) => a.name) },
    ...(alphas.length > 0 && { activation_alpha: attribute.floats(alphas) }),
    ...(betas.length > 0 && { activation_beta: attribute.floats(betas) }),
  };
}

/** ONNX has a bias for the input and one for the state; Keras has the first alone, unless a GRU resets after its product. */
function biases(scope: LayerScope, cell: Cell, wide: number, resetAfter: boolean): string {
  if (resetAfter) return scope.weight('bias', [2, wide], { regroup: () => [1, 2 * wide] }).name;
  const stored = scope.weight('bias', [wide], { blocks: cell.gates, regroup: (dims) => [1, ...dims] });
  const none = scope.filled(0, [1, wide], 'no_state_bias');
  return scope.emit('Concat', [stored.name, none], { axis: attribute.int(1) }, { shape: [1, 2 * wide], part: 'biases' })
    .name;
}

/** The outputs of all steps, batch first again. */
function batchFirst(scope: LayerScope, sequence: TensorValue & { shape: Shape }, part: string): TensorValue {
  const [steps, batch, units] = sequence.shape;
  const perm = { perm: attribute.ints([1, 0, 2]) };
  return scope.emit('Transpose', [sequence], perm, { shape: [batch, steps, units], part });
}

/** Steps from the last to the first, on axis 0. */
function reversed(scope: LayerScope, sequence: TensorValue & { shape: Shape }): TensorValue & { shape: Shape } {
  const [starts, ends, axes, strides] = [[-1], [-Infinity], [0], [-1]].map((values, i) =>
    scope.integersConstant(values, `reversed/${['starts', 'ends', 'axes', 'steps'][i]}`),
  );
  const { shape } = sequence;
  return { ...scope.emit('Slice', [sequence, starts, ends, axes, strides], {}, { shape, part: 'reversed' }), shape };
}

function recurrent(cell: Cell): LayerLowering {
  return (scope, [x, ...initial]) => {
    const backwards = scope.flag('go_backwards', false);
    const { sequence, states } = run(scope, cell, x, initial, backwards ? 'reverse' : 'forward');
    let output = states[0];
    if (scope.flag('return_sequences', false)) {
      // Keras gives the steps in the order in which they were computed
      output = batchFirst(scope, backwards ? reversed(scope, sequence) : sequence, 'output');
    }
    return scope.flag('return_state', false) ? [output, ...states] : [output];
  };
}

const merges: Readonly<Record<string, 'Concat' | 'Add' | 'Mul'>> = {
  concat: 'Concat',
  sum: 'Add',
  ave: 'Add',
  mul: 'Mul',
};

/** The wrapped layer once from the beginning and once from the end, each with weights of its own. */
const bidirectional: LayerLowering = (scope, [x, ...initial]) => {
  const { wrapped } = scope.layer;
  const cell = wrapped !== undefined && Object.hasOwn(cells, wrapped.className) ? cells[wrapped.className] : undefined;
  if (wrapped === undefined || cell === undefined) throw new NotLowered(say`it does not wrap a recurrent layer`);
  const half = initial.length / 2;
  const pass = (direction: 'forward' | 'reverse', side: string, states: readonly TensorValue[]) => {
    const inner = scope.wrapped(wrapped, `${scope.layer.name}/${side}_${wrapped.name}`).part(side);
    return { inner, ...run(inner, cell, x, states, direction) };
  };
  const there = pass('forward', 'forward', initial.slice(0, half));
  const back = pass('reverse', 'backward', initial.slice(half));
  const returns = (key: string) => there.inner.flag(key, false);
  const [forward, backward] = returns('return_sequences')
    ? [there, back].map((p) => batchFirst(p.inner, p.sequence, 'output'))
    : [there.states[0], back.states[0]];
  const states = returns('return_state') ? [...there.states, ...back.states] : [];
  const mode = member(scope.config, 'merge_mode');
  if (mode === null) return [forward, backward, ...states];
  const name = scope.string('merge_mode', 'concat');
  const merge = Object.hasOwn(merges, name) ? merges[name] : undefined;
  if (merge === undefined) throw new NotLowered(say`its merge_mode is not known`);
  const { shape } = forward;
  if (merge === 'Concat') {
    const units = shape?.at(-1) ?? null;
    const joined = shape && [...shape.slice(0, -1), units === null ? null : 2 * units];
    return [scope.emit('Concat', [forward, backward], { axis: attribute.int(-1) }, { shape: joined }), ...states];
  }
  if (name !== 'ave') return [scope.emit(merge, [forward, backward], {}, { shape }), ...states];
  const sum = scope.emit('Add', [forward, backward], {}, { shape, part: 'sum' });
  return [scope.emit('Mul', [sum, scope.scalar(0.5, 'half')], {}, { shape }), ...states];
};

/** A cell as the settings of an RNN layer state it. */
interface StatedCell {
  readonly cell: Cell;
  readonly definition: LayerDefinition;
}

function statedCell(scope: LayerScope, stated: unknown): StatedCell {
  const className = isObject(stated) ? (stringMember(stated, 'class_name') ?? '') : '';
  const kind = className.replace(/Cell$/, '');
  const config = isObject(stated) ? objectMember(stated, 'config') : undefined;
  if (kind === 'ConvLSTM2D')
    throw new NotLowered(say`TensorFlow.js runs a ConvLSTM2DCell in the layer ConvLSTM2D alone`);
  if (kind === className || !Object.hasOwn(cells, kind) || config === undefined)
    throw new NotLowered(say`its cell ${className.slice(0, 80)} is not known`);
  return { cell: cells[kind], definition: { ...scope.layer, className, config } };
}

/** A cell, or a stack of them: what one gives in a step is the input of the next, so that each can go over all steps by itself. */
const rnn: LayerLowering = (scope, [x, ...initial]) => {
  const stated = objectMember(scope.config, 'cell');
  const stack = member(objectMember(stated ?? {}, 'config') ?? {}, 'cells');
  const isStack = Array.isArray(stack);
  const list = (isStack ? stack : [stated]).map((c) => statedCell(scope, c));
  if (list.length === 0) throw new NotLowered(say`it has no cell`);
  if (isStack && (initial.length > 0 || scope.flag('return_state', false)))
    throw new NotLowered(say`it passes on the states of a stack of cells`);
  const backwards = scope.flag('go_backwards', false);
  let value = x;
  let pass: Pass | undefined;
  for (const [i, { cell, definition }] of list.entries()) {
    const owner = isStack ? `${scope.layer.name}/RNNCell_${i}` : scope.layer.name;
    const inner = scope.wrapped(definition, owner).part(`cell_${i}`);
    pass = run(inner, cell, value, initial, backwards ? 'reverse' : 'forward');
    if (i + 1 < list.length) value = batchFirst(inner, pass.sequence, 'output');
  }
  const { sequence, states } = pass!;
  const output = scope.flag('return_sequences', false)
    ? batchFirst(scope, backwards ? reversed(scope, sequence) : sequence, 'output')
    : states[0];
  return scope.flag('return_state', false) ? [output, ...states] : [output];
};

export const recurrentLayers: Readonly<Record<string, LayerLowering>> = {
  ...Object.fromEntries(Object.entries(cells).map(([className, cell]) => [className, recurrent(cell)])),
  Bidirectional: bidirectional,
  RNN: rnn,
};
