import type { Attribute } from './attribute';

/** What names and attributes mean at one place: in the graph, in one call of a function, in a graph inside one of these. */
export class Scope {
  private readonly names = new Map<string, string>();

  constructor(
    /** What comes before names that are made up here. */
    readonly prefix: string,
    /** What the call gives the attributes of its function; undefined where nothing refers to any. */
    readonly attributes: ReadonlyMap<string, Attribute> | undefined,
    private readonly outer?: Scope,
  ) {}

  has(name: string): boolean {
    return this.names.has(name);
  }

  set(name: string, meaning: string): void {
    this.names.set(name, meaning);
  }

  /** The name in the flat graph. What a function reads and does not define is not the value of that name outside. */
  get(name: string): string {
    if (name === '') return '';
    return this.names.get(name) ?? this.outer?.get(name) ?? this.prefix + name;
  }
}
