import type { ByteSource, ModelFolder } from '../../ir/byteSource';
import { ModelError } from '../../ir/errors';
import { say } from '../../texts/say';
import { isObject, member, type JsonObject } from './jsonAccess';
import type { JsonPlace } from './jsonPlace';
import { Shards } from './shards';
import { layoutOf, storedWeight, textBytesOf, type StoredWeight } from './storedWeight';
import { shown, type Report } from './topology';

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
      report('invalid-manifest', say`the weightsManifest is not a list: the weights are taken as missing`, place);
      return weights;
    }
    const opened = new Map<string, ByteSource>();
    for (let g = 0; g < manifest.length; g++) {
      const group: unknown = manifest[g];
      if (isObject(group)) await weights.openGroup(group, folder, place.to(g), opened);
      else report('invalid-manifest', say`weight group ${g} is not an object and is left out`, place.to(g));
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
          throw new ModelError(
            'unsupported',
            say`weight ${entry} of a group is stored in a way that is not known here`,
          );
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
      this.report('invalid-manifest', say`a weight group lists no weights`, place);
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
        report('truncated', say`the texts of weight ${shown(layout.name)} run past the end of their files`, at);
      }
      if (layout.dtype === undefined) continue;
      this.add(storedWeight(layout, layout.dtype, shards, start), at, report);
    }
    if (shards.failure === undefined && Number.isFinite(offset) && offset > shards.size) {
      const files = paths.length > 0 ? shown(paths[0]) : say`no file`;
      report('truncated', say`the weights need ${offset} bytes, their files (${files} ...) hold ${shards.size}`, place);
    }
  }

  private add(weight: StoredWeight, place: JsonPlace, report: Report): void {
    const name = plainName(weight.name);
    if (this.indexed.has(name)) {
      report('duplicate-name', say`the weight ${shown(name)} is listed more than once; the first counts`, place);
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
