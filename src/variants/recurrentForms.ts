import { attribute } from '../ir/attribute';
import type { DataType } from '../ir/dataType';
import type { ValueType } from '../ir/graph';
import type { MutableNode } from '../ir/mutableGraph';
import { integersAtHand } from '../ir/tensorValues';
import { intOf, stringOf } from './nodeAttributes';
import { recurrentActivations, type Activation } from './recurrentActivations';
import type { Rewriter } from './rewriter';

/**
 * LSTM, GRU and RNN (opset 14) unrolled: one copy of the cell per time step, in elementary operators. Both directions, initial
 * states, peepholes, sequence lengths, both layouts. Each function adds what computes the node's outputs and returns true, or
 * false when the node cannot be unrolled: sizes that are not known, or too many steps.
 */
type Types = ReadonlyMap<string, ValueType>;

/**
 * Nodes of the forward pass up to which recurrent nodes are unrolled: some 400 steps of an LSTM. With the backward pass it is three
 * times as many, which compile in some seconds; the time grows with the square.
 */
const LARGEST_GRAPH = 5000;
/** Nodes of the forward pass per step, about; the backward pass has twice as many. */
const NODES_PER_STEP = 12;

/** Values of one direction that stay the same over time. */
interface Direction {
  readonly r: Rewriter;
  readonly node: MutableNode;
  readonly dtype: DataType;
  /** [gates * hidden, hidden]; in parts where the cell applies them one after the other. */
  readonly recurrence: readonly string[];
  /** [gates * hidden] */
  readonly recurrenceBias?: string;
  /** [hidden] for each of the gates that have one. */
  readonly peepholes: readonly string[];
  readonly activations: readonly Activation[];
}

/** States [batch, hidden] after a step; undefined stands for zeros. */
interface State {
  readonly h?: string;
  readonly c?: string;
}

interface Cell {
  readonly gates: number;
  readonly activations: readonly string[];
  /** Gates per part of the recurrence. */
  readonly parts: readonly number[];
  /** True when the recurrence's bias is not simply added to that of the input. */
  readonly separateBias: boolean;
  /** One step from the input's part of the gates [batch, gates * hidden], bias included. */
  readonly step: (gates: string, before: State, d: Direction) => { readonly h: string; readonly c?: string };
}

export function lstm(node: MutableNode, r: Rewriter, types: Types): boolean {
  const activations = ['Sigmoid', 'Tanh', 'Tanh'];
  return unroll(node, r, types, { gates: 4, activations, parts: [4], separateBias: false, step: lstmStep });
}

export function gru(node: MutableNode, r: Rewriter, types: Types): boolean {
  const activations = ['Sigmoid', 'Tanh'];
  return intOf(node, 'linear_before_reset', 0) !== 0
    ? unroll(node, r, types, { gates: 3, activations, parts: [3], separateBias: true, step: gruStepLinearFirst })
    : unroll(node, r, types, { gates: 3, activations, parts: [2, 1], separateBias: false, step: gruStep });
}

export function rnn(node: MutableNode, r: Rewriter, types: Types): boolean {
  const step: Cell['step'] = (gates, { h }, d) => ({ h: d.activations[0](recurrent(gates, h, d)) });
  return unroll(node, r, types, { gates: 1, activations: ['Tanh'], parts: [1], separateBias: false, step });
}

/** Gates in the order input, output, forget, cell (Hochreiter and Schmidhuber 1997; Gers et al. 2000 for the peepholes). */
function lstmStep(gates: string, { h, c }: State, d: Direction): { h: string; c: string } {
  const { r, peepholes } = d;
  const [f, g, last] = d.activations;
  const [i, o, forget, cell] = split(recurrent(gates, h, d), 4, r);
  const seeing = (gate: string, state: string | undefined, peephole: string | undefined) =>
    state === undefined || peephole === undefined ? gate : r.add('Add', [gate, r.add('Mul', [peephole, state])]);
  const input = f(seeing(i, c, peepholes[0]));
  const fresh = r.add('Mul', [input, g(cell)]);
  const kept = () =>
    intOf(d.node, 'input_forget', 0) === 0
      ? f(seeing(forget, c, peepholes[2]))
      : r.add('Sub', [r.scalar(1, d.dtype), input]);
  const state = c === undefined ? fresh : r.add('Add', [r.add('Mul', [kept(), c]), fresh]);
  return { h: r.add('Mul', [f(seeing(o, state, peepholes[1])), last(state)]), c: state };
}

/** Gates in the order update, reset, hidden (Cho et al. 2014): the state is reset, then multiplied. */
function gruStep(gates: string, { h }: State, d: Direction): { h: string } {
  const { r, recurrence } = d;
  const [f, g] = d.activations;
  if (h === undefined) {
    const [update, , hidden] = split(gates, 3, r);
    return { h: mixed(f(update), g(hidden), h, d) };
  }
  const [xz, xr, xh] = split(gates, 3, r);
  const [hz, hr] = split(r.add('Gemm', [h, recurrence[0]], TRANS_B), 2, r);
  const seen = r.add('Mul', [f(r.add('Add', [xr, hr])), h]);
  return { h: mixed(f(r.add('Add', [xz, hz])), g(r.add('Gemm', [seen, recurrence[1], xh], TRANS_B)), h, d) };
}

/** The state is multiplied, then reset (`linear_before_reset`, the form of cuDNN). */
function gruStepLinearFirst(gates: string, { h }: State, d: Direction): { h: string } {
  const { r, recurrence, recurrenceBias } = d;
  const [f, g] = d.activations;
  const [xz, xr, xh] = split(gates, 3, r);
  const bias = recurrenceBias === undefined ? [] : [recurrenceBias];
  // without a state the recurrence is its bias [3 * hidden], or nothing
  const inner = h === undefined ? recurrenceBias : r.add('Gemm', [h, recurrence[0], ...bias], TRANS_B);
  if (inner === undefined) return { h: mixed(f(xz), g(xh), h, d) };
  const [hz, hr, hh] = split(inner, 3, r);
  const reset = f(r.add('Add', [xr, hr]));
  return { h: mixed(f(r.add('Add', [xz, hz])), g(r.add('Add', [xh, r.add('Mul', [reset, hh])])), h, d) };
}

/** (1 - update) * candidate + update * h */
function mixed(update: string, candidate: string, h: string | undefined, { r, dtype }: Direction): string {
  const fresh = r.add('Mul', [r.add('Sub', [r.scalar(1, dtype), update]), candidate]);
  return h === undefined ? fresh : r.add('Add', [fresh, r.add('Mul', [update, h])]);
}

function unroll(node: MutableNode, r: Rewriter, types: Types, cell: Cell): boolean {
  const batchFirst = intOf(node, 'layout', 0) !== 0;
  const x = types.get(node.inputs[0]);
  const dims = x?.shape;
  if (dims?.length !== 3 || !dims.every((d): d is number => typeof d === 'number' && d > 0)) return false;
  const [steps, batch, features] = batchFirst ? [dims[1], dims[0], dims[2]] : dims;
  const weights = types.get(node.inputs[2])?.shape;
  const hidden = weights?.[2];
  if (!node.inputs[1] || weights?.length !== 3 || typeof hidden !== 'number') return false;
  if (weights[1] !== cell.gates * hidden) return false;
  const direction = stringOf(node, 'direction', 'forward').toLowerCase();
  const directions = direction === 'bidirectional' ? 2 : 1;
  if (weights[0] !== directions) return false;
  if (r.size + steps * directions * NODES_PER_STEP > LARGEST_GRAPH) return false;
  const dtype = x?.dtype ?? 'float32';
  const activations = recurrentActivations(node, r, cell.activations, directions, dtype);
  if (activations === undefined) return false;

  const input = (i: number) => node.inputs[i] || undefined;
  const perDirection = (value: string | undefined): (string | undefined)[] => {
    if (value === undefined || directions === 1) return [value && r.add('Squeeze', [value, r.ints([0])])];
    return split(value, 2, r, 0).map((part) => r.add('Squeeze', [part, r.ints([0])]));
  };
  const stateOf = (value: string | undefined) =>
    perDirection(value && batchFirst ? r.add('Transpose', [value], PERM([1, 0, 2])) : value);
  const timeFirst = batchFirst ? r.add('Transpose', [node.inputs[0]], PERM([1, 0, 2])) : node.inputs[0];
  const rows = r.add('Reshape', [timeFirst, r.ints([steps * batch, features])]);
  const inputWeights = perDirection(input(1));
  const recurrences = perDirection(input(2));
  const biases = perDirection(input(3));
  const initialH = stateOf(input(5));
  const initialC = cell.gates === 4 ? stateOf(input(6)) : [];
  const peepholes = cell.gates === 4 ? perDirection(input(7)) : [];
  const masks = lengthMasks(node, r, types, steps, batch);
  const zeros = lazily(() => r.add('Expand', [r.scalar(0, dtype), r.ints([batch, hidden])]));

  const outputs: string[][] = [];
  const finals: { h: string; c?: string }[] = [];
  for (let k = 0; k < directions; k++) {
    const [bias, recurrenceBias] = biasOf(biases[k], cell.separateBias, r);
    const count = cell.activations.length;
    const peephole = peepholes[k];
    const d: Direction = {
      r,
      node,
      dtype,
      recurrence: partsOf(recurrences[k]!, cell.parts, hidden, r),
      recurrenceBias,
      peepholes: peephole ? split(peephole, 3, r) : [],
      activations: activations.slice(k * count, (k + 1) * count),
    };
    const gates = r.add('Gemm', [rows, inputWeights[k]!, ...(bias ? [bias] : [])], TRANS_B);
    const pieces = steps === 1 ? [gates] : split(gates, steps, r, 0);
    // a reversed direction begins at the end
    const order = Array.from({ length: steps }, (_, t) => t);
    if (directions === 2 ? k === 1 : direction === 'reverse') order.reverse();
    const { shown, state } = inOrder(order, pieces, { h: initialH[k], c: initialC[k] }, cell, d, masks, zeros);
    outputs.push(shown);
    finals.push({ h: state.h!, c: state.c });
  }

  const [all, lastH, lastC] = node.outputs;
  if (all) {
    const stacked = outputs.map((shown) => {
      const sequence = shown.length === 1 ? shown[0] : r.add('Concat', shown, { axis: attribute.int(0) });
      return r.add('Reshape', [sequence, r.ints([steps, 1, batch, hidden])]);
    });
    joined(stacked, 1, batchFirst ? [2, 0, 1, 3] : [0, 1, 2, 3], all, r);
  }
  const last = (states: readonly string[], output: string) => {
    const stacked = states.map((state) => r.add('Unsqueeze', [state, r.ints([0])]));
    joined(stacked, 0, batchFirst ? [1, 0, 2] : [0, 1, 2], output, r);
  };
  const hs = finals.map(({ h }) => h);
  const cs = finals.map(({ c }) => c!);
  if (lastH) last(hs, lastH);
  if (lastC) last(cs, lastC);
  return true;
}

/** The cell step by step: what is shown at each time, and the last state. Behind the length of a sequence the state stays as it was. */
function inOrder(
  order: readonly number[],
  pieces: readonly string[],
  initial: State,
  cell: Cell,
  d: Direction,
  masks: readonly string[] | undefined,
  zeros: () => string,
): { shown: string[]; state: State } {
  let state = initial;
  const shown: string[] = [];
  for (const t of order) {
    const next = cell.step(pieces[t], state, d);
    const mask = masks?.[t];
    if (mask === undefined) {
      state = next;
      shown[t] = next.h;
      continue;
    }
    const held = (after: string, before: string | undefined) => d.r.add('Where', [mask, after, before ?? zeros()]);
    shown[t] = d.r.add('Where', [mask, next.h, zeros()]);
    state = { h: held(next.h, state.h), c: next.c && held(next.c, state.c) };
  }
  return { shown, state };
}

/** Directions put side by side on an axis, transposed, under the output's name. */
function joined(
  parts: readonly string[],
  axis: number,
  permutation: readonly number[],
  output: string,
  r: Rewriter,
): void {
  const whole = parts.length === 1 ? parts[0] : r.add('Concat', parts, { axis: attribute.int(axis) });
  if (permutation.every((p, i) => p === i)) r.add('Identity', [whole], {}, output);
  else r.add('Transpose', [whole], PERM(permutation), output);
}

/** The bias of the input's part of the gates and, where it stays apart, that of the recurrence. */
function biasOf(bias: string | undefined, separate: boolean, r: Rewriter): [string | undefined, string | undefined] {
  if (bias === undefined) return [undefined, undefined];
  const [input, recurrence] = split(bias, 2, r);
  return separate ? [input, recurrence] : [r.add('Add', [input, recurrence]), undefined];
}

/** For each step [batch, 1]: whether it lies within the sequence; undefined when all sequences are as long as the input. */
function lengthMasks(node: MutableNode, r: Rewriter, types: Types, steps: number, batch: number): string[] | undefined {
  const lengths = node.inputs[4];
  if (!lengths) return undefined;
  const known = integersAtHand(r.graph.initializers.get(lengths));
  if (known?.every((length) => length === steps)) return undefined;
  const wide = types.get(lengths)?.dtype === 'int64' ? lengths : r.add('Cast', [lengths], { to: attribute.int(7) });
  const column = r.add('Reshape', [wide, r.ints([batch, 1])]);
  return Array.from({ length: steps }, (_, t) => r.add('Greater', [column, r.ints(t)]));
}

/** The rows of a matrix [gates * hidden, hidden] for so many gates each. */
function partsOf(matrix: string, gates: readonly number[], hidden: number, r: Rewriter): string[] {
  if (gates.length === 1) return [matrix];
  const rows = r.ints(gates.map((n) => n * hidden));
  return r.addNode('Split', [matrix, rows], { axis: attribute.int(0) }, { outputs: gates.length });
}

/** The gates with the recurrence's part added. */
function recurrent(gates: string, h: string | undefined, { r, recurrence }: Direction): string {
  return h === undefined ? gates : r.add('Gemm', [h, recurrence[0], gates], TRANS_B);
}

/** Equal parts, by default of the last axis. */
function split(value: string, parts: number, r: Rewriter, axis = -1): string[] {
  const attributes = { axis: attribute.int(axis), num_outputs: attribute.int(parts) };
  return r.addNode('Split', [value], attributes, { outputs: parts });
}

const TRANS_B = { transB: attribute.int(1) };
const PERM = (permutation: readonly number[]) => ({ perm: attribute.ints(permutation) });

function lazily(make: () => string): () => string {
  let made: string | undefined;
  return () => (made ??= make());
}
