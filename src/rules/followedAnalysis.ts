import type { ValueId } from '../ir/graph';
import type { ModelEdit, ModelFollower, OtherStructure, StatedOtherwise } from '../ir/model';
import { readSettings, type Origin, type TextRange } from '../ir/origin';
import { indexNow } from '../ir/rememberedGraph';
import { sameJson } from '../ir/sameJson';
import { withDifference } from '../ir/textDifference';
import type { TextLines } from '../ir/textLines';
import type { Layer } from '../layers/layerView';
import { changedFacts, type FactsChange, type Splice } from '../protocol/factsChange';
import type { LayerFacts, ModelFacts, ProblemFact, Source } from '../protocol/facts';
import { layerSource, summarize } from './layerFacts';
import { loadValues } from './loadValues';
import { parametersOf } from './normParameters';
import {
  MAX_DESCRIBED,
  ModelAnalysis,
  neededBy,
  opsetsByName,
  partsOf,
  readerOfNeeds,
  loadNumbersOf,
  type Parts,
} from './modelAnalysis';
import type { Rule } from './rule';
import { withNeighbours } from './ruleChecks';

/** Numbers of parameters that are kept while a text is edited: 64 MB. */
const MAX_KEPT = 2 ** 24;

/** Settings that are read where layers are recognized, of the layer alone. */
const ofLayersAlone: readonly string[] = ['activation', 'epsilon', 'momentum', 'rate'];

type LayerEdit = NonNullable<ModelEdit['layer']>;

/** The analysis of a model whose text is edited: of an edit, what depends on it is said anew. */
export class FollowedAnalysis {
  /** @param facts with places in the text as it is now */
  constructor(
    private readonly analysis: ModelAnalysis,
    private lines = analysis.lines,
    public facts: ModelFacts = analysis.facts,
  ) {}

  /**
   * Begins to follow the text. Undefined for files that are none, where the graph that was analyzed is not that of the file, and
   * where there are more numbers than are looked at or kept.
   */
  follower(): ModelFollower | undefined {
    const { parts, isLimited } = this.analysis;
    const { model, graph, followed } = parts;
    const kept = [...parts.loaded.values.values()].reduce((sum, { length }) => sum + length, 0);
    return followed !== undefined && !isLimited && kept <= MAX_KEPT ? model.follow?.(graph) : undefined;
  }

  /**
   * Takes over an edit of the text, with which this analysis is used up.
   * @returns the analysis of the edited text and, where it is the same but for little, how the facts differ; undefined where too
   *   much depends on the edit
   */
  async follow(edit: ModelEdit): Promise<{ analysis: FollowedAnalysis; change?: FactsChange } | undefined> {
    const { lines } = this;
    const { difference, behind, layer: edited, structure, graphHash } = edit;
    if (lines === undefined || this.hasProblemIn(edit.around, lines, structure?.problemsKept)) return undefined;
    const text = withDifference(lines.text, difference);
    const now = lines.edited(text, difference);
    this.lines = now;
    const from = lines.positionAt(behind);
    const to = now.positionAt(behind + text.length - lines.text.length);
    const moved = from.line === to.line && from.character === to.character ? undefined : { from, to };
    const places = { graphHash, ...(moved && { moved }), layers: [] };
    this.facts = changedFacts(this.facts, places);
    if (structure !== undefined) return this.restructured(structure, places);
    if (edited === undefined) return { analysis: this, change: places };
    const { counts } = edited;
    const problems = edited.problems.map((stretch) => ({
      ...stretch,
      added: stretch.added.map((p) => this.problem(p)),
    }));
    this.facts = changedFacts(this.facts, { graphHash, layers: [], counts, problems });
    const change = await this.restated(edited);
    if (change === undefined) return this.seenAnew(edited);
    // what has moved has moved already
    this.facts = changedFacts(this.facts, { ...change, graphHash });
    return { analysis: this, change: { ...places, ...change, counts, ...(problems.length > 0 && { problems }) } };
  }

  /** States layers of the file anew; undefined where there may be other layers than before, or more numbers are to be read. */
  private async restated(edited: LayerEdit): Promise<Omit<FactsChange, 'graphHash'> | undefined> {
    const { parts } = this.analysis;
    const { graph, view, reads, followed, active, wanted } = parts;
    const { before, after, stated } = edited;
    graph.rename(before, after);
    for (const value of stated.tensors.keys()) parts.loaded.values.delete(value);
    const others = followed!.facts.again(this.nodesOf(stated), stated.tensors.keys());
    // what could not be read may not be asked for any more
    if (!hasSameSettings(edited) || (stated.tensors.size > 0 && parts.loaded.problems.length > 0)) return undefined;
    const seen = followed!.layers.again(new Map([...this.originsAt(others, stated), [after, before]]));
    if (seen === undefined) return undefined;
    // layers that share a name are told apart by those of their values
    if (stated.names.size > 0 && seen.again.some(({ id, name }) => id !== name)) return undefined;
    const isInWords = stated.tensors.size === 0 && [...others].every((value) => this.isConstant(value));
    const changed = isInWords ? seen : { ...seen, words: undefined };
    const isConcerned = (reader: string) => reads.isConcerned(reader, changed, stated.nodes.keys());
    const needy = active.filter((rule) => isConcerned(readerOfNeeds(rule)));
    const loaded = await loadValues(
      graph,
      [...stated.tensors.keys()].filter((value) => wanted.has(value)),
    );
    if (loaded.problems.length > 0) return undefined;
    for (const [value, numbers] of loaded.values) parts.loaded.values.set(value, numbers);
    if (loaded.values.size > 0 && describedNumbers(parts) > MAX_DESCRIBED) return undefined;
    const needed = [
      ...needy.flatMap((rule) => neededBy(rule, view, reads)),
      ...seen.again.flatMap((l) => parametersOf(l)),
    ];
    if (!needed.every((value) => wanted.has(value))) return undefined;

    const [numbers, described] = this.analysis.numbers();
    const statements = this.analysis.statements(described);
    const sourceOf = (layer: Layer) =>
      layer.origin === after ? this.sourceOf(layer) : this.facts.layers[layer.index].source;
    const layers = [...new Set([...seen.again, ...seen.placed])].map((layer) => ({
      at: layer.index,
      removed: 1,
      added: [statements.of(layer, sourceOf(layer))],
    }));
    const facts = changedFacts(this.facts, { graphHash: this.facts.graphHash, layers });
    const summary = summarize(view);
    const findings = this.analysis.checks.again(facts.findings, ({ meta }) => isConcerned(meta.id), numbers, facts);
    if (numbers.problems.length > 0) return undefined;
    return {
      layers,
      findings: this.analysis.checks.splices(facts.findings, findings),
      ...(!sameJson(summary, facts.summary) && { summary }),
    };
  }

  /** Nodes that are stated otherwise, and those whose values are declared otherwise. */
  private nodesOf({ nodes, types }: StatedOtherwise): readonly number[] {
    return [...nodes.keys(), ...[...types.keys()].map((value) => this.analysis.parts.graph.producer(value))];
  }

  /** Layers of the file that compute or read values, each as it was. */
  private originsAt(values: Iterable<ValueId>, { nodes }: StatedOtherwise): [Origin, Origin][] {
    const { graph } = this.analysis.parts;
    const around = new Set(nodes.keys());
    for (const value of values) {
      if (graph.producer(value) >= 0) around.add(graph.producer(value));
      for (const reader of graph.consumers(value)) around.add(reader);
    }
    return [...around].flatMap((index): [Origin, Origin][] => {
      const { origin } = graph.node(index);
      return origin === undefined ? [] : [[origin, origin]];
    });
  }

  private isConstant(value: ValueId): boolean {
    const { graph } = this.analysis.parts;
    const producer = graph.producer(value);
    return producer >= 0 && graph.node(producer).opType === 'Constant';
  }

  private problem({ code, message, offset }: LayerEdit['problems'][number]['added'][number]): ProblemFact {
    const at = this.lines!.positionAt(offset);
    return { code, message, source: { uri: this.analysis.path, range: { start: at, end: at } } };
  }

  private sourceOf(layer: Layer): Source | undefined {
    return layerSource(layer, { path: this.analysis.path, lines: this.lines });
  }

  /** The layers of the graph, and all that follows from them, after nodes have come to compute in another way. */
  private async seenAnew({ before, after }: LayerEdit): Promise<{ analysis: FollowedAnalysis } | undefined> {
    const { facts, lines } = this;
    const { parts: known, path, options } = this.analysis;
    const sources = new Map<Origin | undefined, Source | undefined>([[undefined, undefined]]);
    let own: Layer | undefined;
    for (const layer of known.view.layers) {
      const { origin, index } = layer;
      sources.set(origin, facts.layers[index].source);
      if (origin === before || origin === after) own ??= layer;
    }
    if (own !== undefined) sources.set(after, layerSource({ origin: after }, { path, lines }));
    const parts = await partsOf(known, known.followed!.facts, known.loaded);
    if (parts.loaded.problems.length > 0 || parts.view.layers.some(({ origin }) => !sources.has(origin)))
      return undefined;
    const sourceOf = ({ origin }: Layer) => sources.get(origin);
    const analysis = new ModelAnalysis(parts, path, lines, options, { facts, sourceOf });
    return analysis.isLimited ? undefined : { analysis: new FollowedAnalysis(analysis) };
  }

  /** All that follows from other nodes in the graph. */
  private async restructured(
    structure: OtherStructure,
    places: FactsChange,
  ): Promise<{ analysis: FollowedAnalysis; change: FactsChange } | undefined> {
    const { stretch, nodes, values, tensors, origins, problemsKept } = structure;
    const { parts, path, options } = this.analysis;
    const { lines, facts: before } = this;
    const { facts: types, layers } = parts.followed!;
    const others = types.again(nodes, tensors);
    const known = parts.view.layers;
    const indices = layers.restructured(stretch, [...values, ...tensors, ...others]);
    const { graph, reads, loaded, wanted } = parts;
    reads.moveNodes(indexNow(stretch), readersOfLayersAlone(parts.active));
    for (const value of tensors) {
      loaded.values.delete(value);
      wanted.delete(value);
    }
    const now = { ...parts, view: reads.watched(layers.view, graph) };
    const again = layers.view.layers.filter(({ index }) => indices[index] < 0);
    const unread = await loadNumbersOf(withNeighbours(again, layers.view), now);
    if (unread.length > 0 || describedNumbers(now) > MAX_DESCRIBED) return undefined;

    const indexOf = (origin: Origin | undefined) =>
      origin === undefined ? -1 : known.findIndex((layer) => layer.origin === origin);
    const isPlaced = ({ origin, index }: Layer) =>
      indices[index] >= 0 || origin === undefined || origins.has(origin) || indexOf(origin) >= 0;
    if (!now.view.layers.every(isPlaced)) return undefined;
    const sourceOf = ({ origin, index }: Layer): Source | undefined => {
      const span = origin && origins.get(origin);
      if (span && lines) return { uri: path, range: lines.rangeOf(span.offset, span.length) };
      return before.layers[indices[index] >= 0 ? indices[index] : indexOf(origin)]?.source;
    };
    const statedOf = ({ origin, index }: Layer) =>
      indices[index] < 0 || (origin && origins.has(origin)) ? undefined : before.layers[indices[index]];
    const counts = { ...structure.counts, opsets: opsetsByName(structure.counts.opsets) };
    const problems: Splice<ProblemFact> = {
      at: problemsKept,
      removed: before.problems.length - problemsKept,
      added: structure.problems.map((p) => this.problem(p)),
    };
    const placed = { ...before, ...counts };
    const { checks: earlier } = this.analysis;
    const analysis = new ModelAnalysis(now, path, lines, options, {
      facts: placed,
      sourceOf,
      statedOf,
      checks: earlier,
    });
    if (analysis.isLimited) return undefined;
    const { facts, checks } = analysis;
    const change: Omit<FactsChange, 'graphHash'> = {
      layers: splicesOfLayers(before.layers, facts.layers, indices),
      findings: checks.splices(before.findings, facts.findings, earlier),
      problems: [problems],
      counts,
      ...(!sameJson(facts.summary, before.summary) && { summary: facts.summary }),
    };
    const { graphHash } = before;
    return {
      analysis: new FollowedAnalysis(analysis, lines, changedFacts(before, { ...change, graphHash })),
      change: { ...places, ...change },
    };
  }

  /** Problems at settings would have to be looked for in the new text. */
  private hasProblemIn(around: ModelEdit['around'], lines: TextLines, count?: number): boolean {
    if (around === undefined) return false;
    const { start, end } = lines.rangeOf(around.offset, around.length);
    const isBefore = (a: TextRange['start'], b: TextRange['start']) =>
      a.line < b.line || (a.line === b.line && a.character < b.character);
    return this.facts.problems.slice(0, count).some(({ source }) => {
      const at = source?.range.start;
      return at !== undefined && isBefore(start, at) && isBefore(at, end);
    });
  }
}

/** What is read of the settings of a layer once it is operators is the same, but for what is read where it is recognized. */
function hasSameSettings({ before, after }: LayerEdit): boolean {
  const others = readSettings.filter((setting) => !ofLayersAlone.includes(setting));
  return others.every((setting) => sameJson(before.config[setting], after.config[setting]));
}

/** Those whose answers of layers that are as they were stay the same. */
function readersOfLayersAlone(active: readonly Rule[]): ReadonlySet<string> {
  return new Set(active.flatMap((rule) => [readerOfNeeds(rule), ...(rule.isLocal ? [rule.meta.id] : [])]));
}

/** Numbers of which a distribution is stated; at least as many. */
function describedNumbers({ view, loaded }: Parts): number {
  let count = 0;
  for (const layer of view.layers)
    for (const value of parametersOf(layer)) count += loaded.values.get(value)?.length ?? 0;
  return count;
}

/** @param indices for each layer the index that it had; -1 for one that was none */
function splicesOfLayers(
  before: readonly LayerFacts[],
  after: readonly LayerFacts[],
  indices: Int32Array,
): readonly Splice<LayerFacts>[] {
  const splices: Splice<LayerFacts>[] = [];
  let next = 0;
  let added: LayerFacts[] = [];
  const take = (at: number, index: number) => {
    if (added.length > 0 || index > next) splices.push({ at: at - added.length, removed: index - next, added });
    next = index + 1;
    added = [];
  };
  after.forEach((layer, i) => {
    if (indices[i] >= 0 && before[indices[i]] === layer) take(i, indices[i]);
    else added.push(layer);
  });
  take(after.length, before.length);
  return splices;
}
