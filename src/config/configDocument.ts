import { isObject, member, type JsonObject } from '../formats/tfjs/jsonAccess';
import { JsonIndex, type Span } from '../formats/tfjs/jsonIndex';
import { DECODED, type JsonPlace } from '../formats/tfjs/jsonPlace';
import { parseJson } from '../formats/tfjs/parseJson';
import { statedIn, statedLayers, type StatedLayer } from '../formats/tfjs/statedLayers';
import { findModel, readLayer, readTopology, type LayerDefinition } from '../formats/tfjs/topology';
import { ModelError } from '../ir/errors';
import { textDifference, type TextDifference } from '../ir/textDifference';
import { TextLines } from '../ir/textLines';
import type { Range } from '../protocol/facts';
import { withOtherLayers } from './otherLayers';
import { isListed, ReplacedLayer } from './replacedLayer';

/** A member of a layer's object or of its config. */
export interface ConfigSetting {
  readonly layer: StatedLayer;
  readonly name: string;
  readonly key: Span;
  readonly value: Span;
}

interface DocumentParts {
  readonly layers: readonly StatedLayer[];
  readonly lines: TextLines;
  /** The index of this text or of an earlier version. */
  readonly indexed: { readonly text: string; readonly index: JsonIndex };
  readonly hasWeights: boolean;
  /** Several layers of a model have one name, and are read under others. */
  readonly hasTwins: boolean;
}

/** The layers of one version of a model text and where each stands. Made once for a version and kept with it. */
export class ConfigDocument {
  /** In the order of the text; a layer comes after the one that it lies in. */
  readonly layers: readonly StatedLayer[];
  /** For each layer the index of the one that it lies in, or -1. */
  readonly around: Int32Array;
  readonly lines: TextLines;
  /** The file comes with weights, which edits of its text must leave the number and shape of. */
  readonly hasWeights: boolean;
  private readonly hasTwins: boolean;
  private indexed: DocumentParts['indexed'];

  private constructor(
    readonly text: string,
    { layers, lines, indexed, hasWeights, hasTwins }: DocumentParts,
  ) {
    this.layers = layers;
    this.lines = lines;
    this.indexed = indexed;
    this.hasWeights = hasWeights;
    this.hasTwins = hasTwins;
    this.around = Int32Array.from(layers, () => -1);
    const open: number[] = [];
    layers.forEach(({ span }, i) => {
      while (open.length > 0 && end(layers[open[open.length - 1]].span) <= span.offset) open.pop();
      if (open.length > 0) this.around[i] = open[open.length - 1];
      open.push(i);
    });
  }

  /** The document of a text; undefined when it describes no layers model, or is no JSON as it stands. */
  static of(text: string): ConfigDocument | undefined {
    try {
      const stated = findModel(parseJson(text));
      const twins = new Twins();
      const { model } = readTopology(stated, twins.report);
      const index = JsonIndex.of(text);
      return new ConfigDocument(text, {
        layers: statedLayers(model, index),
        lines: new TextLines(text),
        indexed: { text, index },
        hasWeights: Array.isArray(stated.weightsManifest) && stated.weightsManifest.length > 0,
        hasTwins: twins.found,
      });
    } catch (error) {
      if (error instanceof ModelError) return undefined;
      throw error;
    }
  }

  /**
   * The document of another version of the text. Where the two differ inside one layer alone, or between two layers of a list, only
   * what stands there is read.
   * Undefined as for `of`.
   */
  next(text: string): ConfigDocument | undefined {
    const difference = textDifference(this.text, text);
    if (difference.start === difference.end && difference.put === '') return this;
    return this.withOneLayer(text, difference) ?? this.withOthers(text, difference) ?? ConfigDocument.of(text);
  }

  private withOthers(text: string, difference: TextDifference): ConfigDocument | undefined {
    const layers = this.hasTwins ? undefined : withOtherLayers(this.layers, text, difference);
    if (layers === undefined) return undefined;
    const { indexed, hasWeights, hasTwins } = this;
    return new ConfigDocument(text, {
      layers,
      lines: this.lines.edited(text, difference),
      indexed,
      hasWeights,
      hasTwins,
    });
  }

  /** Undefined where the difference is not inside one layer, or changes how others are read. */
  private withOneLayer(text: string, difference: TextDifference): ConfigDocument | undefined {
    const at = this.listedAround(difference);
    if (at < 0) return undefined;
    const { span, model, path, definition: old } = this.layers[at];
    const growth = text.length - this.text.length;
    const own = { offset: span.offset, length: span.length + growth };
    const object = parsedObject(sliceOf(text, own));
    if (object === undefined) return undefined;

    let depth = 0;
    for (let i = this.around[at]; i >= 0; i = this.around[i]) depth++;
    const twins = new Twins();
    const layer = readLayer(object, old.place, depth, twins.report);
    const isNewName = layer.name !== old.name;
    if (isNewName && (this.hasTwins || model.layers.some(({ name }) => name === layer.name))) return undefined;
    // whether any layer states its calls decides how a model is read
    const hasCalls = (layer: JsonObject) => member(layer, 'inbound_nodes') !== undefined;
    if (hasCalls(parsedObject(sliceOf(this.text, span))!) !== hasCalls(object)) return undefined;

    const replaced = new ReplacedLayer(this.layers, this.around, at, layer, object);
    let behind = at + 1;
    while (behind < this.layers.length && this.layers[behind].span.offset < end(span)) behind++;
    const longer = ({ offset, length }: Span) => ({ offset, length: length + growth });
    const moved = ({ offset, length }: Span) => ({ offset: offset + growth, length });
    const ownPath = path.slice(0, path.length - old.name.length) + layer.name;
    const isAlone = layer.nested === undefined && layer.wrapped === undefined;
    const index = isAlone ? undefined : this.indexOf(text);
    const ownModel = replaced.model(model);
    return new ConfigDocument(text, {
      layers: [
        ...this.layers.slice(0, at).map((l) => replaced.stated(l, end(l.span) > span.offset ? longer(l.span) : l.span)),
        ...(index === undefined
          ? [{ path: ownPath, className: layer.className, span: own, definition: layer, model: ownModel }]
          : statedIn(layer, ownPath, ownModel, index)),
        ...this.layers.slice(behind).map((l) => replaced.stated(l, moved(l.span))),
      ],
      lines: this.lines.edited(text, difference),
      indexed: index === undefined ? this.indexed : { text, index },
      hasWeights: this.hasWeights,
      hasTwins: this.hasTwins || twins.found,
    });
  }

  /** Made when somebody asks: after most edits nobody does. */
  private get index(): JsonIndex {
    if (this.indexed.text !== this.text) this.indexed = { text: this.text, index: this.indexOf(this.text) };
    return this.indexed.index;
  }

  private indexOf(text: string): JsonIndex {
    const { indexed } = this;
    return indexed.index.edited(text, textDifference(indexed.text, text)) ?? JsonIndex.of(text);
  }

  /** Index of the innermost layer of a list whose braces lie around a difference; -1 where there is none that can be read by itself. */
  private listedAround({ start, end: stop }: TextDifference): number {
    const { layers, around } = this;
    let at = this.indexAt(start);
    while (at >= 0 && (layers[at].span.offset >= start || end(layers[at].span) <= stop || !isListed(layers[at])))
      at = around[at];
    // places in JSON that a string holds are not those of the text
    return at >= 0 && layers[at].definition.place.steps().includes(DECODED) ? -1 : at;
  }

  /** The innermost layer that the offset lies in. */
  layerAt(offset: number): StatedLayer | undefined {
    return this.layers[this.indexAt(offset)];
  }

  private indexAt(offset: number): number {
    let low = 0;
    let high = this.layers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.layers[middle].span.offset <= offset) low = middle + 1;
      else high = middle;
    }
    let found = low - 1;
    while (found >= 0 && end(this.layers[found].span) <= offset) found = this.around[found];
    return found;
  }

  /**
   * Where to mark what is said about a layer, given the range of its object: at the statement of its class. The whole object
   * may be a hundred lines, or all that can be seen of a text in one line. Other ranges stay as they are.
   */
  mark(range: Range): Range {
    const offset = this.lines.offsetAt(range.start);
    const layer = this.layerAt(offset);
    return layer?.span.offset === offset ? this.statementOf(layer) : range;
  }

  /** The statement of a layer's class, or its whole object where the class is stated elsewhere. */
  statementOf({ definition, span }: StatedLayer): Range {
    let within = statements.get(definition.config);
    if (within === undefined) statements.set(definition.config, (within = this.statementIn(definition, span)));
    return this.lines.rangeOf(span.offset + within.offset, within.length);
  }

  private statementIn({ place, nested }: LayerDefinition, span: Span): Span {
    // a layer that was edited is soon gone through, which the whole text is not
    const isAlone = nested === undefined && this.indexed.text !== this.text;
    const index = isAlone ? JsonIndex.of(sliceOf(this.text, span)) : this.index;
    const steps = isAlone ? ['class_name'] : [...place.steps(), 'class_name'];
    const [key, value] = [index.key(steps), index.value(steps)];
    if (key === undefined || value === undefined) return { offset: 0, length: span.length };
    return { offset: key.offset - (isAlone ? 0 : span.offset), length: end(value) - key.offset };
  }

  /** Where the value at a place of the file stands. */
  spanOf(place: JsonPlace): Span | undefined {
    return this.index.value(place.steps());
  }

  /** The members of a layer's object and of its config, in the order of the text; of equal keys the last. */
  settingsOf(layer: StatedLayer): ConfigSetting[] {
    const { place, configPlace } = layer.definition;
    return [...this.index.members(place.steps()), ...this.index.members(configPlace.steps())].map((m) => ({
      layer,
      ...m,
    }));
  }

  /** The setting whose key or value the offset lies in; the innermost, so `axis` rather than the config around it. */
  settingAt(offset: number): ConfigSetting | undefined {
    const layer = this.layerAt(offset);
    if (layer === undefined) return undefined;
    const around = this.settingsOf(layer).filter(({ key, value }) => key.offset <= offset && offset < end(value));
    return around.sort((a, b) => b.key.offset - a.key.offset)[0];
  }
}

function end({ offset, length }: Span): number {
  return offset + length;
}

/** Where a layer states its class, from the begin of its object, by its config: an edit elsewhere leaves that as it is. */
const statements = new WeakMap<JsonObject, Span>();

function sliceOf(text: string, span: Span): string {
  return text.slice(span.offset, end(span));
}

/** Notes whether several layers of a model have one name. */
class Twins {
  found = false;
  readonly report = (code: string): void => {
    if (code === 'duplicate-name') this.found = true;
  };
}

function parsedObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
