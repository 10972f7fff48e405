import type { ValueType } from '../graph';
import { saneDim, type Dims } from './dims';
import type { Fact } from './inferenceNode';
import type { Call, Source } from './source';

const UNKNOWN: Fact = { kind: 'unknown' };

/** Keeps account of sizes that the caller assumes in place of declared ones, and of the values that they reach. */
export class Resizing {
  private readonly symbols = new Map<string, number>();
  private readonly reached = new Set<string>();
  /** Exchanged leading sizes; undefined when sizes of other axes were exchanged as well. */
  private readonly batch: { from: number; to: number } | undefined;

  constructor(
    source: Source,
    private readonly known: ReadonlyMap<string, readonly number[]>,
  ) {
    const exchanged: { axis: number; from: number; to: number }[] = [];
    for (const { value, type } of source.inputs) {
      const sizes = known.get(source.name(value));
      if (sizes === undefined) continue;
      const before = exchanged.length;
      type?.shape?.forEach((d, axis) => {
        const to = sizes[axis];
        if (typeof d === 'string' && to !== undefined && !this.symbols.has(d)) this.symbols.set(d, to);
        if (typeof d === 'number' && d !== to) exchanged.push({ axis, from: d, to });
      });
      if (exchanged.length > before) this.reached.add(source.name(value));
    }
    const [first] = exchanged;
    if (exchanged.every((e) => e.axis === 0 && e.from === first.from && e.to === first.to)) this.batch = first;
  }

  inputFact(name: string, type: ValueType | undefined): Fact {
    const sizes = this.known.get(name);
    if (sizes !== undefined) return { kind: 'tensor', dtype: type?.dtype, shape: sizes.map(saneDim) };
    return this.bind(type) ?? UNKNOWN;
  }

  /** True when a value that the call computes depends on an input with an exchanged size. */
  follow(source: Source, { inputs, outputs }: Call): boolean {
    if (this.reached.size === 0 || !inputs.some((v) => v >= 0 && this.reached.has(source.name(v)))) return false;
    for (const v of outputs) if (v >= 0) this.reached.add(source.name(v));
    return true;
  }

  /** A declared type as it is under the assumed sizes. */
  adjust(type: ValueType | undefined, resized: boolean): ValueType | undefined {
    const bound = this.bind(type);
    if (!resized || bound?.shape === undefined) return bound;
    const shape: Dims = bound.shape.map((d, axis) => {
      if (typeof d !== 'number') return d;
      if (this.batch === undefined) return null;
      return axis > 0 ? d : d === this.batch.from ? this.batch.to : null;
    });
    return { ...bound, shape };
  }

  /** A declared type with the assumed sizes in place of its symbols. */
  bind(type: ValueType | undefined): ValueType | undefined {
    if (type?.shape === undefined) return type;
    const shape = type.shape.map((d) => (typeof d === 'string' ? (this.symbols.get(d) ?? d) : saneDim(d)));
    return { ...type, shape };
  }
}
