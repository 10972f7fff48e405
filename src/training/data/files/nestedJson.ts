import type { ByteSource } from '../../../ir/byteSource';
import { ModelError } from '../../../ir/errors';
import { elementCount } from '../../../ir/tensor';
import { say } from '../../../texts/say';
import type { SampleTable } from './sampleTable';

const LARGEST_JSON = 2 ** 28;
const MOST_AXES = 8;

/**
 * Nested lists of numbers as TensorFlow.js takes them: one list, or an object of lists by name ({"xs": [[0, 1]], "ys": [1]}).
 * @throws ModelError `too-large` beyond 256 MB, `corrupt` for text that is no JSON, `invalid` with the place of what does not fit
 */
export async function openNestedJson(source: ByteSource, name: string): Promise<Map<string, SampleTable>> {
  if (source.size > LARGEST_JSON) {
    throw new ModelError(
      'too-large',
      say`${name} has ${source.size} bytes of JSON. Save so many numbers as an .npy file.`,
    );
  }
  const text = new TextDecoder().decode(await source.read(0, source.size));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ModelError('corrupt', say`${name} is no JSON: ${(error as Error).message.slice(0, 120)}`);
  }
  if (Array.isArray(value)) return new Map([['', tableOf(value, name, '$', text.length)]]);
  const lists = Object.entries(value as object).filter((e): e is [string, unknown[]] => Array.isArray(e[1]));
  if (lists.length === 0) throw new ModelError('invalid', say`${name} holds no list of numbers`, { jsonPath: '$' });
  return new Map(lists.map(([key, list]) => [key, tableOf(list, `${name}: ${key}`, `$.${key}`, text.length)]));
}

function tableOf(list: readonly unknown[], name: string, path: string, characters: number): SampleTable {
  const shape: number[] = [];
  for (let inner: unknown = list; Array.isArray(inner) && shape.length <= MOST_AXES; inner = inner[0]) {
    shape.push(inner.length);
  }
  if (shape.length > MOST_AXES) throw new ModelError('invalid', say`${name} is nested too deeply`, { jsonPath: path });
  if (shape.includes(0)) throw new ModelError('empty', say`${name} holds an empty list`, { jsonPath: path });
  const [count, ...sample] = shape;
  const elements = elementCount(sample);
  // a number takes a character at least: lists that are shorter than the first are found below, before they cost memory here
  if (count * elements > characters) {
    throw new ModelError('invalid', say`the lists of ${name} are not of equal length`, { jsonPath: path });
  }
  const values = new Float32Array(count * elements);
  let at = 0;
  const fill = (value: unknown, depth: number, place: () => string): void => {
    if (depth === shape.length) {
      const number = typeof value === 'boolean' ? Number(value) : value;
      if (typeof number !== 'number')
        throw new ModelError('invalid', say`${name} holds no number here`, { jsonPath: place() });
      values[at++] = number;
      return;
    }
    if (!Array.isArray(value) || value.length !== shape[depth]) {
      throw new ModelError(
        'invalid',
        say`${name} should hold a list of ${shape[depth]} here, as its first sample does`,
        {
          jsonPath: place(),
        },
      );
    }
    value.forEach((v, i) => fill(v, depth + 1, () => `${place()}[${i}]`));
  };
  fill(list, 0, () => path);
  return {
    ...{ name, count, shape: sample, dtype: 'JSON' },
    read: (from, number) => Promise.resolve(values.subarray(from * elements, (from + number) * elements)),
  };
}
