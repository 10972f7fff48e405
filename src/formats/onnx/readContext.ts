import type { GraphBuilder } from '../../ir/graphBuilder';
import type { Graph, ValueId } from '../../ir/graph';
import type { LazyType } from '../../ir/columns';
import { Interner } from './interner';
import type { Problems } from './problems';
import type { Structure } from './structure';
import type { TensorReader } from './tensorReader';
import { lazyType } from './typeReader';
import type { Wire } from './wire';

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
  /** Builders of the graphs read since the last `takeBuilders`: their opsets are known when the model or function has been read. */
  private builders: GraphBuilder[] = [];
  private readonly wordNumbers = new Interner();
  private readonly words: string[] = [];
  private readonly typeNumbers = new Interner();
  private readonly types: LazyType[] = [];

  constructor(
    readonly structure: Structure,
    readonly tensors: TensorReader,
    readonly problems: Problems,
  ) {}

  addBuilder(builder: GraphBuilder): void {
    this.builders.push(builder);
  }

  takeBuilders(): GraphBuilder[] {
    const taken = this.builders;
    this.builders = [];
    return taken;
  }

  /** The current field as a word that many nodes share: an operator, a domain. */
  word(wire: Wire): string {
    wire.expectInMemory();
    const number = this.wordNumbers.intern(wire.bytes, wire.from, wire.length);
    return (this.words[number] ??= wire.text());
  }

  /** True when some operator or domain is such a word. */
  hasWord(test: (word: string) => boolean): boolean {
    return this.words.some(test);
  }

  /** The current field as a TypeProto, which is read when somebody asks; equal ones share one object. */
  type(wire: Wire): LazyType {
    wire.expectInMemory();
    const number = this.typeNumbers.intern(wire.bytes, wire.from, wire.length);
    return (this.types[number] ??= lazyType(wire.payload(), wire.payloadStart));
  }
}
