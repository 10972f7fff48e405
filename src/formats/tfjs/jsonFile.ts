import { ModelError } from '../../ir/errors';
import type { Graph } from '../../ir/graph';
import type { Model, Problem } from '../../ir/model';
import type { MutableGraph, MutableNode } from '../../ir/mutableGraph';
import type { Origin } from '../../ir/origin';
import { TextLines } from '../../ir/textLines';
import { Cancellation } from './cancelTransposes';
import { declareTypes } from './declareTypes';
import { JsonIndex, type Span } from './jsonIndex';
import type { JsonPlace } from './jsonPlace';
import type { TensorValue } from './layerScope';
import { parseJson } from './parseJson';
import { ProblemList } from './problems';
import type { Report } from './topology';

type OriginWords = Omit<Origin, 'offset' | 'length'>;

/** The text of a model that is JSON. Positions in it are looked up when somebody asks: opening a model does not pay for them. */
export class JsonFile {
  readonly lines: TextLines;
  readonly report: Report;
  private readonly found: ProblemList;
  private readonly index: () => JsonIndex;

  constructor(private readonly text: string) {
    this.lines = new TextLines(text);
    this.index = once(() => JsonIndex.of(text));
    this.found = new ProblemList(this.lines, this.index);
    this.report = this.found.add.bind(this.found);
  }

  /** @throws ModelError with line and character of the first place that is not JSON */
  parse(): unknown {
    return parseJson(this.text);
  }

  /** What was reported so far. */
  problems(): readonly Problem[] {
    return this.found.list();
  }

  /** Where a value stands in the text. */
  spanOf(place: JsonPlace): Span | undefined {
    return this.index().valueAt(place);
  }

  /** The user's own words for a node, which stand at a place of the text. */
  origin(place: JsonPlace, words: OriginWords): Origin {
    return new PlacedOrigin(words, place, this.index);
  }
}

/** An origin whose offsets are looked up when somebody asks. A class, since a model has thousands of them. */
class PlacedOrigin implements Origin {
  readonly layer: string;
  readonly kind: string;
  readonly config: Origin['config'];
  readonly isNode: boolean | undefined;

  constructor(
    words: OriginWords,
    private readonly place: JsonPlace,
    private readonly index: () => JsonIndex,
  ) {
    this.layer = words.layer;
    this.kind = words.kind;
    this.config = words.config;
    this.isNode = words.isNode;
  }

  get offset(): number {
    return this.span()?.offset ?? 0;
  }

  get length(): number {
    return this.span()?.length ?? 0;
  }

  private span() {
    return this.index().valueAt(this.place);
  }
}

/** Runs an opening function; its errors name the file as the user did. */
export async function opening(path: string, open: () => Promise<Model>): Promise<Model> {
  try {
    return await open();
  } catch (error) {
    throw error instanceof ModelError ? error.withPath(path) : error;
  }
}

/** A value that is made when it is first asked for. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** A graph that layers or nodes were lowered to. */
export interface Lowered {
  readonly graph: MutableGraph;
  /** The values with their shapes and types in the file's layout. */
  readonly values: readonly TensorValue[];
  /** Transposes that only change the layout. */
  readonly layoutTransposes: Pick<ReadonlySet<MutableNode>, 'has'>;
  /** A name that nothing in the graph has yet: the wanted one, else with a number. */
  claim(wanted: string): string;
}

/** The finished graph: transposes that undo each other are gone, and the values have their types. */
export function finished(lowered: Lowered): Graph {
  return finishedWithLayouts(lowered).graph;
}

/**
 * The same, with the order of the axes of the values whose layout has changed (see `cancelTransposes`), by name, and the pass
 * that has changed it.
 */
export function finishedWithLayouts(lowered: Lowered): {
  readonly graph: Graph;
  readonly moved: ReadonlyMap<string, readonly number[]>;
  readonly cancellation: Cancellation;
  readonly nodes: readonly MutableNode[];
} {
  const { graph, values, layoutTransposes } = lowered;
  const cancellation = new Cancellation(graph, layoutTransposes, (wanted) => lowered.claim(wanted));
  const moved = cancellation.run();
  declareTypes(graph, values, moved);
  return { graph: graph.finish(), moved, cancellation, nodes: graph.nodes };
}
