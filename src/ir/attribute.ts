import type { Graph } from './graph';
import type { Tensor } from './tensor';

/** The value of one attribute of a node (AttributeProto). Integers beyond 2^53 are the nearest number. */
export type Attribute =
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'tensor'; readonly value: Tensor }
  | { readonly type: 'graph'; readonly value: Graph }
  | { readonly type: 'floats'; readonly value: readonly number[] }
  | { readonly type: 'ints'; readonly value: readonly number[] }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'tensors'; readonly value: readonly Tensor[] }
  | { readonly type: 'graphs'; readonly value: readonly Graph[] }
  /** Inside a function body: takes the value of the calling node's attribute of this name, which is of type `of`. */
  | { readonly type: 'reference'; readonly value: string; readonly of?: AttributeType }
  /** Sparse tensors, types and whatever later IR versions add: `value` names the kind, `bytes` is the AttributeProto for the writer. */
  | { readonly type: 'opaque'; readonly value: string; readonly bytes?: Uint8Array };

export type AttributeType = Attribute['type'];

/** What a builder may give for an attribute; numbers need saying whether they are ints or floats. */
export const attribute = {
  int: (value: number): Attribute => ({ type: 'int', value }),
  float: (value: number): Attribute => ({ type: 'float', value }),
  string: (value: string): Attribute => ({ type: 'string', value }),
  ints: (value: readonly number[]): Attribute => ({ type: 'ints', value }),
  floats: (value: readonly number[]): Attribute => ({ type: 'floats', value }),
  tensor: (value: Tensor): Attribute => ({ type: 'tensor', value }),
};
