import {
  calls,
  floats,
  graphFunction as fn,
  graphModel,
  graphNode as n,
  int,
  ints,
  placeholder,
  random,
  type TestWeight,
} from './tfjsGraphs';
import type { SavedModel } from './tfjsOracle';

type Nodes = Parameters<typeof graphModel>[0];
/** A graph model with lists of tensors. */
export interface TensorListCase {
  readonly nodes: Nodes;
  readonly weights?: Readonly<Record<string, TestWeight>>;
  readonly functions?: readonly object[];
  /** Loops that can be written out turn by turn. */
  readonly unrolls?: number;
  /** What a turn hands to the next. */
  readonly carries?: number;
}

export const FLOAT = { type: 1 };
export const INT = { type: 3 };
export const list = { element_dtype: FLOAT, shape_type: INT };
const array = { dtype: FLOAT, element_shape: { shape: { unknownRank: true } }, dynamic_size: false };
export const output = (...names: string[]) => ({
  signature: {
    outputs: Object.fromEntries(names.map((name) => [name, { name: name.includes(':') ? name : `${name}:0` }])),
  },
});
/** `[time, batch, channels]` and the values that the lists' operators read. */
export const sequence = placeholder('x', [4, -1, 5]);
export const numbers = { i0: int(0), i1: int(1), i2: int(2), n3: int(3), n4: int(4), n5: int(5) };
export const shapes = { element: ints(-1, 5), any: int(-1) };
const konst = (name: string, type = INT) => n(name, 'Const', [], { dtype: type });
const loop = (inputs: string[], op = 'While') => n('loop', op, inputs, { cond: calls('go'), body: calls('step') });

/** A recurrent layer as Keras writes it: variables counter, time, results, state, and what does not vary. */
const keras = (limit: Nodes[number][], state: Nodes): object[] => [
  fn('go', ['c', 't', 'y', 'h', 'x', 'k', 'n'], limit, [`${limit[limit.length - 1].name}:z:0`]),
  fn(
    'step',
    ['c', 't', 'y', 'h', 'x', 'k', 'n'],
    [
      konst('i1'),
      konst('element'),
      n('more', 'AddV2', ['c', 'i1:output:0']),
      n('later', 'AddV2', ['t', 'i1:output:0']),
      n('get', 'TensorListGetItem', ['x', 't', 'element:output:0'], list),
      n('product', 'MatMul', ['h', 'k']),
      n('sum', 'AddV2', ['get:item:0', 'product:product:0']),
      ...state,
      n('set', 'TensorListSetItem', ['y', 't', 'next:y:0'], list),
      n('list', 'Identity', ['set:output_handle:0']),
    ],
    ['more:z:0', 'later:z:0', 'list:output:0', 'next:y:0', 'x', 'k', 'n'],
  ),
];
const tanh = [n('next', 'Tanh', ['sum:z:0'])];
const recurrent = (count: string, start: string, shape = 'element'): Nodes => [
  sequence,
  n('items', 'TensorListFromTensor', ['x', 'element'], list),
  n('zero', 'StridedSlice', ['x', 'begin', 'end', 'strides'], { shrink_axis_mask: 1, begin_mask: 0, end_mask: 0 }),
  n('state', 'ZerosLike', ['zero']),
  n('results', 'TensorListReserve', [shape, count], list),
  loop(['i0', start, 'results', 'state', 'items', 'k', count], 'StatelessWhile'),
  n('y', 'TensorListStack', ['loop:2', 'element'], list),
  n('h', 'Tanh', ['loop:3']),
];
const recurrentWeights = {
  ...numbers,
  ...shapes,
  begin: ints(0),
  end: ints(1),
  strides: ints(1),
  k: random([5, 5], 3),
};

export const tensorListCases: Readonly<Record<string, TensorListCase>> = {
  'a recurrent layer': {
    nodes: recurrent('n4', 'i0'),
    weights: recurrentWeights,
    functions: keras([n('less', 'Less', ['t', 'n'])], tanh),
    unrolls: 1,
    carries: 1,
  },
  'a recurrent layer with two limits': {
    nodes: recurrent('n4', 'i0'),
    weights: recurrentWeights,
    functions: keras(
      [
        konst('n5'),
        n('a', 'Less', ['c', 'n5:output:0']),
        n('b', 'Greater', ['n', 't']),
        n('less', 'LogicalAnd', ['a:z:0', 'b:z:0']),
      ],
      tanh,
    ),
    unrolls: 1,
    carries: 1,
  },
  'a recurrent layer whose results have a shape that nothing says': {
    nodes: recurrent('n4', 'i0', 'any'),
    weights: recurrentWeights,
    functions: keras([n('less', 'Less', ['t', 'n'])], tanh),
    unrolls: 1,
    carries: 1,
  },
  'a recurrent layer with a sum for its limit': {
    nodes: [
      ...recurrent('n4', 'i0').slice(0, -3),
      n('turns', 'AddV2', ['i1', 'n3']),
      loop(['i0', 'i0', 'results', 'state', 'items', 'k', 'turns']),
      ...recurrent('n4', 'i0').slice(-2),
    ],
    weights: recurrentWeights,
    functions: keras([n('less', 'Less', ['t', 'n'])], tanh),
    unrolls: 1,
    carries: 2,
  },
  'a loop that ends when its state does': {
    nodes: recurrent('n4', 'i0', 'any')
      .slice(0, -2)
      .concat([n('y', 'TensorListGetItem', ['loop:2', 'i0', 'element'], list)]),
    weights: { ...recurrentWeights, all: ints(0, 1), small: floats([], [9]) },
    functions: keras(
      [
        konst('all'),
        konst('small', FLOAT),
        n('total', 'Sum', ['h', 'all:output:0']),
        n('a', 'Less', ['total:output:0', 'small:output:0']),
        n('b', 'Less', ['t', 'n']),
        n('less', 'LogicalAnd', ['a:z:0', 'b:z:0']),
      ],
      tanh,
    ),
    carries: 4,
  },
  'a list that its loop reads': {
    nodes: [
      sequence,
      n('items', 'TensorListFromTensor', ['x', 'element'], list),
      loop(['i0', 'items']),
      n('y', 'TensorListStack', ['loop:1', 'element'], list),
    ],
    weights: { ...numbers, ...shapes },
    functions: [
      fn('go', ['t', 'l'], [konst('n3'), n('less', 'Less', ['t', 'n3:output:0'])], ['less:z:0']),
      fn(
        'step',
        ['t', 'l'],
        [
          konst('i1'),
          konst('element'),
          n('more', 'AddV2', ['i1:output:0', 't']),
          n('a', 'TensorListGetItem', ['l', 't', 'element:output:0'], list),
          n('b', 'TensorListGetItem', ['l', 'more:z:0', 'element:output:0'], list),
          n('sum', 'AddV2', ['a:item:0', 'b:item:0']),
          n('set', 'TensorListSetItem', ['l', 'more:z:0', 'sum:z:0'], list),
        ],
        ['more:z:0', 'set:output_handle:0'],
      ),
    ],
    unrolls: 1,
    carries: 1,
  },
  'a list that a loop makes longer': {
    nodes: [
      sequence,
      n('items', 'TensorListFromTensor', ['x', 'element'], list),
      n('none', 'EmptyTensorList', ['any', 'n5'], list),
      loop(['i0', 'items', 'none']),
      n('y', 'TensorListStack', ['loop:2', 'element'], list),
      n('count', 'TensorListLength', ['loop:2']),
      n('t', 'AddV2', ['loop', 'count']),
    ],
    weights: { ...numbers, ...shapes },
    functions: [
      fn('go', ['t', 'x', 'l'], [konst('n3'), n('less', 'Less', ['t', 'n3:output:0'])], ['less:z:0']),
      fn(
        'step',
        ['t', 'x', 'l'],
        [
          konst('i1'),
          konst('element'),
          n('more', 'AddV2', ['t', 'i1:output:0']),
          n('a', 'TensorListGetItem', ['x', 't', 'element:output:0'], list),
          n('b', 'Tanh', ['a:item:0']),
          n('push', 'TensorListPushBack', ['l', 'b:y:0'], list),
        ],
        ['more:z:0', 'x', 'push:output_handle:0'],
      ),
    ],
    unrolls: 1,
    carries: 0,
  },
  'elements of a list': {
    nodes: [
      sequence,
      n('items', 'TensorListFromTensor', ['x', 'element'], list),
      n('length', 'TensorListLength', ['items']),
      n('float', 'Cast', ['length'], { DstT: FLOAT, SrcT: INT }),
      n('two', 'TensorListGather', ['items', 'some', 'element'], list),
      n('y', 'Mul', ['two', 'float']),
    ],
    weights: { ...numbers, ...shapes, some: ints(2, 0) },
  },
  'lists that are filled and joined': {
    nodes: [
      sequence,
      n('scattered', 'TensorListScatterV2', ['x', 'some', 'element', 'n5'], list),
      n('last', 'TensorListGetItem', ['scattered', 'n4', 'element'], list),
      n('ordered', 'TensorListScatter', ['x', 'order', 'element'], list),
      n('y', 'TensorListConcatV2', ['ordered', 'element', 'leading'], {
        ...list,
        dtype: FLOAT,
        element_shape: { shape: { dim: [{ size: '-1' }, { size: '5' }] } },
      }),
      n('none', 'EmptyTensorList', ['any', 'n5'], list),
      n('one', 'TensorListPushBack', ['none', 'last'], list),
      n('both', 'TensorListPushBack', ['one', 'last'], list),
      n('z', 'TensorListStack', ['both', 'element'], list),
    ],
    weights: { ...numbers, ...shapes, some: ints(1, 0, 4, 3), order: ints(0, 1, 2, 3), leading: ints() },
  },
  'a TensorArray in a loop': {
    nodes: [
      sequence,
      n('in', 'TensorArrayV3', ['n4'], array),
      n('filled', 'TensorArrayScatterV3', ['in', 'order', 'x', 'in:1'], { T: FLOAT }),
      n('out', 'TensorArrayV3', ['n4'], array),
      loop(['i0', 'in', 'filled', 'out', 'out:1']),
      n('y', 'TensorArrayGatherV3', ['out', 'order', 'loop:4'], {
        dtype: FLOAT,
        element_shape: { shape: { unknownRank: true } },
      }),
      n('size', 'TensorArraySizeV3', ['out', 'loop:4']),
      n('turns', 'AddV2', ['size', 'loop']),
      n('close', 'TensorArrayCloseV3', ['in']),
    ],
    weights: { ...numbers, order: ints(0, 1, 2, 3) },
    functions: [
      fn('go', ['t', 'a', 'f', 'b', 'g'], [konst('n4'), n('less', 'Less', ['t', 'n4:output:0'])], ['less:z:0']),
      fn(
        'step',
        ['t', 'a', 'f', 'b', 'g'],
        [
          konst('i1'),
          n('more', 'AddV2', ['t', 'i1:output:0']),
          n('read', 'TensorArrayReadV3', ['a', 't', 'f'], { dtype: FLOAT }),
          n('r', 'Tanh', ['read:value:0']),
          n('write', 'TensorArrayWriteV3', ['b', 't', 'r:y:0', 'g'], { T: FLOAT }),
        ],
        ['more:z:0', 'a', 'f', 'b', 'write:flow_out:0'],
      ),
    ],
    unrolls: 1,
    carries: 0,
  },
};

const outputs: Readonly<Record<string, readonly string[]>> = {
  'a recurrent layer': ['y', 'h'],
  'a list that a loop makes longer': ['y', 't'],
  'lists that are filled and joined': ['y', 'z'],
  'a TensorArray in a loop': ['y', 'turns'],
};

/** One of them as the converter writes it. */
export function tensorListModel(name: string): SavedModel {
  const { nodes, weights, functions } = tensorListCases[name];
  return graphModel(nodes, weights, output(...(outputs[name] ?? ['y'])), functions);
}
