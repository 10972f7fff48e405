import type { Graph, ValueId } from '../../ir/graph';
import type { LazyType } from '../../ir/columns';
import { internerFor, type Interner } from './interner';
import type { Problems } from './problems';
import type { Structure } from './structure';
import type { TensorReader } from './tensorReader';
import { lazyType } from './typeReader';
import { BYTES, type Wire } from './wire';

/** Beside a graph, what counting needs to know of it. */
export interface GraphRecord {
  readonly graph: Graph;
  /** Bodies in the attributes of its nodes. */
  readonly subgraphs: readonly Graph[];
  /** Outputs of Constant and ConstantOfShape nodes. */
  readonly constants: readonly ValueId[];
  /** True when a node of the graph reads the value. */
  readonly isRead: (value: ValueId) => boolean;
}

/** What the readers of one file's graphs share. */
export class ReadContext {
  readonly records = new Map<Graph, GraphRecord>();
  /** Of the model or function being read: its graphs share them, since a file may state them after its graphs. */
  opsets = new Map<string, number>();
  /** Bytes of the structure that are in memory. */
  readonly size: number;
  private readonly wordNumbers: Interner;
  private readonly words: string[] = [];
  private readonly typeNumbers: Interner;
  private readonly types: LazyType[] = [];

  constructor(
    readonly structure: Structure,
    readonly tensors: TensorReader,
    readonly problems: Problems,
  ) {
    let size = 0;
    for (let i = 0; i < structure.length; i++) size += structure[i].bytes.length;
    this.size = size;
    this.wordNumbers = internerFor(size);
    this.typeNumbers = internerFor(size);
  }

  /** The current field as a word that many nodes share: an operator, a domain. */
  word(wire: Wire): string {
    const { bytes, from, length } = wire;
    if (wire.type !== BYTES || from + length > bytes.length) wire.expectInMemory();
    const number = this.wordNumbers.intern(bytes, from, length);
    return (this.words[number] ??= wire.text());
  }

  /** True when some operator or domain is such a word. */
  hasWord(test: (word: string) => boolean): boolean {
    return this.words.some(test);
  }

  /** The current field as a TypeProto, which is read when somebody asks; equal ones share one object. */
  type(wire: Wire): LazyType {
    const { bytes, base, from, length } = wire;
    if (wire.type !== BYTES || from + length > bytes.length) wire.expectInMemory();
    const number = this.typeNumbers.intern(bytes, from, length);
    return (this.types[number] ??= lazyType(bytes.subarray(from, from + length), base + from));
  }
}
