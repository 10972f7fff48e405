import type { ByteSource } from '../../ir/byteSource';
import { ModelError } from '../../ir/errors';
import { elementCount } from '../../ir/tensor';
import { say } from '../../texts/say';
import { isObject, type JsonObject } from './jsonAccess';
import type { JsonIndex } from './jsonIndex';
import { DECODED, type JsonPlace } from './jsonPlace';
import { edited, end, withoutElements, type TextEdit } from './textEdits';
import { shown } from './topology';
import type { ListedWeight, WeightGroup, WeightManifest } from './weightManifest';

/** The least that a file of weights is cut to: what tfjs-converter writes (--weight_shard_size_bytes). */
const SHARD_BYTES = 4 * 2 ** 20;

/** Numbers that a weight gets, row-major; stored as float32. */
export interface NewWeight {
  /** As in the manifest, without ':0'. */
  readonly name: string;
  readonly dims: readonly number[];
  readonly values: Float32Array;
}

/** What becomes of the weights that a manifest lists, by their names without ':0'; all others keep their bytes. */
export interface WeightEdits {
  readonly changed: ReadonlyMap<string, NewWeight>;
  readonly removed: ReadonlySet<string>;
  /** New weights by the name of the one that they are put behind. */
  readonly added: ReadonlyMap<string, NewWeight>;
}

/** A layers model's text and what stands in it. */
export interface LayersFile {
  readonly text: string;
  readonly index: JsonIndex;
  /** What JSON.parse made of the file's `weightsManifest`. */
  readonly weightsManifest: unknown;
  readonly manifestPlace: JsonPlace;
  readonly manifest: WeightManifest;
}

/** A copy that has not been written: its files are read from those of the original as they are asked for. */
export interface LayersCopy {
  readonly text: string;
  /** Files of weights, in the order of the manifest. */
  readonly shards: readonly { readonly name: string; readonly source: ByteSource }[];
  /** The files hold the state of an optimizer too, which is that of the original's weights. */
  readonly hasOptimizerState: boolean;
}

/**
 * A copy of a layers model with other layers and weights. All else in the text stays as it stands; weights that are not edited
 * keep type, quantisation and bytes.
 * @param textEdits of the layers
 * @param shardName name of a group's file of weights, counted from 1
 * @throws ModelError `unsupported` when the manifest cannot be written anew
 */
export function layersCopy(
  file: LayersFile,
  textEdits: readonly TextEdit[],
  weights: WeightEdits,
  shardName: (group: number, shard: number, count: number) => string,
): LayersCopy {
  const { manifestPlace: place, weightsManifest } = file;
  if (place.steps().includes(DECODED)) throw cannot(say`its JSON is written inside a string`);
  const groups = file.manifest.groupsAsStored();
  if (!Array.isArray(weightsManifest) || groups.length !== weightsManifest.length)
    throw cannot(say`its weightsManifest holds entries that are no groups of weights`);
  const copies = groups.map((group, g) => {
    const pieces = piecesOf(group, weights);
    const bytes = pieces.reduce((sum, p) => sum + p.length, 0);
    const size = Math.max(SHARD_BYTES, group.largestFile);
    const count = Math.max(1, Math.ceil(bytes / size));
    const shards = Array.from({ length: count }, (_, i) => ({
      name: shardName(g + 1, i + 1, count),
      source: new PiecedSource(pieces, i * size, Math.min(size, bytes - i * size)),
    }));
    const edits = manifestEdits(file, group, place.to(g), (weightsManifest as JsonObject[])[g], weights);
    return { shards, edits: [...edits, pathsEdit(file, place.to(g), shards)] };
  });
  return {
    text: edited(file.text, [...textEdits, ...copies.flatMap((c) => c.edits)]),
    shards: copies.flatMap((c) => c.shards),
    hasOptimizerState: weightsManifest.some((g: JsonObject) => (g.weights as unknown[]).some(isOptimizerState)),
  };
}

/** TensorFlow.js marks what `save` writes with `includeOptimizer` (tfjs-core, io/types, WeightGroup). */
function isOptimizerState(entry: unknown): boolean {
  return isObject(entry) && entry.group === 'optimizer';
}

function cannot(why: string): ModelError {
  return new ModelError('unsupported', say`no copy of this model can be made: ${why}`);
}

/** Bytes that stand one after the other in a group's files. */
interface Piece {
  readonly length: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}

function piecesOf({ weights, shards }: WeightGroup, edits: WeightEdits): Piece[] {
  return weights.flatMap((weight) => {
    const changed = edits.changed.get(weight.name);
    const added = edits.added.get(weight.name);
    const pieces = added === undefined ? [] : [pieceOf(added)];
    if (edits.removed.has(weight.name)) return pieces;
    if (changed !== undefined) return [pieceOf(changed), ...pieces];
    const { offset: start, bytes, name } = weight;
    if (start + bytes > shards.size) throw cannot(say`the bytes of the weight ${shown(name)} are not there`);
    return [{ length: bytes, read: (offset, length) => shards.read(start + offset, length) }, ...pieces];
  });
}

function pieceOf({ name, dims, values }: NewWeight): Piece {
  if (elementCount(dims) !== values.length) throw new RangeError(`${name} has ${values.length} numbers`);
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { length: bytes.length, read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)) };
}

/** A stretch of pieces that stand one after the other, as a file. */
class PiecedSource implements ByteSource {
  private readonly starts: readonly number[];

  constructor(
    private readonly pieces: readonly Piece[],
    private readonly begin: number,
    readonly size: number,
  ) {
    let start = 0;
    this.starts = pieces.map(({ length }) => (start += length) - length);
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    if (!(offset >= 0 && length >= 0 && offset + length <= this.size))
      throw new ModelError('truncated', say`the file ends at byte ${this.size}`, { offset });
    const result = new Uint8Array(length);
    const stop = this.begin + offset + length;
    let at = this.begin + offset;
    for (let i = this.pieceAt(at); at < stop; i++) {
      const inside = at - this.starts[i];
      const part = Math.min(this.pieces[i].length - inside, stop - at);
      if (part > 0) result.set(await this.pieces[i].read(inside, part), at - this.begin - offset);
      at += part;
    }
    return result;
  }

  /** The last piece that begins there or before. */
  private pieceAt(at: number): number {
    let low = 0;
    let high = this.starts.length;
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if (this.starts[middle] <= at) low = middle;
      else high = middle;
    }
    return low;
  }
}

/** Entries of weights that go, come, or are stored in another way. */
function manifestEdits(
  { text, index }: LayersFile,
  { weights }: WeightGroup,
  place: JsonPlace,
  group: JsonObject,
  edits: WeightEdits,
): TextEdit[] {
  const listed = group.weights as readonly unknown[];
  const spanOf = (entry: number) => index.value(place.to('weights', entry).steps())!;
  const gone = weights.filter((w) => edits.removed.has(w.name)).map((w) => w.entry);
  const result =
    gone.length === 0
      ? []
      : withoutElements(
          listed.map((_, i) => spanOf(i)),
          new Set(gone),
        );
  for (const weight of weights) {
    const [changed, added] = [edits.changed.get(weight.name), edits.added.get(weight.name)];
    const span = spanOf(weight.entry);
    if (changed !== undefined && !isStoredAlike(weight, changed)) {
      const entry = listed[weight.entry];
      const kept = Object.entries(isObject(entry) ? entry : {}).filter(([key]) => key !== 'quantization');
      const stated = { ...Object.fromEntries(kept), shape: changed.dims, dtype: 'float32' };
      result.push({ span, text: JSON.stringify(stated) });
    }
    if (added === undefined) continue;
    const separator = /\s*$/.exec(text.slice(0, span.offset))![0];
    const stated = JSON.stringify({ name: added.name, shape: added.dims, dtype: 'float32' });
    result.push({ span: { offset: end(span), length: 0 }, text: `,${separator}${stated}` });
  }
  return result;
}

function isStoredAlike({ storage, quantized, dims }: ListedWeight, changed: NewWeight): boolean {
  return storage === 'float32' && !quantized && dims.join() === changed.dims.join();
}

function pathsEdit({ index }: LayersFile, place: JsonPlace, shards: readonly { readonly name: string }[]): TextEdit {
  const paths = JSON.stringify(shards.map(({ name }) => name));
  const stated = index.value(place.to('paths').steps());
  if (stated !== undefined) return { span: stated, text: paths };
  const { offset } = index.value(place.steps())!;
  return { span: { offset: offset + 1, length: 0 }, text: `"paths": ${paths}, ` };
}
