import type { ModelFolder } from '../../ir/byteSource';
import type { ModelEdit, ModelFollower } from '../../ir/model';
import type { Origin } from '../../ir/origin';
import { textDifference, type TextDifference } from '../../ir/textDifference';
import type { FollowedLowering, LoweringChange } from './followedLowering';
import { statedInputShape, statedType } from './inputShape';
import { isObject, member, type JsonObject } from './jsonAccess';
import { onlyComma, stretchAround } from './layersStretch';
import { FollowedOrigin, type FollowedLayer } from './followedLayer';
import { JsonIndex, type Span } from './jsonIndex';
import { DECODED, type JsonPlace, type JsonStep } from './jsonPlace';
import type { LoweredCall } from './loweredCall';
import type { ModelLowering } from './modelLowering';
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
  readonly layerCount: number;
  /** Layers share names. */
  readonly hasTwins: boolean;
  readonly spanOf: (place: JsonPlace) => Span | undefined;
}

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
  private model: ModelDefinition;
  private lowered: FollowedLowering;
  private lowering: ModelLowering;
  private layerCount: number;
  /** Layers in the place of others of the model. */
  private readonly others = new Map<LayerDefinition, readonly LayerDefinition[]>();
  /** The text was followed to a version that was not taken over. */
  private isLost = false;

  constructor(private readonly read: ReadText) {
    ({ text: this.text, model: this.model, lowered: this.lowered } = read);
    ({ lowering: this.lowering, layerCount: this.layerCount } = read);
    this.collect(read.model, 0);
    // what follows for them of edits elsewhere could not be said where it stands
    if (this.hasHidden) this.layers.length = 0;
    this.layers.sort((a, b) => a.offset - b.offset);
  }

  async next(text: string): Promise<ModelEdit | undefined> {
    const { manifest, folder } = this.read;
    const { lowered } = this;
    const difference = textDifference(this.text, text);
    if (this.isLost || !(await manifest.isCurrent(folder))) return undefined;
    const { start, end, put } = difference;
    if (start === end && put === '') return { difference, behind: text.length, graphHash: lowered.hash };
    const at = this.layerBefore(start);
    const around = this.layers[at];
    if (around === undefined) return undefined;
    if (end >= around.offset + around.length)
      return this.betweenLayers(at, text, difference) ?? this.restructured(at, text, difference);
    const inside = this.inLayer(around, text, difference);
    if (inside === undefined) return this.restructured(at, text, difference);
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
      const call = this.lowering.soleCall(layer);
      this.layers.push({
        name,
        definition: layer,
        place,
        depth,
        call,
        origin: this.lowering.originOfCalls(layer),
        ...span,
      });
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
    return { difference, behind, graphHash: this.lowered.hash };
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
    if (call === undefined) {
      this.replace(layer, after);
      return {};
    }

    const change = this.lowered.next(call, before, after);
    if (change === undefined) return undefined;
    const old = layer.origin!;
    this.replace(layer, after);
    layer.origin = new FollowedOrigin(old.layer, after, layer);
    this.lowering.restate(call, after, layer.origin);
    return { change: { before: old, after: layer.origin, ...change } };
  }

  /** The model has another layer in the place of one. */
  private replace(layer: FollowedLayer, after: LayerDefinition): void {
    const { definition } = layer;
    layer.definition = after;
    for (const [first, others] of this.others)
      if (others.includes(definition)) {
        this.others.set(
          first,
          others.map((other) => (other === definition ? after : other)),
        );
        return;
      }
    this.others.set(definition, [after]);
  }

  /** Neighbours in a list of layers that have become others, or more or fewer. */
  private restructured(at: number, text: string, difference: TextDifference): ModelEdit | undefined {
    const stretch = stretchAround(at, this.layers, [this.text, text], difference);
    if (stretch === undefined) return undefined;
    const { first, removed, added, kept, around } = stretch;
    this.isLost = true;
    const model = this.restatedModel(first, removed, added);
    if (model === undefined) return undefined;
    const growth = text.length - this.text.length;
    const behind = around.offset + around.length;
    for (const layer of this.layers) if (layer.offset >= behind) layer.offset += growth;
    for (const { layer, offset } of kept) layer.offset = offset;
    this.layers.splice(first, removed.length, ...added);
    this.text = text;

    const origins = new Map<Origin, Span>();
    const originOf = (definition: LayerDefinition, layer: string): Origin => {
      const span = this.layers.find((l) => l.definition === definition)!;
      const origin = new FollowedOrigin(layer, definition, span);
      origins.set(origin, span);
      return origin;
    };
    const pairs = removed.map((layer, i) => ({ before: layer.definition, after: added[i]?.definition }));
    const isOne = pairs.length === 1 && added.length === 1 && isSameToOthers(pairs[0].before, pairs[0].after);
    const found = this.lowered.restructured(model, originOf, isOne ? pairs[0] : undefined);
    if (found === undefined) return undefined;
    const { lowered, reports, ...other } = found;
    const problems = reports.map(({ code, message, place }) => ({ code, message, offset: this.offsetAt(place) }));
    if (!problems.every((problem): problem is typeof problem & { offset: number } => problem.offset !== undefined))
      return undefined;
    this.model = model;
    this.others.clear();
    this.lowered = lowered;
    this.lowering = lowered.lowering;
    this.layerCount += added.length - removed.length;
    for (const layer of this.lowering.isAlone ? added : this.layers) {
      layer.call = this.lowering.soleCall(layer.definition);
      layer.origin = this.lowering.originOfCalls(layer.definition);
    }
    this.isLost = false;
    for (const { layer } of kept) if (layer.origin) origins.set(layer.origin, layer);
    const structure = {
      ...{ ...other, origins, problems },
      counts: { ...lowered.modelCounts, nodeCount: this.layerCount },
    };
    return { difference, behind, around, structure, graphHash: lowered.hash };
  }

  /** The model with other layers; undefined where that says other things of the model. */
  private restatedModel(
    first: number,
    removed: readonly FollowedLayer[],
    added: readonly FollowedLayer[],
  ): ModelDefinition | undefined {
    if (this.read.hasTwins) return undefined;
    const beside = this.layers[first + removed.length] ?? this.layers[first - 1];
    const before = removed.length > 0 ? removed[0] : beside;
    if (before === undefined) return undefined;
    const isBefore = removed.length > 0 || before === this.layers[first + removed.length];
    const now = added.map(({ definition }) => definition);
    let isFit = false;
    const restated = (model: ModelDefinition): ModelDefinition => {
      const layers: LayerDefinition[] = [];
      for (const layer of model.layers)
        for (const is of this.others.get(layer) ?? [layer])
          layers.push(is.nested ? { ...is, nested: restated(is.nested) } : is);
      const at = layers.indexOf(before.definition);
      if (at < 0) return { ...model, layers };
      layers.splice(isBefore ? at : at + 1, removed.length, ...now);
      const isRenamed = removed.length !== now.length || now.some(({ name }, i) => name !== removed[i].name);
      const areUnique = !isRenamed || new Set(layers.map(({ name }) => name)).size === layers.length;
      // whether layers state calls may say what kind of model it is
      const isKindStated = model.kind === 'functional' ? model.outputs.length > 0 : model.className === 'Sequential';
      isFit = areUnique && isKindStated && layers.length > 0;
      return { ...model, layers };
    };
    const model = restated(this.model);
    return isFit ? model : undefined;
  }

  /** Where the place that a problem is about stands in the text; undefined for one outside of the layers that are followed. */
  private offsetAt(place: JsonPlace): number | undefined {
    const steps: JsonStep[] = [];
    for (let around: JsonPlace | undefined = place; around !== undefined; around = around.parent) {
      const layer = this.layers.find(({ definition }) => definition.place === around);
      if (layer !== undefined) {
        const { offset, length } = layer;
        const index = JsonIndex.of(this.text.slice(offset, offset + length));
        for (let n = steps.length; ; n--) {
          const span = index.value(steps.slice(0, n));
          if (span !== undefined) return offset + span.offset;
        }
      }
      steps.unshift(around.step);
    }
    return undefined;
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
    const { offset, length } = this.layers.find((layer) => layer.call === call)!;
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
