import { ModelError } from '../../../ir/errors';
import { elementCount } from '../../../ir/tensor';
import { say } from '../../../texts/say';
import { sizesOf, type SampleTable } from './sampleTable';

/** What is known of the samples besides their inputs. */
export type Labels =
  /** The number of each sample's class. */
  | {
      readonly kind: 'class';
      readonly name: string;
      readonly numbers: Int32Array;
      /** One more than the largest. */
      readonly classes: number;
      readonly words?: readonly string[];
    }
  /** Numbers that the outputs should be. */
  | { readonly kind: 'values'; readonly name: string; readonly table: SampleTable };

/** Labels are read at once up to this many numbers: who would check more by hand. */
const MOST_LABELS = 2 ** 27;

/**
 * Labels as classes where they are such: whole numbers from 0, words, or rows with a single 1; else as values.
 * @param samples how many samples there are
 * @throws ModelError `invalid` when there are not as many labels as samples
 */
export async function fitLabels(table: SampleTable, samples: number, data: string): Promise<Labels> {
  const { name, count, classes: words } = table;
  if (count !== samples) {
    throw new ModelError('invalid', say`${name} holds ${sizesOf(table)} labels, ${data} ${samples} samples`);
  }
  const width = elementCount(table.shape);
  if (count * width > MOST_LABELS) return { kind: 'values', name, table };
  const values = await table.read(0, count);
  const numbers = width === 1 ? values : oneHot(values, width);
  if (numbers === undefined || !numbers.every((v) => Number.isInteger(v) && v >= 0 && v < 2 ** 31)) {
    return { kind: 'values', name, table };
  }
  let most = 0;
  for (const v of numbers) if (v > most) most = v;
  return { kind: 'class', name, numbers: Int32Array.from(numbers), classes: words?.length ?? most + 1, words };
}

/** The place of the 1 in each row; undefined unless every row is a single 1 among zeros. */
function oneHot(values: Float32Array, width: number): Float32Array | undefined {
  const places = new Float32Array(values.length / width);
  for (let row = 0; row < places.length; row++) {
    let at = -1;
    for (let i = 0; i < width; i++) {
      const v = values[row * width + i];
      if (v === 0) continue;
      if (v !== 1 || at >= 0) return undefined;
      at = i;
    }
    if (at < 0) return undefined;
    places[row] = at;
  }
  return places;
}
