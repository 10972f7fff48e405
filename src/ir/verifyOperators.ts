import { say } from '../texts/say';
import type { Dim, ValueType } from './graph';
import { broadcastDim, normalizeAxis, staticDims, type Dims } from './inference/dims';
import type { MutableGraph, MutableNode } from './mutableGraph';
import { elementCount } from './tensor';
import { integersAtHand } from './tensorValues';

/** Says what is wrong with a call, as the rest of a sentence that begins with the operator's name. */
type Check = (n: CheckedNode) => (string | undefined)[];

/** One call with the types of its operands. */
class CheckedNode {
  constructor(
    private readonly node: MutableNode,
    private readonly types: ReadonlyMap<string, ValueType>,
    private readonly graph: MutableGraph,
    readonly opset: number,
  ) {}

  has(i: number): boolean {
    return !!this.node.inputs[i];
  }
  get inputCount(): number {
    return this.node.inputs.length;
  }
  shape(i: number): Dims | undefined {
    return this.types.get(this.node.inputs[i] ?? '')?.shape;
  }
  output(): Dims | undefined {
    return this.types.get(this.node.outputs[0] ?? '')?.shape;
  }
  dtype(i: number): string | undefined {
    return this.types.get(this.node.inputs[i] ?? '')?.dtype;
  }
  int(name: string, fallback: number): number {
    const a = this.node.attributes.get(name);
    return a?.type === 'int' ? a.value : fallback;
  }
  ints(name: string): readonly number[] | undefined {
    const a = this.node.attributes.get(name);
    return a?.type === 'ints' ? a.value : undefined;
  }
  string(name: string): string {
    const a = this.node.attributes.get(name);
    return a?.type === 'string' ? a.value : '';
  }
  constant(i: number): number[] | undefined {
    return integersAtHand(this.graph.initializers.get(this.node.inputs[i] ?? ''));
  }
}

/** Inputs that an operator cannot do without, from the first on. */
const REQUIRED: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    ['Add', 'Sub', 'Mul', 'Div', 'Pow', 'MatMul', 'Gemm', 'Conv', 'ConvTranspose'].map((o) => [o, 2]),
  ),
  ...Object.fromEntries(['Relu', 'Sigmoid', 'Tanh', 'Softmax', 'MaxPool', 'AveragePool', 'Flatten'].map((o) => [o, 1])),
  ...Object.fromEntries(['GlobalAveragePool', 'Transpose', 'Dropout', 'Identity', 'Concat', 'Sum'].map((o) => [o, 1])),
  ...{ BatchNormalization: 5, InstanceNormalization: 3, GroupNormalization: 3, LayerNormalization: 2, PRelu: 2 },
  ...{ RMSNormalization: 2, Gather: 2, Where: 3, Expand: 2, LSTM: 3, GRU: 3, RNN: 3 },
};

const SAME_TYPE = [
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Conv',
  'ConvTranspose',
  'Gemm',
  'MatMul',
  'Concat',
  'Sum',
  'Mean',
  'PRelu',
];
const BROADCAST = ['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Min', 'Max', 'Sum', 'Mean', 'Equal', 'Greater', 'Less', 'Where'];

const checks: Readonly<Record<string, Check>> = {
  Conv: conv,
  ConvTranspose: convTranspose,
  Gemm: gemm,
  MatMul: matMul,
  BatchNormalization: (n) => [1, 2, 3, 4].map((i) => perChannel(n, i, n.shape(0)?.[1])),
  InstanceNormalization: (n) => [1, 2].map((i) => perChannel(n, i, n.shape(0)?.[1])),
  GroupNormalization: groupNormalization,
  LayerNormalization: (n) => [1, 2].map((i) => scaleFits(n, i)),
  RMSNormalization: (n) => [scaleFits(n, 1)],
  MaxPool: windowFits,
  AveragePool: windowFits,
  Concat: concat,
  Reshape: reshape,
  Transpose: transpose,
  ...Object.fromEntries(BROADCAST.map((op) => [op, broadcasts])),
};

/** Complaints about one call: inputs that are missing, sizes and element types that do not fit. */
export function operatorComplaints(
  node: MutableNode,
  types: ReadonlyMap<string, ValueType>,
  graph: MutableGraph,
  opset: number,
): string[] {
  if (node.domain !== '') return [];
  const n = new CheckedNode(node, types, graph, opset);
  const required = Object.hasOwn(REQUIRED, node.opType) ? REQUIRED[node.opType] : 0;
  const missing = Array.from({ length: required }, (_, i) => i).filter((i) => !n.has(i));
  if (missing.length > 0) return [say`needs ${required} inputs, and input ${missing[0]} is left out`];
  const check = Object.hasOwn(checks, node.opType) ? checks[node.opType] : undefined;
  const found = [...(check?.(n) ?? []), SAME_TYPE.includes(node.opType) ? oneType(n) : undefined];
  return found.filter((c) => c !== undefined);
}

/** True unless both sizes are known and differ. */
function fits(a: Dim | undefined, b: Dim | undefined): boolean {
  return typeof a !== 'number' || typeof b !== 'number' || a === b;
}

function conv(n: CheckedNode): (string | undefined)[] {
  const [x, w] = [n.shape(0), n.shape(1)];
  if (!x || !w) return [];
  if (x.length !== w.length) return [say`has an input of ${x.length} axes and a weight of ${w.length}`];
  const group = n.int('group', 1);
  const [inputs, perGroup, outputs] = [x[1], w[1], w[0]];
  return [
    typeof perGroup === 'number' && !fits(inputs, perGroup * group)
      ? say`has ${String(inputs)} input channels, but its weight [${String(w)}]${group > 1 ? say` in ${group} groups` : ''} wants ${perGroup * group}`
      : undefined,
    typeof outputs === 'number' && outputs % group !== 0
      ? say`divides ${outputs} output channels into ${group} groups`
      : undefined,
    perChannel(n, 2, outputs),
    ...windowFits(n, w.slice(2)),
  ];
}

function convTranspose(n: CheckedNode): (string | undefined)[] {
  const [x, w] = [n.shape(0), n.shape(1)];
  if (!x || !w) return [];
  if (x.length !== w.length) return [say`has an input of ${x.length} axes and a weight of ${w.length}`];
  const group = n.int('group', 1);
  return [
    fits(x[1], w[0])
      ? undefined
      : say`has ${String(x[1])} input channels, but its weight [${String(w)}] wants ${String(w[0])}`,
    typeof w[0] === 'number' && w[0] % group !== 0
      ? say`divides ${w[0]} input channels into ${group} groups`
      : undefined,
    perChannel(n, 2, typeof w[1] === 'number' ? w[1] * group : null),
  ];
}

function gemm(n: CheckedNode): (string | undefined)[] {
  const [a, b, c] = [n.shape(0), n.shape(1), n.shape(2)];
  if (!a || !b) return [];
  if (a.length !== 2 || b.length !== 2) return [say`multiplies matrices, not [${String(a)}] and [${String(b)}]`];
  const [inner, wanted] = [a[n.int('transA', 0) ? 0 : 1], b[n.int('transB', 0) ? 1 : 0]];
  const y = n.output();
  return [
    fits(inner, wanted)
      ? undefined
      : say`has ${String(inner)} input features, but its weight [${String(b)}] wants ${String(wanted)}`,
    c && y && !expandsTo(c, y) ? say`adds a bias [${String(c)}] to a result [${String(y)}]` : undefined,
  ];
}

function matMul(n: CheckedNode): (string | undefined)[] {
  const [a, b] = [n.shape(0), n.shape(1)];
  if (!a || !b || a.length === 0 || b.length === 0) return [];
  const [inner, wanted] = [a[a.length - 1], b[b.length === 1 ? 0 : b.length - 2]];
  if (!fits(inner, wanted))
    return [say`multiplies [${String(a)}] by [${String(b)}]: ${String(inner)} columns meet ${String(wanted)} rows`];
  return [broadcastComplaint([a.slice(0, -2), b.slice(0, -2)])];
}

function groupNormalization(n: CheckedNode): (string | undefined)[] {
  const channels = n.shape(0)?.[1];
  const groups = n.int('num_groups', 1);
  if (typeof channels === 'number' && channels % groups !== 0)
    return [say`divides ${channels} channels into ${groups} groups`];
  return [1, 2].map((i) => perChannel(n, i, n.opset < 21 ? groups : channels));
}

/** A vector with one number per channel. */
function perChannel(n: CheckedNode, input: number, channels: Dim | undefined): string | undefined {
  const shape = n.shape(input);
  if (!n.has(input) || shape === undefined || (shape.length === 1 && fits(shape[0], channels))) return undefined;
  // Up to opset 8 a BatchNormalization may have parameters for every position.
  if (shape.length > 1 && n.int('spatial', 1) === 0) return undefined;
  return typeof channels === 'number'
    ? say`has ${channels} channels, but its input ${input} has the shape [${String(shape)}]`
    : say`has an unknown number of channels, but its input ${input} has the shape [${String(shape)}]`;
}

function scaleFits(n: CheckedNode, input: number): string | undefined {
  const [x, scale] = [n.shape(0), n.shape(input)];
  if (!x || !scale || expandsTo(scale, x)) return undefined;
  return say`normalizes [${String(x)}], but its input ${input} has the shape [${String(scale)}]`;
}

/** The window must not be larger than the padded data. */
function windowFits(n: CheckedNode, weight?: Dims): (string | undefined)[] {
  const sizes = n.shape(0)?.slice(2);
  const kernel = weight ?? n.ints('kernel_shape');
  if (!sizes || !kernel || kernel.length !== sizes.length || n.string('auto_pad').startsWith('SAME')) return [];
  const pads = n.string('auto_pad') === 'VALID' ? undefined : n.ints('pads');
  const dilations = n.ints('dilations');
  return sizes.map((size, i) => {
    const k = kernel[i];
    if (typeof size !== 'number' || typeof k !== 'number') return undefined;
    const padded = size + (pads?.[i] ?? 0) + (pads?.[i + sizes.length] ?? 0);
    const extent = (k - 1) * (dilations?.[i] ?? 1) + 1;
    return extent > padded ? say`lays a window of ${extent} over ${padded} elements of axis ${i + 2}` : undefined;
  });
}

function concat(n: CheckedNode): (string | undefined)[] {
  const shapes = Array.from({ length: n.inputCount }, (_, i) => n.shape(i)).filter((s) => s !== undefined);
  const [first] = shapes;
  if (first === undefined) return [];
  const axis = normalizeAxis(n.int('axis', n.opset < 4 ? 1 : 0), first.length);
  if (axis === undefined) return [say`joins along axis ${n.int('axis', 0)} of [${String(first)}]`];
  const other = shapes.find((s) => s.length !== first.length || s.some((d, i) => i !== axis && !fits(d, first[i])));
  return [other && say`joins [${String(first)}] and [${String(other)}] along axis ${axis}`];
}

function reshape(n: CheckedNode): (string | undefined)[] {
  const from = staticDims(n.shape(0));
  const to = staticDims(n.output());
  if (from && to) {
    return [
      elementCount(from) === elementCount(to)
        ? undefined
        : say`makes [${String(to)}] of the elements of [${String(from)}]`,
    ];
  }
  const target = n.constant(1);
  const open = target?.filter((d) => d === -1).length ?? 0;
  if (open > 1) return [say`leaves ${open} sizes open in [${String(target)}]`];
  const unresolved = from && target && open === 1 && n.output()?.includes(null);
  return [unresolved ? say`cannot make [${String(target)}] of the elements of [${String(from)}]` : undefined];
}

function transpose(n: CheckedNode): (string | undefined)[] {
  const x = n.shape(0);
  const perm = n.ints('perm');
  if (!x || !perm) return [];
  const valid =
    perm.length === x.length && new Set(perm).size === x.length && perm.every((p) => p >= 0 && p < x.length);
  return [valid ? undefined : say`permutes the axes of [${String(x)}] by [${String(perm)}]`];
}

function broadcasts(n: CheckedNode): (string | undefined)[] {
  // Up to opset 6 B is laid along A by `axis`.
  if (n.opset < 7) return [];
  const shapes = Array.from({ length: n.inputCount }, (_, i) => n.shape(i)).filter((s) => s !== undefined);
  return [broadcastComplaint(shapes)];
}

function broadcastComplaint(shapes: readonly Dims[]): string | undefined {
  let whole: Dims = [];
  for (const shape of shapes) {
    const rank = Math.max(whole.length, shape.length);
    const at = (s: Dims, i: number): Dim => s[i - rank + s.length] ?? (i < rank - s.length ? 1 : null);
    const joined: Dim[] = [];
    for (let i = 0; i < rank; i++) {
      const [a, b] = [at(whole, i), at(shape, i)];
      if (typeof a === 'number' && typeof b === 'number' && a !== b && a !== 1 && b !== 1)
        return say`combines shapes that do not fit: [${String(whole)}] and [${String(shape)}]`;
      joined.push(broadcastDim(a, b));
    }
    whole = joined;
  }
  return undefined;
}

/** Whether a shape broadcasts to another without making it larger. */
function expandsTo(shape: Dims, whole: Dims): boolean {
  const lead = whole.length - shape.length;
  return lead >= 0 && shape.every((d, i) => d === 1 || fits(d, whole[i + lead]));
}

function oneType(n: CheckedNode): string | undefined {
  const found = new Set<string>();
  for (let i = 0; i < n.inputCount; i++) {
    const dtype = n.dtype(i);
    if (dtype !== undefined) found.add(dtype);
  }
  return found.size > 1 ? say`mixes the types ${[...found].join(', ')}` : undefined;
}
