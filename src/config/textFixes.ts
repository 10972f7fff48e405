import { createScanner } from 'jsonc-parser';
import { DECODED } from '../formats/tfjs/jsonPlace';
import type { Span } from '../formats/tfjs/jsonIndex';
import type { LayerDefinition } from '../formats/tfjs/topology';
import type { Finding, LayerFacts, ModelFacts } from '../protocol/facts';
import type { ConfigDocument, ConfigLayer } from './configDocument';

/** A change of a model's text that settles a finding. */
export interface TextFix {
  readonly title: string;
  /** In UTF-16 units of the text; they do not overlap. */
  readonly edits: readonly { readonly span: Span; readonly text: string }[];
}

const STRING = 10;
const END = 17;

/**
 * What can be done in a model's text about a finding: the norm moved before its activation, the bias left out, the axis set.
 * Edits that change the number or shape of weights are offered only for files without weights. The text keeps its formatting.
 * @param facts of this text; places in them are the text's own
 */
export function textFixes(config: ConfigDocument, facts: ModelFacts, finding: Finding): readonly TextFix[] {
  const editor = new ModelText(config, facts);
  const fix = fixers[finding.ruleId]?.(editor, finding);
  return fix === undefined ? [] : [fix];
}

const fixers: Readonly<Record<string, (text: ModelText, finding: Finding) => TextFix | undefined>> = {
  'norm-after-activation': moveBeforeActivation,
  'bias-before-norm': dropBiases,
  'norm-axis-not-channel': setAxis,
};

type Edit = TextFix['edits'][number];

function dropBiases(text: ModelText, { layers = [] }: Finding): TextFix | undefined {
  if (text.config.hasWeights) return undefined;
  const edits = layers.map((id) => text.set(id, 'use_bias', 'false'));
  if (edits.length === 0 || !edits.every((e): e is Edit => e !== undefined)) return undefined;
  return { title: `Leave out the bias of ${edits.length === 1 ? layers[0] : `${edits.length} layers`}`, edits };
}

function setAxis(text: ModelText, { layer, layers = [] }: Finding): TextFix | undefined {
  const norm = text.layer(layer);
  const linear = text.layer(layers[0] ?? null);
  const rank = text.facts.layers.find((l) => l.id === layer)?.outputShape?.length;
  if (text.config.hasWeights || norm === undefined || linear === undefined || rank === undefined) return undefined;
  const axis = linear.definition.config.data_format === 'channels_first' ? 1 : rank - 1;
  const asList = Array.isArray(norm.definition.config.axis);
  const edit = text.set(layer!, 'axis', asList ? `[${axis}]` : String(axis));
  return (
    edit && { title: `Normalize along axis ${axis}, the channels (changes what the model computes)`, edits: [edit] }
  );
}

function moveBeforeActivation(text: ModelText, { layer, layers = [] }: Finding): TextFix | undefined {
  const norm = text.layer(layer);
  const before = layers.map((id) => text.layer(id));
  const last = before[before.length - 1];
  if (norm === undefined || last === undefined || last.model !== norm.model) return undefined;
  const own = last.definition.config.activation;
  const edits =
    last.className === 'Activation' || standalone.has(last.className)
      ? text.swap(last, norm)
      : typeof own === 'string'
        ? text.splitOff(last, own, norm)
        : undefined;
  return (
    edits && { title: `Move ${norm.definition.name} before the activation (changes what the model computes)`, edits }
  );
}

/** Layer classes that are an activation and nothing else. */
const standalone: ReadonlySet<string> = new Set(['ReLU', 'LeakyReLU', 'ELU', 'ThresholdedReLU', 'Softmax']);

/** A model's text with its layers by their ids, and the edits that fixes are made of. */
class ModelText {
  private readonly byId = new Map<string, ConfigLayer>();

  constructor(
    readonly config: ConfigDocument,
    readonly facts: ModelFacts,
  ) {
    const byOffset = new Map(config.layers.map((l) => [l.span.offset, l]));
    for (const { id, source } of facts.layers) {
      const stated = source && byOffset.get(config.lines.offsetAt(source.range.start));
      // JSON inside a string cannot be edited as it stands
      if (stated !== undefined && !stated.definition.place.steps().includes(DECODED)) this.byId.set(id, stated);
    }
  }

  layer(id: LayerFacts['id'] | null): ConfigLayer | undefined {
    return id === null ? undefined : this.byId.get(id);
  }

  /** Gives a setting of a layer's config a value; it is added as the first where it is not stated. */
  set(id: string, name: string, value: string): Edit | undefined {
    const layer = this.layer(id);
    if (layer === undefined) return undefined;
    const place = layer.definition.configPlace;
    const stated = this.config.spanOf(place.to(name));
    if (stated !== undefined) return { span: stated, text: value };
    const object = this.config.spanOf(place);
    if (object === undefined) return undefined;
    const first = /^\{(\s*)/.exec(this.config.text.slice(object.offset, object.offset + object.length))!;
    const offset = object.offset + first[0].length;
    return { span: { offset, length: 0 }, text: `"${name}": ${value}, ${first[1]}`.trimEnd() + (first[1] || ' ') };
  }

  /** Lets two neighbours change places: `first` feeds only `second`, and becomes what is behind it. */
  swap(first: ConfigLayer, second: ConfigLayer): Edit[] | undefined {
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
      ...this.renamed(this.inboundOf(a), input.layer, b.name),
      ...this.renamed(this.inboundOf(b), a.name, input.layer),
      ...this.readersOf(second, [a]).flatMap((span) => this.renamed(span, b.name, a.name)),
    ];
  }

  /** Makes the activation that a layer applies itself a layer of its own behind the norm. */
  splitOff(linear: ConfigLayer, activation: string, norm: ConfigLayer): Edit[] | undefined {
    const own = this.config.spanOf(linear.definition.configPlace.to('activation'));
    if (own === undefined || !this.areNeighbours(linear, norm)) return undefined;
    const name = this.freshName(`${linear.definition.name}_${activation}`, linear);
    const config = `{"name": ${JSON.stringify(name)}, "trainable": true, "activation": ${JSON.stringify(activation)}}`;
    const after = norm.span.offset + norm.span.length;
    const separator = this.config.text.slice(0, norm.span.offset).match(/\s*$/)![0];
    const add = (rest: string): Edit => ({
      span: { offset: after, length: 0 },
      text: `,${separator}{"class_name": "Activation", "config": ${config}${rest}}`,
    });
    const edits: Edit[] = [{ span: own, text: '"linear"' }];
    if (linear.model.kind === 'sequential') return [...edits, add('')];
    const inbound = this.inboundOf(norm.definition);
    if (inbound === undefined) return undefined;
    // the norm's own call, with the norm as what it reads
    const call = this.replaceNames(inbound, linear.definition.name, norm.definition.name);
    const readers = this.readersOf(norm, []).flatMap((span) => this.renamed(span, norm.definition.name, name));
    return [...edits, add(`, "name": ${JSON.stringify(name)}, "inbound_nodes": ${call}`), ...readers];
  }

  /** True when the first layer is called once and feeds the second alone, and the second is called once with it alone. */
  private areNeighbours(first: ConfigLayer, second: ConfigLayer): boolean {
    const { model } = first;
    const [a, b] = [first.definition, second.definition];
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
    return this.config.spanOf(place.to('inbound_nodes'));
  }

  /** Where other layers and the model's outputs say what they read. */
  private readersOf({ model, definition }: ConfigLayer, except: readonly LayerDefinition[]): Span[] {
    const readers = model.layers
      .filter((l) => !except.includes(l) && l.calls.some((c) => c.inputs.some((i) => i.layer === definition.name)))
      .map((l) => this.inboundOf(l));
    const outputs = this.config.spanOf(model.configPlace.to('output_layers'));
    return [...readers, outputs].filter((span) => span !== undefined);
  }

  /** The strings inside a stretch of the text that are a layer's name, replaced. */
  private renamed(span: Span | undefined, from: string, to: string): Edit[] {
    if (span === undefined) return [];
    const scanner = createScanner(this.sliceOf(span), true);
    const edits: Edit[] = [];
    for (let kind: number = scanner.scan(); kind !== END; kind = scanner.scan()) {
      if (kind !== STRING || scanner.getTokenValue() !== from) continue;
      const place = { offset: span.offset + scanner.getTokenOffset(), length: scanner.getTokenLength() };
      edits.push({ span: place, text: JSON.stringify(to) });
    }
    return edits;
  }

  private replaceNames(span: Span, from: string, to: string): string {
    let text = this.sliceOf(span);
    for (const { span: at, text: name } of this.renamed(span, from, to).reverse()) {
      const start = at.offset - span.offset;
      text = text.slice(0, start) + name + text.slice(start + at.length);
    }
    return text;
  }

  private sliceOf({ offset, length }: Span): string {
    return this.config.text.slice(offset, offset + length);
  }

  private freshName(wanted: string, { model }: ConfigLayer): string {
    const taken = new Set(model.layers.map((l) => l.name));
    let name = wanted;
    for (let i = 1; taken.has(name); i++) name = `${wanted}_${i}`;
    return name;
  }
}
