import type { ByteSource, ModelFolder } from '../../ir/byteSource';
import { bitsPerElement, type DataType } from '../../ir/dataType';
import { ModelError } from '../../ir/errors';
import { elementCount, type Tensor } from '../../ir/tensor';
import { decodeFloats } from '../../ir/tensorValues';
import { isCount, isObject, member, objectMember, stringMember, type JsonObject } from './jsonAccess';
import type { JsonPlace } from './jsonPlace';
import { permuted } from './permuted';
import { Shards } from './shards';
import { shown, type Report } from './topology';

/** How a weight is stored where that is not its own type (tfjs-converter's --quantize_*). */
interface Quantization {
  readonly dtype: 'uint8' | 'uint16' | 'float16';
  readonly scale: number;
  readonly min: number;
}

/** Types that a manifest may state, and what they are here. Float16 weights are computed with as float32. */
const dataTypes: ReadonlyMap<string, DataType> = new Map([
  ['float32', 'float32'],
  ['float16', 'float32'],
  ['int32', 'int32'],
  ['uint8', 'uint8'],
  ['uint16', 'uint16'],
  ['bool', 'bool'],
  ['string', 'string'],
]);

/** So many texts of one weight are skipped over to find what lies behind them. */
const MOST_STRINGS = 2 ** 20;
/** Bytes read at once while skipping over texts. */
const STRING_CHUNK = 2 ** 16;

const storedBytes: ReadonlyMap<string, number> = new Map([
  ['float32', 4],
  ['float16', 2],
  ['int32', 4],
  ['uint8', 1],
  ['uint16', 2],
  ['bool', 1],
  ['complex64', 8],
]);

/** One weight of the manifest. */
export interface StoredWeight {
  readonly name: string;
  readonly dtype: DataType;
  readonly dims: readonly number[];
  /** False when its bytes lie in a file that is not there, or beyond the end of the files. */
  readonly present: boolean;
  /** The values, row-major and dequantised, packed little-endian in `dtype`. */
  read(): Promise<Uint8Array>;
}

/** A weight as a manifest lists it, used by a layer or not. */
export interface ListedWeight {
  /** Without ':0'. */
  readonly name: string;
  /** Index in the group's list. */
  readonly entry: number;
  readonly dims: readonly number[];
  /** Type of the stored bytes. */
  readonly storage: string;
  readonly quantized: boolean;
  /** Where its bytes begin in the group's files. */
  readonly offset: number;
  readonly bytes: number;
}

/** A group of a manifest as its files hold it. */
export interface WeightGroup {
  readonly weights: readonly ListedWeight[];
  readonly shards: Shards;
  /** Size of its largest file, in bytes. */
  readonly largestFile: number;
}

/** A group of weights that stand one after the other in the same files. */
interface Group {
  readonly listed: readonly unknown[];
  readonly paths: readonly string[];
  readonly shards: Shards;
  /** Bytes of the weights that hold texts, by index. */
  readonly textBytes: ReadonlyMap<number, number>;
  readonly place: JsonPlace;
}

/** The weights that a model.json lists, by name. Who they are is gone through when somebody asks for one. */
export class WeightManifest {
  private readonly groups: Group[] = [];
  private readonly indexed = new Map<string, StoredWeight>();
  private byTail: ReadonlyMap<string, StoredWeight | 'ambiguous'> | undefined;
  private sorted: readonly StoredWeight[] | undefined;
  private isIndexed = false;

  private constructor(
    readonly isStated: boolean,
    private readonly report: Report,
  ) {}

  /**
   * Opens the files of a `weightsManifest`, a list of `{ paths, weights }`, without reading them.
   * Nothing in it is fatal: what cannot be had is reported, and its weights are not present.
   */
  static async open(manifest: unknown, folder: ModelFolder, place: JsonPlace, report: Report): Promise<WeightManifest> {
    const weights = new WeightManifest(Array.isArray(manifest) && manifest.length > 0, report);
    if (manifest === undefined || manifest === null) return weights;
    if (!Array.isArray(manifest)) {
      report('invalid-manifest', 'the weightsManifest is not a list: the weights are taken as missing', place);
      return weights;
    }
    const opened = new Map<string, ByteSource>();
    for (let g = 0; g < manifest.length; g++) {
      const group: unknown = manifest[g];
      if (isObject(group)) await weights.openGroup(group, folder, place.to(g), opened);
      else report('invalid-manifest', `weight group ${g} is not an object and is left out`, place.to(g));
    }
    return weights;
  }

  /** True while the files of the weights are those that were opened; false also where nobody knows. */
  async isCurrent(folder: ModelFolder): Promise<boolean> {
    for (const { shards, paths } of this.groups) {
      if (!shards.areSame(await Shards.open(folder, paths, new Map()))) return false;
    }
    return true;
  }

  get all(): Iterable<StoredWeight> {
    return this.byName.values();
  }

  has(name: string): boolean {
    return this.byName.has(name);
  }

  /**
   * The weight of a layer, under whatever name the writer gave it: `prefix/layer/weight` in nested models, `layer/weight`,
   * `layer/index` (Keras 3), `layer/cell/weight` (recurrent layers since TensorFlow 2.2).
   */
  find(prefix: string, layer: string, weight: string, index: number): StoredWeight | undefined {
    const { byName } = this;
    const exact =
      (prefix === '' ? undefined : byName.get(`${prefix}${layer}/${weight}`)) ??
      byName.get(`${layer}/${weight}`) ??
      byName.get(`${prefix}${layer}/${index}`) ??
      byName.get(`${layer}/${index}`);
    if (exact !== undefined) return exact;
    const innermost = layer.slice(layer.lastIndexOf('/') + 1);
    const tails = (this.byTail ??= weightsByTail(byName.values()));
    const tail = tails.get(`${layer}/${weight}`) ?? tails.get(`${innermost}/${weight}`);
    return tail === 'ambiguous' ? undefined : tail;
  }

  /** Weights whose names begin with the layer's name. */
  ofLayer(layer: string): StoredWeight[] {
    const prefix = `${layer}/`;
    this.sorted ??= [...this.byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sorted[middle].name < prefix) low = middle + 1;
      else high = middle;
    }
    let end = low;
    while (end < this.sorted.length && this.sorted[end].name.startsWith(prefix)) end++;
    return this.sorted.slice(low, end);
  }

  /**
   * The groups with the place of every weight, for those who write them anew.
   * @throws ModelError `unsupported` when a weight is stored in a way that is not known, so that nobody knows where others begin
   */
  groupsAsStored(): WeightGroup[] {
    return this.groups.map(({ listed, shards, textBytes, place }) => {
      let offset = 0;
      const weights = listed.map((stated, entry): ListedWeight => {
        const layout = layoutOf(stated, place.to('weights', entry), () => undefined);
        const bytes = textBytes.get(entry) ?? layout?.bytes;
        if (layout === undefined || bytes === undefined || !Number.isFinite(bytes))
          throw new ModelError('unsupported', `weight ${entry} of a group is stored in a way that is not known here`);
        const { dims, storage, quantization } = layout;
        offset += bytes;
        const where = { entry, offset: offset - bytes, bytes };
        return { name: plainName(layout.name), dims, storage, quantized: quantization !== undefined, ...where };
      });
      return { weights, shards, largestFile: shards.largestFile };
    });
  }

  private async openGroup(
    group: JsonObject,
    folder: ModelFolder,
    place: JsonPlace,
    opened: Map<string, ByteSource>,
  ): Promise<void> {
    const listed = member(group, 'weights');
    const stated = member(group, 'paths');
    if (!Array.isArray(listed)) {
      this.report('invalid-manifest', 'a weight group lists no weights', place);
      return;
    }
    const paths = Array.isArray(stated) ? stated.filter((p): p is string => typeof p === 'string') : [];
    const shards = await Shards.open(folder, paths, opened);
    if (shards.failure !== undefined) this.report(shards.failure.code, shards.failure.message, place.to('paths'));
    this.groups.push({ listed, paths, shards, textBytes: await textBytesOf(listed, shards, place), place });
  }

  private get byName(): ReadonlyMap<string, StoredWeight> {
    if (!this.isIndexed) {
      this.isIndexed = true;
      for (const group of this.groups) this.index(group);
    }
    return this.indexed;
  }

  private index({ listed, paths, shards, textBytes, place }: Group): void {
    const { report } = this;
    let offset = 0;
    for (let i = 0; i < listed.length; i++) {
      const at = place.to('weights', i);
      const layout = layoutOf(listed[i], at, report);
      if (layout === undefined) {
        // where the weights after it begin is unknown as well
        offset = Infinity;
        continue;
      }
      const start = offset;
      offset += textBytes.get(i) ?? layout.bytes;
      if (offset === Infinity && start !== Infinity && shards.failure === undefined) {
        report('truncated', `the texts of weight ${shown(layout.name)} run past the end of their files`, at);
      }
      if (layout.dtype === undefined) continue;
      this.add(storedWeight(layout, layout.dtype, shards, start), at, report);
    }
    if (shards.failure === undefined && Number.isFinite(offset) && offset > shards.size) {
      const files = paths.length > 0 ? shown(paths[0]) : 'no file';
      report('truncated', `the weights need ${offset} bytes, their files (${files} ...) hold ${shards.size}`, place);
    }
  }

  private add(weight: StoredWeight, place: JsonPlace, report: Report): void {
    const name = plainName(weight.name);
    if (this.indexed.has(name)) {
      report('duplicate-name', `the weight ${shown(name)} is listed more than once; the first counts`, place);
      return;
    }
    this.indexed.set(name, weight.name === name ? weight : { ...weight, name });
  }
}

/** TensorFlow names a variable's only output with ':0'. */
function plainName(name: string): string {
  return name.endsWith(':0') ? name.slice(0, -2) : name;
}

/** Weights by `segment/weight` for every segment of their names but the last: for layers whose weights have longer names. */
function weightsByTail(weights: Iterable<StoredWeight>): ReadonlyMap<string, StoredWeight | 'ambiguous'> {
  const byTail = new Map<string, StoredWeight | 'ambiguous'>();
  for (const weight of weights) {
    const segments = weight.name.split('/');
    const last = segments[segments.length - 1];
    for (const segment of new Set(segments.slice(0, -1))) {
      const key = `${segment}/${last}`;
      byTail.set(key, byTail.has(key) ? 'ambiguous' : weight);
    }
  }
  return byTail;
}

interface Layout {
  readonly name: string;
  /** Undefined for types that take part in no layer. */
  readonly dtype: DataType | undefined;
  readonly dims: readonly number[];
  readonly bytes: number;
  readonly storage: string;
  readonly quantization: Quantization | undefined;
}

function layoutOf(entry: unknown, place: JsonPlace, report: Report): Layout | undefined {
  if (!isObject(entry)) {
    report('invalid-manifest', 'a weight of the manifest is not an object', place);
    return undefined;
  }
  const name = stringMember(entry, 'name');
  const shape = member(entry, 'shape');
  const type = stringMember(entry, 'dtype') ?? 'float32';
  if (name === undefined || !Array.isArray(shape) || !shape.every(isCount)) {
    report('invalid-manifest', `weight ${shown(name ?? '')} needs a name and a shape of non-negative integers`, place);
    return undefined;
  }
  const stated = objectMember(entry, 'quantization');
  const quantization = stated && quantizationOf(stated);
  if (stated !== undefined && quantization === undefined) {
    report('unsupported', `weight ${shown(name)} is quantised in a way that is not known here`, place);
    return undefined;
  }
  const storage = quantization?.dtype ?? type;
  // how long texts are stands with each of them
  const size = storage === 'string' ? 0 : storedBytes.get(storage);
  const count = elementCount(shape);
  if (size === undefined || !Number.isSafeInteger(count * size)) {
    const reason = size === undefined ? `of type ${shown(type)}` : 'too large to exist';
    report(
      'unsupported',
      `weight ${shown(name)} is ${reason}: it and the weights after it are taken as missing`,
      place,
    );
    return undefined;
  }
  return { name, dtype: dataTypes.get(type), dims: shape, bytes: count * size, storage, quantization };
}

/** Where weights behind texts begin stands in the files only. */
async function textBytesOf(
  listed: readonly unknown[],
  shards: Shards,
  place: JsonPlace,
): Promise<ReadonlyMap<number, number>> {
  const sizes = new Map<number, number>();
  if (!listed.some((entry) => isObject(entry) && member(entry, 'dtype') === 'string')) return sizes;
  let offset = 0;
  for (let i = 0; i < listed.length; i++) {
    const layout = layoutOf(listed[i], place, () => undefined);
    if (layout === undefined) break;
    if (layout.storage === 'string') sizes.set(i, await stringBytes(shards, offset, layout));
    offset += sizes.get(i) ?? layout.bytes;
  }
  return sizes;
}

/**
 * Bytes of a weight of texts: each has its length before it, as 32 bits (tfjs-core, io/io_utils). Infinity where they run past the
 * end of the files, or are too many to be looked at.
 */
async function stringBytes(shards: Shards, start: number, { dims }: Layout): Promise<number> {
  const count = elementCount(dims);
  if (count > MOST_STRINGS) return Infinity;
  let chunk: DataView = new DataView(new ArrayBuffer(0));
  let chunkStart = start;
  let at = start;
  for (let i = 0; i < count; i++) {
    if (at + 4 > shards.size) return Infinity;
    if (at + 4 > chunkStart + chunk.byteLength) {
      const bytes = await shards.read(at, Math.min(STRING_CHUNK, shards.size - at));
      chunk = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      chunkStart = at;
    }
    at += 4 + chunk.getUint32(at - chunkStart, true);
  }
  return at > shards.size ? Infinity : at - start;
}

function quantizationOf(object: JsonObject): Quantization | undefined {
  const dtype = stringMember(object, 'dtype');
  if (dtype === 'float16') return { dtype, scale: 1, min: 0 };
  const scale = member(object, 'scale');
  const min = member(object, 'min');
  if ((dtype !== 'uint8' && dtype !== 'uint16') || typeof scale !== 'number' || typeof min !== 'number')
    return undefined;
  return { dtype, scale, min };
}

function storedWeight(layout: Layout, dtype: DataType, shards: Shards, offset: number): StoredWeight {
  const { name, dims, bytes, storage, quantization } = layout;
  const isPlain = storage === dtype && dtype !== 'string';
  return {
    name,
    dtype,
    dims,
    present: offset + bytes <= shards.size,
    read: isPlain
      ? () => shards.read(offset, bytes)
      : async () => {
          if (dtype === 'string')
            throw new ModelError('unsupported', `the weight ${shown(name)} holds texts, not numbers`);
          const stored = await shards.read(offset, bytes);
          const floats = decodeFloats(storage as DataType, stored, name);
          return quantization === undefined || quantization.dtype === 'float16'
            ? bytesOf(floats)
            : dequantised(floats, quantization, dtype);
        },
  };
}

/** value * scale + min, as tfjs computes it in decodeWeights (tfjs-core, io/io_utils). */
function dequantised(stored: Float32Array, { scale, min }: Quantization, dtype: DataType): Uint8Array {
  if (dtype === 'int32') return bytesOf(Int32Array.from(stored, (v) => Math.round(v * scale + min)));
  if (dtype === 'float32') return bytesOf(stored.map((v) => v * scale + min));
  return Uint8Array.from(stored, (v) => v * scale + min);
}

function bytesOf(values: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** A weight as a tensor of the graph, its axes in another order and its dims regrouped where ONNX wants it so. */
export interface TensorForm {
  /** Order of the stored axes. */
  readonly order?: readonly number[];
  /** The first of the ordered axes is cut into as many equal blocks, which are arranged in this order. */
  readonly blocks?: readonly number[];
  /** From the ordered dims to others with as many elements. */
  readonly regroup?: (dims: readonly number[]) => readonly number[];
}

export function weightTensor(name: string, weight: StoredWeight, form: TensorForm = {}): Tensor {
  const ordered = form.order === undefined ? weight.dims : form.order.map((axis) => weight.dims[axis]);
  const isAsStored = form.order === undefined && form.blocks === undefined;
  return {
    name,
    dtype: weight.dtype,
    dims: form.regroup?.(ordered) ?? ordered,
    location: 'external',
    read: isAsStored ? () => weight.read() : () => readAs(weight, form),
  };
}

async function readAs(weight: StoredWeight, { order, blocks }: TensorForm): Promise<Uint8Array> {
  const bytes = await weight.read();
  const size = bitsPerElement(weight.dtype) / 8;
  const inOrder = order === undefined ? bytes : permuted(bytes, size, weight.dims, order);
  return blocks === undefined ? inOrder : arranged(inOrder, blocks);
}

function arranged(bytes: Uint8Array, blocks: readonly number[]): Uint8Array {
  const size = bytes.length / blocks.length;
  const result = new Uint8Array(bytes.length);
  blocks.forEach((block, i) => result.set(bytes.subarray(block * size, (block + 1) * size), i * size));
  return result;
}
