import { isObject, type JsonObject } from '../formats/tfjs/jsonAccess';
import { JsonIndex, type Span } from '../formats/tfjs/jsonIndex';
import { DECODED, type JsonPlace } from '../formats/tfjs/jsonPlace';
import { parseJson } from '../formats/tfjs/parseJson';
import { statedIn, statedLayers, type StatedLayer } from '../formats/tfjs/statedLayers';
import { findModel, readLayer, readTopology } from '../formats/tfjs/topology';
import { ModelError } from '../ir/errors';
import { textDifference, type TextDifference } from '../ir/textDifference';
import { TextLines } from '../ir/textLines';
import type { Range } from '../protocol/facts';
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
  readonly index: JsonIndex;
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
  private readonly index: JsonIndex;

  private constructor(
    readonly text: string,
    private readonly parts: DocumentParts,
  ) {
    const { layers } = ({ layers: this.layers, lines: this.lines, index: this.index } = parts);
    this.hasWeights = parts.hasWeights;
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
        index,
        hasWeights: Array.isArray(stated.weightsManifest) && stated.weightsManifest.length > 0,
        hasTwins: twins.found,
      });
    } catch (error) {
      if (error instanceof ModelError) return undefined;
      throw error;
    }
  }

  /**
   * The document of another version of the text. Where the two differ inside one layer alone, only this layer is read.
   * Undefined as for `of`.
   */
  next(text: string): ConfigDocument | undefined {
    const difference = textDifference(this.text, text);
    if (difference.start === difference.end && difference.put === '') return this;
    return this.withOneLayer(text, difference) ?? ConfigDocument.of(text);
  }

  /** Undefined where the difference is not inside one layer, or changes how others are read. */
  private withOneLayer(text: string, difference: TextDifference): ConfigDocument | undefined {
    const at = this.listedAround(difference);
    if (at < 0) return undefined;
    const { span, model, path, definition: old } = this.layers[at];
    const growth = text.length - this.text.length;
    const object = parsedObject(text.slice(span.offset, end(span) + growth));
    const index = object && this.index.edited(text, difference);
    if (object === undefined || index === undefined) return undefined;

    let depth = 0;
    for (let i = this.around[at]; i >= 0; i = this.around[i]) depth++;
    const twins = new Twins();
    const layer = readLayer(object, old.place, depth, twins.report);
    const isNewName = layer.name !== old.name;
    if (isNewName && (this.parts.hasTwins || model.layers.some(({ name }) => name === layer.name))) return undefined;
    // whether any layer states its calls decides how a model is read
    const calls = [...old.place.steps(), 'inbound_nodes'];
    if ((this.index.value(calls) === undefined) !== (index.value(calls) === undefined)) return undefined;

    const replaced = new ReplacedLayer(this.layers, this.around, at, layer, object);
    let behind = at + 1;
    while (behind < this.layers.length && this.layers[behind].span.offset < end(span)) behind++;
    const longer = ({ offset, length }: Span) => ({ offset, length: length + growth });
    const moved = ({ offset, length }: Span) => ({ offset: offset + growth, length });
    const ownPath = path.slice(0, path.length - old.name.length) + layer.name;
    return new ConfigDocument(text, {
      layers: [
        ...this.layers.slice(0, at).map((l) => replaced.stated(l, end(l.span) > span.offset ? longer(l.span) : l.span)),
        ...statedIn(layer, ownPath, replaced.model(model), index),
        ...this.layers.slice(behind).map((l) => replaced.stated(l, moved(l.span))),
      ],
      lines: this.lines.edited(text, difference),
      index,
      hasWeights: this.hasWeights,
      hasTwins: this.parts.hasTwins || twins.found,
    });
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
  statementOf(layer: StatedLayer): Range {
    const steps = [...layer.definition.place.steps(), 'class_name'];
    const [key, value] = [this.index.key(steps), this.index.value(steps)];
    const [start, stop] = key && value ? [key.offset, end(value)] : [layer.span.offset, end(layer.span)];
    return this.lines.rangeOf(start, stop - start);
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
