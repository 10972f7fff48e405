import { attribute } from '../../../ir/attribute';
import { say } from '../../../texts/say';
import { NotLowered, type LayerScope, type Shape, type TensorValue } from '../layerScope';
import { activationOf, activationName } from './activations';
import { member } from '../jsonAccess';
import type { LayerLowering } from './lowering';
import { paddingOf, slide, type Window } from './spatial';

/** Steps are computed one by one in nodes of their own. */
const MOST_STEPS = 64;
/** From `[h, w, in, filters]` to ONNX's order. */
const KERNEL = { order: [3, 2, 0, 1] };

/**
 * An LSTM whose products with input and state are convolutions (Shi et al. 2015), over `[N, steps, H, W, C]`. The input's convolution is
 * one for all steps; the state's is a node for each step. The first step's state is zero, so it has none.
 */
const convLstm2D: LayerLowering = (scope, inputs) => {
  const input = scope.ranked(inputs[0], 5);
  if (inputs.length > 1) throw new NotLowered(say`it is given initial states`);
  const isFirst = scope.string('data_format', 'channels_last').toLowerCase().replace('_', '') === 'channelsfirst';
  const channelsFirst = isFirst ? input : scope.layout(input, [0, 1, 4, 2, 3], 'channels_first');
  const [batch, steps, channels, ...sizes] = channelsFirst.shape;
  if (steps === null || steps > MOST_STEPS)
    throw new NotLowered(say`its number of steps is not known, or more than ${MOST_STEPS}`);
  const filters = scope.size('filters');
  const window: Window = {
    kernel: scope.sizes('kernel_size', 2),
    strides: scope.sizes('strides', 2, 1),
    dilations: scope.sizes('dilation_rate', 2, 1),
    padding: paddingOf(scope, ['same', 'valid']),
  };
  const wide = 4 * filters;
  const kernel = scope.weight('kernel', [...window.kernel, channels, wide], KERNEL);
  const recurrent = scope.weight('recurrent_kernel', [...window.kernel, filters, wide], KERNEL);
  const bias = scope.flag('use_bias', true) ? [scope.weight('bias', [wide]).name] : [];

  const slid = slide(sizes, window);
  const folded = scope.emit(
    'Reshape',
    [channelsFirst, scope.integersConstant([-1, ...known([channels, ...sizes])], 'steps_to_batch/shape')],
    {},
    { shape: [batch === null ? null : batch * steps, channels, ...sizes], part: 'steps_to_batch' },
  );
  const whole = [wide, ...slid.sizes];
  const convolved = scope.emit(
    'Conv',
    [folded, kernel.name, ...bias],
    { ...slid.attributes, dilations: attribute.ints(window.dilations) },
    { shape: [batch === null ? null : batch * steps, ...whole], part: 'input' },
  );
  const perStep = scope.emit(
    'Reshape',
    [convolved, scope.integersConstant([-1, steps, ...known(whole)], 'batch_to_steps/shape')],
    {},
    { shape: [batch, steps, ...whole], part: 'batch_to_steps' },
  );
  const state = slide(slid.sizes, { ...window, strides: [1, 1], dilations: [1, 1], padding: 'same' });
  const gates = new Gates(scope, [batch, filters, ...slid.sizes], (h, part) =>
    scope.emit('Conv', [h, recurrent.name], state.attributes, { shape: [batch, ...whole], part }),
  );
  const outputs: TensorValue[] = [];
  let last: State | undefined;
  for (let i = 0; i < steps; i++) {
    const step = scope.flag('go_backwards', false) ? steps - 1 - i : i;
    const index = scope.integerScalar(step, `step_${i}/index`);
    const x = scope.emit(
      'Gather',
      [perStep, index],
      { axis: attribute.int(1) },
      { shape: [batch, ...whole], part: `step_${i}` },
    );
    last = gates.step(x, last, `step_${i}`);
    outputs.push(last.h);
  }
  if (last === undefined) throw new NotLowered(say`it has no steps`);
  const back = (value: TensorValue, part: string) => {
    const shaped = { ...value, shape: [batch, filters, ...slid.sizes] };
    return isFirst ? shaped : scope.layout(shaped, [0, 2, 3, 1], part);
  };
  const result = scope.flag('return_sequences', false) ? sequence(scope, outputs, isFirst) : back(last.h, 'output');
  return scope.flag('return_state', false) ? [result, back(last.h, 'final_h'), back(last.c, 'final_c')] : [result];
};

interface State {
  readonly h: TensorValue;
  readonly c: TensorValue;
}

/** One step: gates i, f, c, o, in Keras' order. */
class Gates {
  constructor(
    private readonly scope: LayerScope,
    private readonly shape: Shape,
    private readonly fromState: (h: TensorValue, part: string) => TensorValue,
  ) {}

  step(x: TensorValue, last: State | undefined, part: string): State {
    const { scope, shape } = this;
    const both = (opType: string, a: TensorValue, b: TensorValue, name: string) =>
      scope.emit(opType, [a, b], {}, { shape: a.shape, part: `${part}/${name}` });
    const sum = last === undefined ? x : both('Add', x, this.fromState(last.h, `${part}/state`), 'sum');
    const [i, f, c, o] = scope.emitAll(
      'Split',
      [sum],
      { axis: attribute.int(1), num_outputs: attribute.int(4) },
      ['i', 'f', 'c', 'o'].map((gate) => ({ shape, part: `${part}/${gate}` })),
      `${part}/gates`,
    );
    const activate = (setting: string, fallback: string, value: TensorValue, name: string) =>
      activationOf(activationName(member(scope.config, setting) ?? fallback))(scope, value, `${part}/${name}`);
    const open = (value: TensorValue, name: string) => activate('recurrent_activation', 'hard_sigmoid', value, name);
    const fresh = both('Mul', open(i, 'input_gate'), activate('activation', 'tanh', c, 'candidate'), 'new');
    const cell =
      last === undefined ? fresh : both('Add', both('Mul', open(f, 'forget_gate'), last.c, 'kept'), fresh, 'cell');
    return {
      c: cell,
      h: both('Mul', open(o, 'output_gate'), activate('activation', 'tanh', cell, 'activated'), 'output'),
    };
  }
}

/** `[N, steps, H, W, C]` of the steps' outputs `[N, C, H, W]`. */
function sequence(scope: LayerScope, outputs: readonly TensorValue[], isFirst: boolean): TensorValue {
  const axes = scope.integersConstant([1], 'sequence/axes');
  const steps = outputs.map((value, i) => {
    const [batch, ...rest] = value.shape ?? [];
    return scope.emit('Unsqueeze', [value, axes], {}, { shape: [batch, 1, ...rest], part: `sequence_${i}` });
  });
  const [batch, , ...rest] = steps[0].shape ?? [];
  const shape = [batch, steps.length, ...rest];
  const all = scope.emit('Concat', steps, { axis: attribute.int(1) }, { shape, part: 'sequence' });
  return isFirst ? all : scope.layout({ ...all, shape }, [0, 1, 3, 4, 2], 'output');
}

function known(shape: Shape): number[] {
  if (shape.some((d) => d === null)) throw new NotLowered(say`the size of its input is not known`);
  return shape as number[];
}

export const convLstmLayers: Readonly<Record<string, LayerLowering>> = {
  ConvLSTM2D: convLstm2D,
};
