import { createScanner } from 'jsonc-parser';
import type { Span } from '../../formats/tfjs/jsonIndex';
import { DECODED, type JsonPlace } from '../../formats/tfjs/jsonPlace';
import type { StatedLayer } from '../../formats/tfjs/statedLayers';
import { end, withoutElements, type TextEdit } from '../../formats/tfjs/textEdits';
import type { LayerDefinition, ModelDefinition } from '../../formats/tfjs/topology';

const STRING = 10;
const END = 17;

/** The text of a layers model and where its parts stand. */
export interface StatedText {
  readonly text: string;
  readonly layers: readonly StatedLayer[];
  /** Where the value at a place of the file stands. */
  spanOf(place: JsonPlace): Span | undefined;
}

/** Edits of a layers model's text, which keep its formatting and leave all else as it stands. */
export class LayersText {
  private readonly byOffset: ReadonlyMap<number, StatedLayer>;
  /** Of the layers of each model. */
  private readonly names = new Map<ModelDefinition, ReadonlySet<string>>();

  constructor(private readonly stated: StatedText) {
    this.byOffset = new Map(
      stated.layers
        // JSON inside a string cannot be edited as it stands
        .filter(({ definition }) => !definition.place.steps().includes(DECODED))
        .map((layer) => [layer.span.offset, layer]),
    );
  }

  /** The layer whose object begins there, where it can be edited. */
  layerAt(offset: number): StatedLayer | undefined {
    return this.byOffset.get(offset);
  }

  /** The layer that a model is, which is called in the model around it; undefined for the outermost. */
  layerOf(model: ModelDefinition): StatedLayer | undefined {
    return this.stated.layers.find(({ definition }) => definition.nested === model);
  }

  /** Gives a setting of a layer's config a value; it is added as the first where it is not stated. */
  set(layer: StatedLayer, name: string, value: string): TextEdit | undefined {
    const place = layer.definition.configPlace;
    const stated = this.stated.spanOf(place.to(name));
    if (stated !== undefined) return { span: stated, text: value };
    const object = this.stated.spanOf(place);
    if (object === undefined) return undefined;
    const [first, space, next] = /^\{(\s*)(\S)/.exec(this.sliceOf(object))!;
    const offset = object.offset + first.length - 1;
    const separator = next === '}' ? '' : `,${space || ' '}`;
    return { span: { offset, length: 0 }, text: `${JSON.stringify(name)}: ${value}${separator}` };
  }

  /** Lets two neighbours change places: `first` feeds only `second`, and becomes what is behind it. */
  swap(first: StatedLayer, second: StatedLayer): TextEdit[] | undefined {
    if (!this.areNeighbours(first, second)) return undefined;
    if (first.model.kind === 'sequential') {
      return [
        { span: first.span, text: this.sliceOf(second.span) },
        { span: second.span, text: this.sliceOf(first.span) },
      ];
    }
    const [a, b] = [first.definition, second.definition];
    const [input] = a.calls[0].inputs;
    return [
      ...this.renamed(this.inboundOf(a), new Map([[input.layer, b.name]])),
      ...this.renamed(this.inboundOf(b), new Map([[a.name, input.layer]])),
      ...this.readersOf(second, [a]).flatMap((span) => this.renamed(span, new Map([[b.name, a.name]]))),
    ];
  }

  /** Makes the activation that a layer applies itself a layer of its own behind the norm. */
  splitOff(linear: StatedLayer, activation: string, norm: StatedLayer): TextEdit[] | undefined {
    const own = this.stated.spanOf(linear.definition.configPlace.to('activation'));
    if (own === undefined || !this.areNeighbours(linear, norm)) return undefined;
    const name = this.freshName(`${linear.definition.name}_${activation}`, linear);
    const config = `{"name": ${JSON.stringify(name)}, "trainable": true, "activation": ${JSON.stringify(activation)}}`;
    const separator = spaceBefore(this.stated.text, norm.span.offset);
    const add = (rest: string): TextEdit => ({
      span: { offset: end(norm.span), length: 0 },
      text: `,${separator}{"class_name": "Activation", "config": ${config}${rest}}`,
    });
    const edits: TextEdit[] = [{ span: own, text: '"linear"' }];
    if (linear.model.kind === 'sequential') return [...edits, add('')];
    const inbound = this.inboundOf(norm.definition);
    if (inbound === undefined) return undefined;
    // the norm's own call, with the norm as what it reads
    const call = this.replaceNames(inbound, linear.definition.name, norm.definition.name);
    const renames = new Map([[norm.definition.name, name]]);
    const readers = this.readersOf(norm, []).flatMap((span) => this.renamed(span, renames));
    return [...edits, add(`, "name": ${JSON.stringify(name)}, "inbound_nodes": ${call}`), ...readers];
  }

  /**
   * Takes layers out of a model; who reads one reads what it read.
   * @param layers called once, on the first output of one layer's first call; not the first of a sequential model
   */
  remove(model: ModelDefinition, layers: readonly StatedLayer[]): TextEdit[] {
    const gone = new Set(layers.map(({ definition }) => definition));
    const elements = model.layers.map(({ place }) => this.stated.spanOf(place)!);
    const taken = new Set(model.layers.flatMap((l, i) => (gone.has(l) ? i : [])));
    const edits = withoutElements(elements, taken);
    if (model.kind === 'sequential') return edits;
    const sources = new Map(layers.map(({ definition: d }) => [d.name, d.calls[0].inputs[0].layer]));
    const renames = new Map<string, string>();
    for (const name of sources.keys()) {
      let source = name;
      for (let i = 0; i <= sources.size && sources.has(source); i++) source = sources.get(source)!;
      renames.set(name, source);
    }
    const reads = ({ calls }: LayerDefinition) => calls.some((c) => c.inputs.some((i) => renames.has(i.layer)));
    const readers = model.layers.filter((l) => !gone.has(l) && reads(l)).map((l) => this.inboundOf(l));
    const outputs = this.stated.spanOf(model.configPlace.to('output_layers'));
    return [...edits, ...[...readers, outputs].flatMap((span) => this.renamed(span, renames))];
  }

  /** True when the first layer is called once and feeds the second alone, and the second is called once with it alone. */
  areNeighbours(first: StatedLayer, second: StatedLayer): boolean {
    const { model } = first;
    const [a, b] = [first.definition, second.definition];
    if (model !== second.model) return false;
    if (model.kind === 'sequential') return model.layers.indexOf(b) === model.layers.indexOf(a) + 1;
    const single = ({ calls }: LayerDefinition) =>
      calls.length === 1 &&
      calls[0].inputs.length === 1 &&
      calls[0].inputs[0].call === 0 &&
      calls[0].inputs[0].tensor === 0;
    if (!single(a) || !single(b) || b.calls[0].inputs[0].layer !== a.name) return false;
    const reads = model.layers.flatMap((l) => l.calls.flatMap((c) => c.inputs)).filter((i) => i.layer === a.name);
    return reads.length === 1 && !model.outputs.some((o) => o.layer === a.name);
  }

  private inboundOf({ place }: LayerDefinition): Span | undefined {
    return this.stated.spanOf(place.to('inbound_nodes'));
  }

  /** Where other layers and the model's outputs say what they read. */
  private readersOf({ model, definition }: StatedLayer, except: readonly LayerDefinition[]): Span[] {
    const readers = model.layers
      .filter((l) => !except.includes(l) && l.calls.some((c) => c.inputs.some((i) => i.layer === definition.name)))
      .map((l) => this.inboundOf(l));
    const outputs = this.stated.spanOf(model.configPlace.to('output_layers'));
    return [...readers, outputs].filter((span) => span !== undefined);
  }

  /** The strings inside a stretch of the text that are names of layers, replaced by others. */
  private renamed(span: Span | undefined, names: ReadonlyMap<string, string>): TextEdit[] {
    if (span === undefined) return [];
    const scanner = createScanner(this.sliceOf(span), true);
    const edits: TextEdit[] = [];
    for (let kind: number = scanner.scan(); kind !== END; kind = scanner.scan()) {
      const to = kind === STRING ? names.get(scanner.getTokenValue()) : undefined;
      if (to === undefined) continue;
      const place = { offset: span.offset + scanner.getTokenOffset(), length: scanner.getTokenLength() };
      edits.push({ span: place, text: JSON.stringify(to) });
    }
    return edits;
  }

  private replaceNames(span: Span, from: string, to: string): string {
    let text = this.sliceOf(span);
    for (const { span: at, text: name } of this.renamed(span, new Map([[from, to]])).reverse()) {
      const start = at.offset - span.offset;
      text = text.slice(0, start) + name + text.slice(start + at.length);
    }
    return text;
  }

  private sliceOf(span: Span): string {
    return this.stated.text.slice(span.offset, end(span));
  }

  private freshName(wanted: string, { model }: StatedLayer): string {
    const taken = this.names.get(model) ?? new Set(model.layers.map((l) => l.name));
    this.names.set(model, taken);
    let name = wanted;
    for (let i = 1; taken.has(name); i++) name = `${wanted}_${i}`;
    return name;
  }
}

/** The white space that stands before a place. */
function spaceBefore(text: string, offset: number): string {
  let begin = offset;
  while (begin > 0 && /\s/.test(text[begin - 1])) begin--;
  return text.slice(begin, offset);
}
