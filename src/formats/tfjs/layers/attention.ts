import { attribute } from '../../../ir/attribute';
import { say } from '../../../texts/say';
import { NotLowered, type LayerScope, type Shape, type TensorValue } from '../layerScope';
import { fusedActivation } from './activations';
import type { LayerLowering } from './lowering';

/** Layers of Keras that multiply along named axes; tfjs does not have them. */

/** Letters of an equation like `abc,cd->abd`. */
const EQUATION = /^([a-zA-Z]{1,16}),([a-zA-Z]{1,16})->([a-zA-Z]{1,16})$/;

/** EinsumDense: a product along the letters of an equation, and a bias along some of the result's. */
const einsumDense: LayerLowering = (scope, [x]) => {
  const input = scope.shaped(x);
  const [, left, right, result] = EQUATION.exec(scope.string('equation', '').replace(/\s/g, '')) ?? [];
  if (left === undefined || left.length !== input.shape.length)
    throw new NotLowered(say`its equation does not fit its input`);
  const stated = scope.has('output_shape') ? scope.config.output_shape : undefined;
  const outputs = (Array.isArray(stated) ? stated : [stated]) as unknown[];
  const sizes = new Map<string, number | null>([...left].map((letter, i) => [letter, input.shape[i]]));
  const own = outputs.length === result.length - 1 ? result.slice(1) : result;
  if (own.length !== outputs.length) throw new NotLowered(say`its output_shape does not fit its equation`);
  [...own].forEach((letter, i) => {
    const size = outputs[i];
    if (!sizes.has(letter) && typeof size === 'number') sizes.set(letter, size);
  });
  const dims = (letters: string): Shape => [...letters].map((letter) => sizes.get(letter) ?? null);
  const kernel = scope.weight('kernel', dims(right));
  const equation = attribute.string(`${left},${right}->${result}`);
  const shape = dims(result);
  const axes = scope.string('bias_axes', '');
  const hasActivation = scope.has('activation') && scope.config.activation !== 'linear';
  const part = axes !== '' ? 'product' : hasActivation ? 'linear' : undefined;
  let y = scope.emit('Einsum', [input, kernel.name], { equation }, { shape, part });
  if (axes !== '') {
    const first = [...result].findIndex((letter) => axes.includes(letter));
    const form = {
      regroup: (all: readonly number[]) => {
        const left = [...all];
        return [...result].slice(first).map((letter) => (axes.includes(letter) ? (left.shift() ?? 1) : 1));
      },
    };
    const order = [...result].filter((letter) => axes.includes(letter)).join('');
    const bias = scope.weight('bias', dims(order), form);
    y = scope.emit('Add', [y, bias.name], {}, { shape, part: hasActivation ? 'linear' : undefined });
  }
  return [fusedActivation(scope, y)];
};

/**
 * MultiHeadAttention (Vaswani et al. 2017): query, value and key `[batch, length, features]`, each projected to
 * `[batch, heads, length, size]`; the key is the value where it is left out.
 */
const multiHeadAttention: LayerLowering = (scope, inputs) => {
  const heads = scope.size('num_heads');
  const keySize = scope.size('key_dim');
  const valueSize = scope.has('value_dim') ? scope.size('value_dim') : keySize;
  const output = scope.has('output_shape') ? scope.sizes('output_shape', 1)[0] : undefined;
  return attention(scope, inputs, { heads, shared: heads, keySize, valueSize, output });
};

/** GroupQueryAttention (Ainslie et al. 2023): neighbouring heads of the query share a head of the key and one of the value. */
const groupQueryAttention: LayerLowering = (scope, inputs) => {
  if (scope.flag('use_gate', false) || scope.has('sliding_window')) {
    throw new NotLowered(say`it has a gate or a sliding window`);
  }
  const heads = scope.size('num_query_heads');
  const shared = scope.size('num_key_value_heads');
  if (heads % shared !== 0) throw new NotLowered(say`its groups do not divide its heads`);
  const size = scope.size('head_dim');
  return attention(scope, inputs, { heads, shared, keySize: size, valueSize: size, output: undefined });
};

interface Heads {
  readonly heads: number;
  /** Heads of keys and values, a divisor of those of the query. */
  readonly shared: number;
  readonly keySize: number;
  readonly valueSize: number;
  /** Features of the result; those of the query where nothing is stated. */
  readonly output: number | undefined;
}

function attention(
  scope: LayerScope,
  inputs: readonly TensorValue[],
  { heads, shared, keySize, valueSize, output }: Heads,
): TensorValue[] {
  const [query, value] = [scope.ranked(inputs[0], 3), scope.ranked(inputs[1] ?? inputs[0], 3)];
  const key = inputs[2] === undefined ? value : scope.ranked(inputs[2], 3);
  if (inputs.length > 3) throw new NotLowered(say`it has a mask`);
  const batch = query.shape[0];

  const heading = (x: TensorValue & { shape: Shape }, name: string, count: number, size: number) => {
    const flat = projected(scope, x, name, [x.shape[2], count, size], [count, size], 1);
    const split = scope.integersConstant([0, 0, count, size], `${name}/shape`);
    const apart = scope.emit(
      'Reshape',
      [flat, split],
      {},
      { shape: [batch, x.shape[1], count, size], part: `${name}/heads` },
    );
    const perm = { perm: attribute.ints([0, 2, 1, 3]) };
    const shape = [batch, count, x.shape[1], size];
    const moved = { ...scope.emit('Transpose', [apart], perm, { shape, part: `${name}/moved` }), shape };
    return count === heads ? moved : repeated(scope, moved, name, heads);
  };
  const q = heading(query, 'query', heads, keySize);
  const k = heading(key, 'key', shared, keySize);
  const v = heading(value, 'value', shared, valueSize);
  const [rows, columns] = [query.shape[1], key.shape[1]];
  const scaled = scope.emit(
    'Mul',
    [q, scope.scalar(1 / Math.sqrt(keySize), 'scale')],
    {},
    { shape: q.shape, part: 'scaled' },
  );
  const turned = scope.emit(
    'Transpose',
    [k],
    { perm: attribute.ints([0, 1, 3, 2]) },
    {
      shape: [batch, heads, keySize, columns],
      part: 'turned',
    },
  );
  const weights: Shape = [batch, heads, rows, columns];
  const scores = scope.emit('MatMul', [scaled, turned], {}, { shape: weights, part: 'scores' });
  const seen = scope.layer.calls[0]?.isCausal ? withoutLater(scope, scores, weights) : scores;
  const shares = scope.emit('Softmax', [seen], { axis: attribute.int(-1) }, { shape: weights, part: 'softmax' });
  const mixed = scope.emit('MatMul', [shares, v], {}, { shape: [batch, heads, rows, valueSize], part: 'mixed' });
  const perm = { perm: attribute.ints([0, 2, 1, 3]) };
  const back = scope.emit('Transpose', [mixed], perm, { shape: [batch, rows, heads, valueSize], part: 'moved' });
  const wide = heads * valueSize;
  const joined = scope.emit(
    'Reshape',
    [back, scope.integersConstant([0, 0, wide], 'shape')],
    {},
    {
      shape: [batch, rows, wide],
      part: 'joined',
    },
  );
  const stated = output ?? query.shape[2];
  const input = { ...joined, shape: [batch, rows, wide] };
  return [projected(scope, input, 'attention_output', [heads, valueSize, stated], [stated], 2)];
}

/** Scores `[batch, heads, rows, columns]`, those of columns later than the row so low that Softmax makes zeros of them (Keras adds -1e9). */
function withoutLater(scope: LayerScope, scores: TensorValue, shape: Shape): TensorValue {
  const sizes = scope.emit('Shape', [scores], {}, { shape: [4], dtype: 'int64', part: 'sizes' });
  const low = scope.emit('Expand', [scope.scalar(-1e9, 'low'), sizes], {}, { shape, part: 'low' });
  const earlier = scope.emit('Trilu', [low], { upper: attribute.int(0) }, { shape, part: 'earlier' });
  const later = scope.emit('Sub', [low, earlier], {}, { shape, part: 'later' });
  return scope.emit('Add', [scores, later], {}, { shape, part: 'masked' });
}

/** Each head of `[batch, heads, length, size]` several times, one behind the other, until there are `count`. */
function repeated(scope: LayerScope, x: TensorValue & { shape: Shape }, name: string, count: number): TensorValue {
  const [batch, heads, length, size] = x.shape;
  const times = count / heads!;
  const axis = scope.integersConstant([2], `${name}/axis`);
  const apart = scope.emit(
    'Unsqueeze',
    [x, axis],
    {},
    { shape: [batch, heads, 1, length, size], part: `${name}/apart` },
  );
  const sizes = scope.integersConstant([1, 1, times, 1, 1], `${name}/times`);
  const copies = scope.emit(
    'Expand',
    [apart, sizes],
    {},
    { shape: [batch, heads, times, length, size], part: `${name}/copies` },
  );
  const joined = scope.integersConstant([0, count, -1, size!], `${name}/all`);
  return scope.emit('Reshape', [copies, joined], {}, { shape: [batch, count, length, size], part: `${name}/repeated` });
}

/**
 * A Dense over all axes of its kernel but those before `free`, as one matrix product.
 * @param inner how many axes of the kernel are multiplied with the input's last
 */
function projected(
  scope: LayerScope,
  x: TensorValue & { shape: Shape },
  name: string,
  kernel: Shape,
  bias: Shape,
  inner: number,
): TensorValue {
  const product = (dims: readonly number[]) => dims.reduce((a, b) => a * b, 1);
  const matrix = { regroup: (dims: readonly number[]) => [product(dims.slice(0, inner)), product(dims.slice(inner))] };
  const weight = scope.weight(`${name}/kernel`, kernel, matrix);
  const shape = [...x.shape.slice(0, -1), weight.dims[1]];
  const hasBias = scope.flag('use_bias', true);
  const isLast = inner === 2;
  const last = isLast ? undefined : `${name}/product`;
  const y = scope.emit('MatMul', [x, weight.name], {}, { shape, part: hasBias ? `${name}/matmul` : last });
  if (!hasBias) return y;
  const shift = scope.weight(`${name}/bias`, bias, { regroup: (dims) => [product(dims)] });
  return scope.emit('Add', [y, shift.name], {}, { shape, part: isLast ? undefined : `${name}/add` });
}

export const attentionLayers: Readonly<Record<string, LayerLowering>> = {
  EinsumDense: einsumDense,
  GroupQueryAttention: groupQueryAttention,
  MultiHeadAttention: multiHeadAttention,
};
