import type { DataType } from '../../../ir/dataType';
import { ModelError } from '../../../ir/errors';
import type { Dim } from '../../../ir/graph';
import { elementCount } from '../../../ir/tensor';
import { say } from '../../../texts/say';
import { isAuxiliary } from '../inputSpec';
import { fitLabels, type Labels } from './labels';
import { layoutFor, listed, type Layout } from './layout';
import type { OpenedData } from './openData';
import { sizesOf, type SampleTable } from './sampleTable';

/** An input of a model as the file declares it. */
export interface DeclaredInput {
  readonly name: string;
  readonly dtype?: DataType;
  /** With the batch axis. */
  readonly shape?: readonly Dim[];
}

/** A table whose samples an input is fed with. */
export interface FittedTable {
  readonly table: SampleTable;
  readonly layout: Layout;
  /** Smallest and largest of the numbers that were looked at. */
  readonly range: readonly [low: number, high: number];
}

/** Data of files that fit a model. */
export interface FittedData {
  /** By the name of the input. */
  readonly samples: ReadonlyMap<string, FittedTable>;
  readonly labels?: Labels;
  readonly count: number;
  readonly notes: readonly string[];
}

/** Names under which an archive usually holds samples and labels, in order of preference. */
const SAMPLES = ['x', 'xs', 'x_train', 'images', 'data', 'inputs', 'features', 'train_images', 'arr_0'];
const LABELS = ['y', 'ys', 'y_train', 'labels', 'label', 'targets', 'target', 'train_labels', 'arr_1'];

/** So many samples are looked at for the range of the numbers. */
const LOOKED_AT = 64;
/** Side of pictures for an input that leaves its size open. */
const OPEN_SIDE = 64;

/**
 * Finds which array of the data is which input's and how it fits.
 * @throws ModelError `invalid` that says what the input is and what the file holds
 */
export async function fitData(
  data: OpenedData,
  labels: OpenedData | undefined,
  inputs: readonly DeclaredInput[],
): Promise<FittedData> {
  const wanted = inputs.filter(
    (i) => (i.shape?.length ?? 0) > 0 && i.dtype !== undefined && !isAuxiliary(i.name, i.dtype),
  );
  const samples = new Map<string, FittedTable>();
  const misfits: string[] = [];
  for (const input of wanted) {
    const table = tableFor(input, data, wanted.length === 1);
    if (table === undefined) continue;
    const layout = layoutFor(table.shape, input.shape!.slice(1));
    if (layout === undefined) misfits.push(await misfit(input, table));
    else samples.set(input.name, { table, layout, range: await rangeOf(table) });
  }
  if (samples.size === 0) throw new ModelError('invalid', misfits[0] ?? nothingFits(data, wanted));
  const counts = new Set([...samples.values()].map((s) => s.table.count));
  if (counts.size > 1) {
    const stated = [...samples.values()].map(({ table }) => say`${table.count} in ${table.name}`).join(', ');
    throw new ModelError('invalid', say`the arrays do not hold equally many samples: ${stated}`);
  }
  const [count] = counts;
  if (count === 0) throw new ModelError('empty', say`${data.name} holds no samples`);
  const left = wanted.filter((i) => !samples.has(i.name)).map((i) => i.name);
  const source = labelTable(data, labels);
  return {
    samples,
    labels: source === undefined ? undefined : await fitLabels(source, count, data.name),
    count,
    notes: [
      ...data.notes,
      ...(labels?.notes ?? []),
      ...[...samples].flatMap(([name, { layout }]) =>
        layout.words ? [say`data for input ${name}: ${layout.words}`] : [],
      ),
      ...(left.length > 0 ? [say`${data.name} holds nothing for ${left.join(', ')}: made data are fed there`] : []),
    ],
  };
}

function tableFor(input: DeclaredInput, data: OpenedData, only: boolean): SampleTable | undefined {
  if (data.pictures !== undefined) return pictureTable(input, data);
  const own = data.tables.get(input.name);
  if (own !== undefined || !only)
    return own ?? (data.tables.size === 1 ? data.tables.values().next().value : undefined);
  const usual = SAMPLES.find((name) => data.tables.has(name));
  if (usual !== undefined) return data.tables.get(usual);
  return data.tables.size === 1 ? data.tables.values().next().value : undefined;
}

function pictureTable(input: DeclaredInput, { pictures }: OpenedData): SampleTable | undefined {
  const sample = input.shape!.slice(1);
  const size = (d: Dim, open: number) => (typeof d === 'number' && d > 0 ? d : open);
  if (sample.length === 2) return pictures!.sized(size(sample[0], OPEN_SIDE), size(sample[1], OPEN_SIDE), 1, -1);
  if (sample.length !== 3) return undefined;
  const few = (d: Dim) => typeof d === 'number' && d >= 1 && d <= 4;
  const channelAxis = few(sample[0]) || !few(sample[2]) ? 0 : 2;
  const [height, width] = channelAxis === 0 ? sample.slice(1) : sample;
  const channels = size(sample[channelAxis], 3);
  if (channels > 4) return undefined;
  return pictures!.sized(size(height, OPEN_SIDE), size(width, OPEN_SIDE), channels, channelAxis);
}

function labelTable(data: OpenedData, labels: OpenedData | undefined): SampleTable | undefined {
  if (labels === undefined) {
    const usual = LABELS.find((name) => data.tables.has(name));
    return data.labels ?? (usual === undefined ? undefined : data.tables.get(usual));
  }
  if (labels.pictures !== undefined) {
    throw new ModelError('invalid', say`${labels.name} is a folder of pictures: labels are numbers or words`);
  }
  // a CSV file of one column of words is all label
  if (labels.labels !== undefined) return labels.labels;
  const usual = LABELS.find((name) => labels.tables.has(name));
  const table = usual !== undefined ? labels.tables.get(usual) : labels.tables.values().next().value;
  if (usual === undefined && labels.tables.size > 1) {
    throw new ModelError('invalid', say`${labels.name} holds ${arrays(labels)}: name the labels y or labels`);
  }
  return table;
}

async function rangeOf(table: SampleTable): Promise<[number, number]> {
  const values = await table.read(0, Math.min(table.count, LOOKED_AT));
  let [low, high] = [Infinity, -Infinity];
  for (const v of values) {
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return [low, high];
}

async function misfit(input: DeclaredInput, table: SampleTable): Promise<string> {
  const [low, high] = await rangeOf(table);
  const figure = (v: number) => String(Number(v.toPrecision(4)));
  const range = table.count > 0 ? `, ${figure(low)}..${figure(high)}` : '';
  const per = say`${elementCount(table.shape)} numbers a sample`;
  return say`the model's input '${input.name}' is ${listed(input.shape!)}; ${table.name} holds ${sizesOf(table)} ${table.dtype}${range} (${per})`;
}

function nothingFits(data: OpenedData, wanted: readonly DeclaredInput[]): string {
  const names = wanted.map((i) => `'${i.name}' ${listed(i.shape!)}`).join(', ');
  if (wanted.length === 0) return say`the model has no input that samples are fed to`;
  if (data.pictures !== undefined)
    return say`${data.name} holds pictures, and no input of the model takes them: ${names}`;
  return say`${data.name} holds ${arrays(data)}, and the model's inputs are ${names}: save the arrays under the names of the inputs`;
}

function arrays({ tables }: OpenedData): string {
  const listed = [...tables].slice(0, 10).map(([name, table]) => `${name} ${sizesOf(table)}`.trim());
  return listed.join(', ') + (tables.size > 10 ? say` and ${tables.size - 10} more` : '');
}
