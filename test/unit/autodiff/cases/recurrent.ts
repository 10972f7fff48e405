import { attribute, type Attribute } from '../../../../src/ir/attribute';
import type { GradientCase, InputSpec } from '../../../support/finiteDifferences';

const { int, float, floats, string } = attribute;
const strings = (value: readonly string[]): Attribute => ({ type: 'strings', value });

interface Settings {
  readonly steps?: number;
  readonly direction?: 'forward' | 'reverse' | 'bidirectional';
  /** Lengths of the two sequences, computed at run time. */
  readonly lengths?: readonly number[];
  /** Leave out the bias, the initial states, the peepholes. */
  readonly bias?: boolean;
  readonly initial?: boolean;
  readonly peepholes?: boolean;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly into?: readonly number[];
  readonly mutated?: boolean;
}

const BATCH = 2;
const FEATURES = 3;
const HIDDEN = 2;
const GATES = { LSTM: 4, GRU: 3, RNN: 1 };

function recurrent(opType: keyof typeof GATES, name: string, settings: Settings = {}): GradientCase {
  const { steps = 3, direction = 'forward', lengths, bias = true, initial = true, peepholes = false } = settings;
  const directions = direction === 'bidirectional' ? 2 : 1;
  const rows = GATES[opType] * HIDDEN;
  const weight = (shape: readonly number[]) => ({ shape, between: [-1, 1] as const });
  const state = weight([directions, BATCH, HIDDEN]);
  const inputs: InputSpec[] = [
    weight([steps, BATCH, FEATURES]),
    weight([directions, rows, FEATURES]),
    weight([directions, rows, HIDDEN]),
    bias ? weight([directions, 2 * rows]) : null,
    lengths ? { longs: lengths, dtype: 'int32', computed: true } : null,
    initial ? state : null,
  ];
  if (opType === 'LSTM') inputs.push(initial ? state : null, peepholes ? weight([directions, 3 * HIDDEN]) : null);
  const outputs = opType === 'LSTM' ? 3 : 2;
  return {
    opType,
    name,
    inputs,
    attributes: { hidden_size: int(HIDDEN), direction: string(direction), ...settings.attributes },
    outputs,
    mutated: settings.mutated ?? false,
    into: settings.into ?? Array.from({ length: outputs }, (_, i) => i),
  };
}

/** What all three operators have in common. */
const common = (['LSTM', 'GRU', 'RNN'] as const).flatMap((opType) => [
  recurrent(opType, 'one step', { steps: 1 }),
  recurrent(opType, 'forward', { steps: 2, mutated: true }),
  recurrent(opType, 'reverse', { direction: 'reverse' }),
  recurrent(opType, 'bidirectional', { direction: 'bidirectional', into: [0] }),
  recurrent(opType, 'without bias and initial state', { bias: false, initial: false }),
  recurrent(opType, 'without initial state', { initial: false, into: [1] }),
  recurrent(opType, 'sequences of their own lengths', { lengths: [3, 1], direction: 'bidirectional' }),
  recurrent(opType, 'lengths without initial state', { lengths: [0, 2], initial: false, direction: 'reverse' }),
]);

export const recurrentCases: readonly GradientCase[] = [
  ...common,
  recurrent('LSTM', 'peepholes', { peepholes: true, steps: 2, mutated: true }),
  recurrent('LSTM', 'peepholes, bidirectional, no initial state', {
    peepholes: true,
    initial: false,
    direction: 'bidirectional',
    steps: 2,
  }),
  recurrent('LSTM', 'input and forget gate coupled', { attributes: { input_forget: int(1) }, steps: 2 }),
  recurrent('LSTM', 'other activations', {
    steps: 2,
    direction: 'bidirectional',
    attributes: {
      activations: strings(['HardSigmoid', 'Softsign', 'Affine', 'Sigmoid', 'ScaledTanh', 'Elu']),
      activation_alpha: floats([0.1, 0.7, 0.8, 0.6]),
      activation_beta: floats([0.4, 0.1, 1.2]),
    },
  }),
  ...(['LSTM', 'GRU', 'RNN'] as const).map((opType) =>
    recurrent(opType, 'clipped', { attributes: { clip: float(0.9) }, steps: 2 }),
  ),
  recurrent('GRU', 'linear before reset', {
    steps: 2,
    mutated: true,
    attributes: { linear_before_reset: int(1) },
  }),
  recurrent('GRU', 'linear before reset, without initial state', {
    initial: false,
    direction: 'bidirectional',
    attributes: { linear_before_reset: int(1) },
  }),
  recurrent('GRU', 'linear before reset, without bias and initial state', {
    initial: false,
    bias: false,
    steps: 2,
    attributes: { linear_before_reset: int(1) },
  }),
  recurrent('RNN', 'two activations', {
    direction: 'bidirectional',
    attributes: { activations: strings(['Softplus', 'LeakyRelu']), activation_alpha: floats([0.3]) },
  }),
  recurrent('RNN', 'thresholded', {
    steps: 2,
    attributes: { activations: strings(['ThresholdedRelu']), activation_alpha: floats([0.1]) },
  }),
];
