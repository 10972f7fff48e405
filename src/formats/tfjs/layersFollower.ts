import type { ModelFolder } from '../../ir/byteSource';
import type { ModelEdit, ModelFollower } from '../../ir/model';
import type { Origin } from '../../ir/origin';
import { textDifference, type TextDifference } from '../../ir/textDifference';
import type { FollowedLowering, LoweringChange } from './followedLowering';
import { statedInputShape, statedType } from './inputShape';
import { isObject, member, type JsonObject } from './jsonAccess';
import { JsonIndex, type Span } from './jsonIndex';
import { DECODED, type JsonPlace } from './jsonPlace';
import type { LoweredCall, ModelLowering } from './modelLowering';
import { sameJson } from '../../ir/sameJson';
import { readLayer, type LayerDefinition, type ModelDefinition } from './topology';
import type { WeightManifest } from './weightManifest';

/** What a model's text was read to. */
export interface ReadText {
  readonly text: string;
  readonly model: ModelDefinition;
  readonly lowering: ModelLowering;
  readonly lowered: FollowedLowering;
  readonly manifest: WeightManifest;
  readonly folder: ModelFolder;
  readonly spanOf: (place: JsonPlace) => Span | undefined;
}

interface FollowedLayer {
  readonly name: string;
  readonly place: JsonPlace;
  /** Models and wrappers that it lies in. */
  readonly depth: number;
  /** Undefined for a layer that takes no part in the graph but as an input, null for one with several calls. */
  readonly call: LoweredCall | null | undefined;
  origin: Origin | undefined;
  offset: number;
  length: number;
}

const onlyComma = /^[ \t\r\n]*,[ \t\r\n]*$/;

/**
 * Follows edits inside one layer that change settings which nothing in the graph depends on, or how its nodes compute what they
 * compute, and edits of white space between layers. The layer is read and lowered twice beside the graph, as it was and as it is:
 * where more is different, the text has to be opened again.
 */
export class LayersFollower implements ModelFollower {
  private text: string;
  /** Those without layers inside, in the order of the text. */
  private readonly layers: FollowedLayer[] = [];

  /** There are layers that do not stand in the text as such. */
  private hasHidden = false;
  private readonly called = new Map<LoweredCall, FollowedLayer>();

  constructor(private readonly read: ReadText) {
    this.text = read.text;
    this.collect(read.model, 0);
    // what follows for them of edits elsewhere could not be said where it stands
    if (this.hasHidden) this.layers.length = 0;
    this.layers.sort((a, b) => a.offset - b.offset);
  }

  async next(text: string): Promise<ModelEdit | undefined> {
    const { manifest, folder, lowered } = this.read;
    const difference = textDifference(this.text, text);
    if (!(await manifest.isCurrent(folder))) return undefined;
    const { start, end, put } = difference;
    if (start === end && put === '') return { difference, behind: text.length, graphHash: lowered.hash };
    const at = this.layerBefore(start);
    const around = this.layers[at];
    if (around === undefined) return undefined;
    if (end >= around.offset + around.length) return this.betweenLayers(at, text, difference);
    const inside = this.inLayer(around, text, difference);
    if (inside === undefined) return undefined;
    const { offset, length } = around;
    around.length += text.length - this.text.length;
    this.moveFrom(at + 1, text);
    const layer = inside.change && this.placed(inside.change);
    return { difference, behind: end, around: { offset, length }, layer, graphHash: lowered.hash };
  }

  private collect(model: ModelDefinition, depth: number): void {
    for (const layer of model.layers) {
      if (layer.nested !== undefined) {
        this.collect(layer.nested, depth + 1);
        continue;
      }
      const { name, place } = layer;
      const span = place.steps().includes(DECODED) ? undefined : this.read.spanOf(place);
      if (span === undefined) {
        this.hasHidden = true;
        continue;
      }
      const call = this.read.lowering.soleCall(layer);
      const followed = { name, place, depth, call, origin: call?.origin, ...span };
      this.layers.push(followed);
      if (call) this.called.set(call, followed);
    }
  }

  /** Index of the last layer that begins before an offset, -1 where there is none. */
  private layerBefore(offset: number): number {
    let low = 0;
    let high = this.layers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.layers[middle].offset < offset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Takes over the text, in which all layers from one on have been moved. */
  private moveFrom(first: number, text: string): void {
    const growth = text.length - this.text.length;
    for (let i = first; i < this.layers.length; i++) this.layers[i].offset += growth;
    this.text = text;
  }

  /** White space between two neighbours in a list of layers. */
  private betweenLayers(at: number, text: string, difference: TextDifference): ModelEdit | undefined {
    const before = this.layers[at];
    const after = this.layers[at + 1];
    if (after === undefined || before.place.parent !== after.place.parent) return undefined;
    const gap = before.offset + before.length;
    const growth = text.length - this.text.length;
    const isInGap = difference.start >= gap && difference.end <= after.offset;
    if (!isInGap || !onlyComma.test(this.text.slice(gap, after.offset))) return undefined;
    if (!onlyComma.test(text.slice(gap, after.offset + growth))) return undefined;
    const behind = after.offset;
    this.moveFrom(at + 1, text);
    return { difference, behind, graphHash: this.read.lowered.hash };
  }

  private inLayer(
    layer: FollowedLayer,
    text: string,
    { start, end, put }: TextDifference,
  ): { change?: InLayer } | undefined {
    const { offset, length, call, place, depth } = layer;
    if (start <= offset || call === null) return undefined;
    const growth = start + put.length - end;
    const objects = [this.text.slice(offset, offset + length), text.slice(offset, offset + length + growth)].map(
      parsed,
    );
    const reports: unknown[][] = [[], []];
    const [before, after] = objects.map((object, i) => {
      if (object === undefined) return undefined;
      const report = (code: string, message: string, at: JsonPlace) => reports[i].push([code, message, at.toString()]);
      return readLayer(object, place, depth, report);
    });
    if (before === undefined || after === undefined || before.name !== layer.name) return undefined;
    const areCalled = objects.map((object) => member(object!, 'inbound_nodes') !== undefined);
    if (areCalled[0] !== areCalled[1] || !sameJson(reports[0], reports[1])) return undefined;
    if (!isSameToOthers(before, after)) return undefined;
    if (call === undefined) return {};

    const change = this.read.lowered.next(call, before, after);
    if (change === undefined) return undefined;
    const old = layer.origin!;
    layer.origin = new FollowedOrigin(old, after.config, layer);
    return { change: { before: old, after: layer.origin, ...change } };
  }

  /** The change with its problems at their places in the text. */
  private placed({ reports, ...change }: InLayer): NonNullable<ModelEdit['layer']> {
    const problems = reports.map(({ call, at, removed, added }) => ({
      at,
      removed,
      added: added.map(({ code, message, setting }) => ({ code, message, offset: this.offsetOf(call, setting) })),
    }));
    return { ...change, problems };
  }

  /** Where a setting of a layer stands; its configuration, or the whole layer, where there is none. */
  private offsetOf(call: LoweredCall, setting: string | undefined): number {
    const { offset, length } = this.called.get(call)!;
    if (setting === undefined) return offset;
    const index = JsonIndex.of(this.text.slice(offset, offset + length));
    return offset + (index.value(['config', setting]) ?? index.value(['config']) ?? { offset: 0 }).offset;
  }
}

type InLayer = Pick<NonNullable<ModelEdit['layer']>, 'before' | 'after'> & LoweringChange;

/** What a layer states for itself alone. */
const own: ReadonlySet<string> = new Set(['config', 'wrapped', 'place', 'configPlace']);

/** What other layers, and the model around them, see of a layer is the same. */
function isSameToOthers(a: LayerDefinition, b: LayerDefinition): boolean {
  if (a.nested !== undefined || b.nested !== undefined || statedType(a) !== statedType(b)) return false;
  const seen = (layer: LayerDefinition) => Object.fromEntries(Object.entries(layer).filter(([key]) => !own.has(key)));
  return sameJson(seen(a), seen(b)) && sameJson(statedInputShape(a) ?? null, statedInputShape(b) ?? null);
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The words of an edited layer, with its place in the latest text. */
class FollowedOrigin implements Origin {
  readonly layer: string;
  readonly kind: string;

  constructor(
    before: Origin,
    readonly config: JsonObject,
    private readonly span: Span,
  ) {
    this.layer = before.layer;
    this.kind = before.kind;
  }

  get offset(): number {
    return this.span.offset;
  }

  get length(): number {
    return this.span.length;
  }
}
