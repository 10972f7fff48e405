import { ModelError } from '../../../ir/errors';
import { elementCount } from '../../../ir/tensor';
import { say, translated } from '../../../texts/say';
import { hostTensor, type HostTensor } from '../../hostTensor';
import type { LossOutput } from '../../lossOutputs';
import { Random } from '../../random';
import type { InputSpec } from '../inputSpec';
import { purpose } from '../samples';
import {
  FOLLOWERS,
  followers,
  scaleOf,
  squash,
  squashed,
  standardised,
  SyntheticData,
  type FedOutput,
  type Scale,
} from '../syntheticData';
import { Teacher } from '../teacher';
import type { TrainingData } from '../trainingData';
import type { FittedData, FittedTable } from './fitData';
import { reordered } from './layout';
import { Shuffle } from './shuffle';
import { sizesOf } from './sampleTable';

/** Bytes of a picture are brought between 0 and 1. */
const BYTE_SCALE = 1 / 255;

/** What an input is fed from: a table, by which factor; undefined for inputs that no file holds anything for. */
interface Feed {
  readonly spec: InputSpec;
  readonly fitted?: FittedTable;
  readonly factor: number;
}

/**
 * Samples of files, each once in a random order and then again in another. Numbers are fed as they are, bytes divided by 255
 * unless the network does that itself or takes bytes. Inputs that the files hold nothing for are made.
 */
export class FileData implements TrainingData {
  readonly kind = 'file';
  private readonly feedsOf: readonly Feed[];
  private readonly made: SyntheticData;
  private readonly shuffle: Shuffle;
  private readonly teachers: ReadonlyMap<FedOutput, { readonly teacher: Teacher; scale?: Scale }>;

  /** @throws ModelError `invalid` when there are fewer samples than a batch takes */
  constructor(
    private readonly data: FittedData,
    inputs: readonly InputSpec[],
    private readonly outputs: readonly FedOutput[],
    private readonly batch: number,
    seed: number,
  ) {
    if (data.count < batch) {
      throw new ModelError(
        'invalid',
        say`the data hold ${data.count} samples, fewer than a batch of ${batch}: choose a smaller one`,
      );
    }
    this.shuffle = new Shuffle(data.count, seed);
    this.feedsOf = inputs.map((spec) => {
      const fitted = data.samples.get(spec.name);
      return { spec, fitted, factor: fitted !== undefined && isBytes(spec, fitted) ? BYTE_SCALE : 1 };
    });
    this.made = new SyntheticData(
      inputs.filter((i) => !data.samples.has(i.name)),
      [],
      batch,
      seed,
    );
    this.teachers = new Map(
      outputs.flatMap((o, i) =>
        o.kind === 'teacher'
          ? [[o, { teacher: new Teacher(o, inputs[o.input], new Random(seed, purpose.teacher, i)) }] as const]
          : [],
      ),
    );
  }

  async feeds(step: number): Promise<Map<string, HostTensor>> {
    const rows = Array.from({ length: this.batch }, (_, i) => this.shuffle.at(step * this.batch + i));
    const feeds = new Map(this.made.feeds(step));
    const values: Float32Array[] = [];
    for (const feed of this.feedsOf) {
      const { name, dtype, shape } = feed.spec;
      const data = feed.fitted
        ? await this.batchOf(feed, feed.fitted, rows)
        : Float32Array.from(feeds.get(name)!.data, Number);
      values.push(data);
      if (feed.fitted) feeds.set(name, hostTensor(dtype, shape, data));
    }
    for (const output of this.outputs) feeds.set(output.target, await this.target(output, rows, values));
    return feeds;
  }

  describeInputs(): string {
    const parts = this.feedsOf.flatMap(({ fitted, factor }) => {
      if (fitted === undefined) return [];
      const { table, layout, range } = fitted;
      const figures = range.map((v) => Number(v.toPrecision(4))).join('..');
      const scaled = factor === 1 ? '' : say`, divided by 255`;
      return `${table.name} ${sizesOf(table)} ${table.dtype} ${figures}${layout.words ? `, ${layout.words}` : ''}${scaled}`;
    });
    const made = this.feedsOf.length > this.data.samples.size ? say`; inputs that it does not hold are made` : '';
    return say`${this.data.count} samples in random order: ${parts.join('; ')}${made}`;
  }

  describeTargets(): string {
    return [...new Set(this.outputs.map((o) => this.describeTarget(o)))].join('; ');
  }

  private describeTarget(output: FedOutput): string {
    const { labels } = this.data;
    const teacher = this.teachers.get(output)?.teacher;
    if (teacher !== undefined) return say`a fixed random teacher: ${teacher.words}${squashed(output)}`;
    if (output.kind === 'token') return translated(FOLLOWERS);
    if (output.kind === 'input') return say`the model's own input${squashed(output)}`;
    if (labels?.kind !== 'class') return say`the values of ${labels!.name}`;
    const as = output.kind === 'labels' && output.classes >= 2 ? say`, as a 1 among zeros` : '';
    return say`the classes of ${labels.name}, ${labels.classes} of them${as}`;
  }

  private async batchOf({ spec, factor }: Feed, fitted: FittedTable, rows: readonly number[]): Promise<Float32Array> {
    const { table, layout } = fitted;
    const size = elementCount(table.shape);
    const batch = new Float32Array(rows.length * size);
    for (const [i, row] of rows.entries()) {
      const sample = await table.read(row, 1);
      for (const v of sample) if (!Number.isFinite(v)) throw wrong(fitted, row, `${v}`);
      if (spec.kind === 'tokens') {
        const bad = sample.find((v) => !(v >= 0 && v < spec.vocabulary));
        if (bad !== undefined) {
          throw wrong(fitted, row, say`token ${bad}, and the model knows ${spec.vocabulary} tokens, from 0 on`);
        }
      }
      batch.set(layout.order ? reordered(sample, table.shape, layout.order) : sample, i * size);
    }
    if (factor !== 1) for (let i = 0; i < batch.length; i++) batch[i] *= factor;
    return batch;
  }

  private async target(output: FedOutput, rows: readonly number[], data: readonly Float32Array[]): Promise<HostTensor> {
    const { labels } = this.data;
    const entry = this.teachers.get(output);
    if (entry !== undefined) {
      const raw = entry.teacher.targets(data[output.input]);
      // by the scale of the first batch
      entry.scale ??= scaleOf(raw);
      return hostTensor('float32', output.shape, squash(standardised(raw, entry.scale), output.bounds));
    }
    if (output.kind === 'token') return followers(output, data[output.input]);
    if (output.kind === 'input') return hostTensor('float32', output.shape, squash(data[output.input], output.bounds));
    if (labels?.kind === 'class') {
      const classes = rows.map((row) => labels.numbers[row]);
      if (output.kind === 'class') return hostTensor('int64', [this.batch, 1], classes);
      return hostTensor('float32', output.shape, output.classes >= 2 ? oneHot(classes, output) : classes);
    }
    const size = elementCount(output.shape.slice(1));
    const values = new Float32Array(rows.length * size);
    for (const [i, row] of rows.entries()) values.set(await labels!.table.read(row, 1), i * size);
    return hostTensor('float32', output.shape, values);
  }
}

function isBytes(spec: InputSpec, { table, range: [, high] }: FittedTable): boolean {
  const float = spec.dtype === 'float32' || spec.dtype === 'float64';
  return float && table.dtype === 'uint8' && high > 1 && spec.scaledInGraph !== true;
}

function oneHot(classes: readonly number[], { shape }: LossOutput): Float32Array {
  const width = elementCount(shape.slice(1));
  const values = new Float32Array(classes.length * width);
  classes.forEach((c, i) => (values[i * width + c] = 1));
  return values;
}

function wrong({ table }: FittedTable, row: number, what: string): ModelError {
  return new ModelError('invalid', say`${table.name} holds ${what} in sample ${row}`);
}
