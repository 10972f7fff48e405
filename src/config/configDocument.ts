import { parseJson } from '../formats/tfjs/parseJson';
import { JsonIndex, type Span } from '../formats/tfjs/jsonIndex';
import type { JsonPlace } from '../formats/tfjs/jsonPlace';
import { statedLayers, type StatedLayer } from '../formats/tfjs/statedLayers';
import { findModel, readTopology, type ModelDefinition } from '../formats/tfjs/topology';
import { ModelError } from '../ir/errors';
import { TextLines } from '../ir/textLines';
import type { Range } from '../protocol/facts';

/** A member of a layer's object or of its config. */
export interface ConfigSetting {
  readonly layer: StatedLayer;
  readonly name: string;
  readonly key: Span;
  readonly value: Span;
}

/** The layers of one version of a model text and where each stands. Made once for a version and kept with it. */
export class ConfigDocument {
  /** In the order of the text; a layer comes after the one that it lies in. */
  readonly layers: readonly StatedLayer[];
  /** For each layer the index of the one that it lies in, or -1. */
  readonly around: Int32Array;

  readonly lines: TextLines;
  private readonly index: JsonIndex;
  /** The file comes with weights, which edits of its text must leave the number and shape of. */
  readonly hasWeights: boolean;

  private constructor(
    readonly text: string,
    model: ModelDefinition,
    weightsManifest: unknown,
  ) {
    this.index = new JsonIndex(text);
    this.hasWeights = Array.isArray(weightsManifest) && weightsManifest.length > 0;
    this.lines = new TextLines(text);
    const layers = (this.layers = statedLayers(model, this.index));
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
      const { model } = readTopology(stated, () => undefined);
      return new ConfigDocument(text, model, stated.weightsManifest);
    } catch (error) {
      if (error instanceof ModelError) return undefined;
      throw error;
    }
  }

  /** The innermost layer that the offset lies in. */
  layerAt(offset: number): StatedLayer | undefined {
    let low = 0;
    let high = this.layers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.layers[middle].span.offset <= offset) low = middle + 1;
      else high = middle;
    }
    let found = low - 1;
    while (found >= 0 && end(this.layers[found].span) <= offset) found = this.around[found];
    return this.layers[found];
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
