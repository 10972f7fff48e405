import type { ValueId } from '../ir/graph';
import type { Layer, LayerView } from '../layers/layerView';
import type { NormParameterFacts } from '../protocol/facts';
import { isFiller } from './normParameters';

/** Enough to see two heaps and a tail. */
const BINS = 16;
const names = ['scale', 'shift', 'mean', 'variance'] as const;

/** How a norm's numbers are distributed; nothing for a layer that is no norm, or whose numbers the file does not hold. */
export function parameterFacts(
  { norm }: Layer,
  view: LayerView,
  values: (value: ValueId) => Float32Array | undefined,
): readonly NormParameterFacts[] {
  const found: NormParameterFacts[] = [];
  for (const name of names) {
    const value = norm?.[name];
    const numbers = value === undefined || isFiller(value, view) ? undefined : values(value);
    if (numbers !== undefined && numbers.length > 0) found.push({ name, ...distribution(numbers) });
  }
  return found;
}

type Distribution = Omit<NormParameterFacts, 'name'>;

/** Numbers that are kept while a text is edited are looked at once. */
const known = new WeakMap<Float32Array, Distribution>();

function distribution(numbers: Float32Array): Distribution {
  let found = known.get(numbers);
  if (found === undefined) known.set(numbers, (found = distributionOf(numbers)));
  return found;
}

function distributionOf(numbers: Float32Array): Distribution {
  let [min, max, sum, finite] = [Infinity, -Infinity, 0, 0];
  for (const x of numbers) {
    if (!Number.isFinite(x)) continue;
    min = Math.min(min, x);
    max = Math.max(max, x);
    sum += x;
    finite++;
  }
  const bins = new Array<number>(BINS).fill(0);
  if (finite === 0) return { count: numbers.length, notFinite: numbers.length, min: 0, mean: 0, max: 0, bins };
  const scale = max > min ? BINS / (max - min) : 0;
  for (const x of numbers) if (Number.isFinite(x)) bins[Math.min(BINS - 1, Math.floor((x - min) * scale))]++;
  return { count: numbers.length, notFinite: numbers.length - finite, min, mean: sum / finite, max, bins };
}
