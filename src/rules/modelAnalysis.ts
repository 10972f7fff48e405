import { expandCalls } from '../ir/expandCalls';
import { inferFacts, type FactOf } from '../ir/inferTypes';
import type { Model, ModelEdit, ModelFollower, Problem } from '../ir/model';
import { openBodies } from '../ir/openBodies';
import { readSettings, type Origin, type TextRange } from '../ir/origin';
import { remembered, type RememberedGraph } from '../ir/rememberedGraph';
import { sameJson } from '../ir/sameJson';
import { withDifference } from '../ir/textDifference';
import type { TextLines } from '../ir/textLines';
import { restatedNorm } from '../layers/fileLayers';
import type { Layer, LayerView, RecognizedNorm } from '../layers/layerView';
import { layerView } from '../layers/recognize';
import { changedFacts, type FactsChange } from '../protocol/factsChange';
import type { Finding, FixOffer, LayerFacts, ModelFacts, ProblemFact, Source } from '../protocol/facts';
import { fixFormats } from '../protocol/fix';
import { translated } from '../texts/say';
import { isExported } from './folding';
import { hiddenLayers } from './hiddenLayers';
import { factsOfLayers, layerSource, summarize } from './layerFacts';
import { LimitedValues, loadValues, type LoadedValues } from './loadValues';
import { parametersOf } from './normParameters';
import { NumberReads, normNumbers, type NormNumber } from './numberReads';
import { rules } from './registry';
import type { Report, Rule } from './rule';
import type { RuleSeverity } from './severities';

/** Numbers of norms' parameters whose distribution is stated; real models have less than a hundredth. */
const MAX_DESCRIBED = 2 ** 24;

export interface AnalysisOptions {
  /** Severity by rule id, in place of the rule's own; 'off' leaves the rule out. */
  readonly severities?: Readonly<Record<string, RuleSeverity>>;
}

/** Numbers of parameters that are kept while a text is edited: 64 MB. */
const MAX_KEPT = 2 ** 24;

/** What is known of a model while it is analyzed. */
interface Parts {
  readonly model: Model;
  /** The graph is the file's own, with nothing expanded. */
  readonly isAsRead: boolean;
  readonly graph: RememberedGraph;
  readonly types: FactOf;
  readonly view: LayerView;
  /** Names of values that loops compute. */
  readonly inside: ReadonlySet<string>;
  readonly loaded: LoadedValues;
  readonly active: readonly Rule[];
  readonly reads: NumberReads<Rule>;
}

/**
 * The layers of a graph, and the numbers that they and the rules ask for.
 * @param known numbers that were loaded before
 */
async function layersOf(
  graph: RememberedGraph,
  exported: boolean,
  active: readonly Rule[],
  isFollowed: boolean,
  known?: LoadedValues,
): Promise<Pick<Parts, 'types' | 'view' | 'loaded' | 'reads'>> {
  const types = inferFacts(graph);
  const view = layerView(graph, types, { exported });
  const reads = new NumberReads<Rule>();
  if (isFollowed) for (const layer of view.layers) if (layer.norm) setNorm(layer, reads.watched(layer.norm));
  const wanted = [
    ...active.flatMap((r) => (r.needs === undefined ? [] : reads.during(r, () => r.needs!(view)))),
    ...view.layers.flatMap((layer) => parametersOf(layer)),
  ];
  return { types, view, reads, loaded: await loadValues(graph, wanted, known) };
}

/** Everything NormScope says about a model without running it, and what of it has to be said anew after an edit of its text. */
export class ModelAnalysis {
  private readonly place: { readonly path: string; lines?: TextLines };
  /** How many findings each rule has, in their order. */
  private readonly counts = new Map<Rule, number>();
  /** Numbers for rules, and for what is stated of norms; counted anew for each version of a text. */
  private values: LimitedValues;
  private described: LimitedValues;
  private readonly factsOf: (layer: Layer) => LayerFacts;
  private current: ModelFacts;

  /** @param before what an earlier version of the text was found to be, with places in this one */
  private constructor(
    private readonly parts: Parts,
    path: string,
    lines: TextLines | undefined,
    private readonly options: AnalysisOptions,
    before?: { readonly facts: ModelFacts; readonly sourceOf: (layer: Layer) => Source | undefined },
  ) {
    const { model, graph, types, view, loaded, active } = parts;
    const place = (this.place = { path, lines });
    this.values = new LimitedValues(loaded.values);
    this.described = new LimitedValues(loaded.values, MAX_DESCRIBED);
    const sourceOf = before?.sourceOf ?? ((layer: Layer) => layerSource(layer, place));
    this.factsOf = factsOfLayers(view, types, sourceOf, (value) => this.described.get(value));
    const layers = view.layers.map(this.factsOf);
    const findings = active.flatMap((rule) => this.check(rule, layers));
    const found = { layers, summary: summarize(view), findings };
    this.current = before
      ? { ...before.facts, ...found }
      : {
          path,
          format: model.format,
          producer: model.producer,
          opsets: Object.fromEntries([...model.opsets].map(([domain, version]) => [domain || 'ai.onnx', version])),
          nodeCount: model.nodeCount,
          parameterCount: model.parameterCount,
          weights: model.weights,
          graphHash: model.graphHash,
          ...found,
          problems: [...model.problems, ...hiddenLayers(graph), ...loaded.problems, ...this.values.problems].map((p) =>
            problemFact(p, path),
          ),
        };
  }

  /**
   * @param path of the model as the user gave it, for places in its text
   * @param isFollowed edits of its text may follow
   */
  static async of(
    file: Model,
    path: string,
    options: AnalysisOptions = {},
    isFollowed = false,
  ): Promise<ModelAnalysis> {
    const { model, inside } = openBodies(expandCalls(file));
    const graph = remembered(model.graph);
    const active = rules.filter((r) => severityOf(r, options) !== 'off');
    const layers = await layersOf(graph, isExported(model), active, isFollowed);
    const isAsRead = model.graph === file.graph;
    return new ModelAnalysis({ model, isAsRead, graph, inside, active, ...layers }, path, model.lines, options);
  }

  get facts(): ModelFacts {
    return this.current;
  }

  /**
   * Begins to follow the text. Undefined for files that are none, where the graph that was analyzed is not that of the file, and
   * where there are more numbers than are looked at or kept.
   */
  follower(): ModelFollower | undefined {
    const { model, isAsRead, loaded } = this.parts;
    const kept = [...loaded.values.values()].reduce((sum, { length }) => sum + length, 0);
    return isAsRead && !this.isLimited && kept <= MAX_KEPT ? model.follow?.() : undefined;
  }

  /**
   * Takes over an edit of the text, with which this analysis is used up.
   * @returns the analysis of the edited text and, where it is the same but for little, how the facts differ; undefined where too
   *   much depends on the edit
   */
  async follow(edit: ModelEdit): Promise<{ analysis: ModelAnalysis; change?: FactsChange } | undefined> {
    const { lines } = this.place;
    if (lines === undefined || this.hasProblemIn(edit.around, lines)) return undefined;
    const { difference, behind, layer: edited, graphHash } = edit;
    const text = withDifference(lines.text, difference);
    const now = lines.edited(text, difference);
    this.place.lines = now;
    const from = lines.positionAt(behind);
    const to = now.positionAt(behind + text.length - lines.text.length);
    const moved = from.line === to.line && from.character === to.character ? undefined : { from, to };
    const places = { graphHash, ...(moved && { moved }), layers: [] };
    this.values = new LimitedValues(this.parts.loaded.values);
    this.described = new LimitedValues(this.parts.loaded.values, MAX_DESCRIBED);
    if (edited === undefined) {
      this.current = changedFacts(this.current, places);
      return { analysis: this, change: places };
    }
    this.restate(edited);
    if (edited.isInNumbers && hasSameSettings(edited)) {
      const changed = this.layersFrom(edited.before);
      const numbers = this.restateNorms(changed, edited.after);
      const layers = changed.map((layer) => ({
        index: layer.index,
        facts: { ...this.factsOf(layer), source: layerSource(layer, this.place) },
      }));
      this.current = changedFacts(this.current, { ...places, layers });
      const findings = this.checkAgain(numbers);
      const change = { ...places, layers, ...splice(this.current.findings, findings) };
      this.current = { ...this.current, findings };
      return { analysis: this, change };
    }
    return this.seenAnew(edited, changedFacts(this.current, places));
  }

  /**
   * The layers of the graph, and all that follows from them, after nodes have come to compute in another way.
   * @param facts the earlier ones, with places in the new text
   */
  private async seenAnew(
    { before, after }: NonNullable<ModelEdit['layer']>,
    facts: ModelFacts,
  ): Promise<{ analysis: ModelAnalysis } | undefined> {
    const { model, graph, active, loaded: known, view: old } = this.parts;
    const { path, lines } = this.place;
    const sources = new Map<Origin | undefined, Source | undefined>([[undefined, undefined]]);
    for (const { origin, index } of old.layers) sources.set(origin, facts.layers[index].source);
    const own = this.layersFrom(before)[0];
    if (own !== undefined) sources.set(after, layerSource({ ...own, origin: after }, this.place));
    const layers = await layersOf(graph, isExported(model), active, true, known);
    if (layers.loaded.problems.length > 0 || layers.view.layers.some(({ origin }) => !sources.has(origin)))
      return undefined;
    const sourceOf = ({ origin }: Layer) => sources.get(origin);
    const parts = { ...this.parts, ...layers };
    const analysis = new ModelAnalysis(parts, path, lines, this.options, { facts, sourceOf });
    return analysis.isLimited ? undefined : { analysis };
  }

  /** There are more numbers than are looked at. */
  private get isLimited(): boolean {
    return [this.values, this.described].some(({ problems }) => problems.length > 0);
  }

  private layersFrom(origin: Origin): readonly Layer[] {
    return this.parts.view.layers.filter((layer) => layer.origin === origin);
  }

  /** Problems at settings would have to be looked for in the new text. */
  private hasProblemIn(around: ModelEdit['around'], lines: TextLines): boolean {
    if (around === undefined) return false;
    const { start, end } = lines.rangeOf(around.offset, around.length);
    const isBefore = (a: TextRange['start'], b: TextRange['start']) =>
      a.line < b.line || (a.line === b.line && a.character < b.character);
    return this.current.problems.some(({ source }) => {
      const at = source?.range.start;
      return at !== undefined && isBefore(start, at) && isBefore(at, end);
    });
  }

  /** States the nodes of a layer of the file anew. */
  private restate({ before, after, nodes }: NonNullable<ModelEdit['layer']>): void {
    const { graph } = this.parts;
    for (const { origin, index } of graph.nodes()) if (origin === before) graph.restate(index, after, nodes.get(index));
  }

  /** Gives norms the numbers that their nodes and settings state now; returns which are different. */
  private restateNorms(layers: readonly Layer[], origin: Origin): readonly NormNumber[] {
    const { graph, reads } = this.parts;
    const changed = new Set<NormNumber>();
    for (const layer of layers) {
      Object.assign(layer, { origin });
      if (layer.norm === undefined) continue;
      const norm = restatedNorm(layer.norm, graph.node(layer.main), origin);
      for (const number of normNumbers) if (!Object.is(norm[number], layer.norm[number])) changed.add(number);
      setNorm(layer, reads.watched(norm));
    }
    return [...changed];
  }

  /** The findings, those of the rules that ask for these numbers made anew. */
  private checkAgain(numbers: readonly NormNumber[]): readonly Finding[] {
    const { findings, layers } = this.current;
    let at = 0;
    return this.parts.active.flatMap((rule) => {
      const before = findings.slice(at, (at += this.counts.get(rule)!));
      return this.parts.reads.hasRead(rule, numbers) ? this.check(rule, layers) : before;
    });
  }

  /** @param layers facts of the layers, which have their places */
  private check(rule: Rule, layers: readonly LayerFacts[]): readonly Finding[] {
    const { model, graph, types, view, reads } = this.parts;
    const found: Finding[] = [];
    reads.during(rule, () =>
      rule.check({
        model,
        view,
        values: (v) => this.values.get(v),
        // a layer without inputs has no first one
        typeOf: (v) => (v >= 0 ? (types(v) ?? graph.valueType(v)) : undefined),
        report: (report) => found.push(this.finding(rule, report, layers)),
      }),
    );
    this.counts.set(rule, found.length);
    return found;
  }

  private finding(rule: Rule, { layer, layers, message, severity }: Report, facts: readonly LayerFacts[]): Finding {
    const { model, view, inside } = this.parts;
    const { fix } = rule.meta;
    const asked = severityOf(rule, this.options);
    const first: Layer | undefined = layer ?? layers?.[0];
    const named = layers ?? (layer === undefined ? [] : [layer]);
    const isInside = named.length > 0 && named.every((l) => inside.has(view.graph.valueName(l.output)));
    return {
      ruleId: rule.meta.id,
      severity: asked === undefined || asked === 'off' ? (severity ?? rule.meta.severity) : asked,
      message,
      layer: layer?.id ?? null,
      layers: layers?.map((l) => l.id),
      source: first && facts[first.index].source,
      // an edit goes through the graph, not into loops
      ...(isFixable(model, fix) && !isInside && { fix: { id: fix.id, title: translated(fix.title) } }),
    };
  }
}

/** What is read of the settings of a layer once it is operators is the same, but for numbers of norms. */
function hasSameSettings({ before, after }: NonNullable<ModelEdit['layer']>): boolean {
  const others = readSettings.filter((setting) => setting !== 'epsilon' && setting !== 'momentum');
  return others.every((setting) => sameJson(before.config[setting], after.config[setting]));
}

function setNorm(layer: Layer, norm: RecognizedNorm): void {
  Object.assign(layer, { norm });
}

/** The shortest stretch of the old findings that has become another. */
function splice(before: readonly Finding[], after: readonly Finding[]): Pick<FactsChange, 'findings'> {
  const shorter = Math.min(before.length, after.length);
  let at = 0;
  while (at < shorter && sameJson(before[at], after[at])) at++;
  let behind = 0;
  while (behind < shorter - at && sameJson(before[before.length - 1 - behind], after[after.length - 1 - behind]))
    behind++;
  const removed = before.length - behind - at;
  const added = after.slice(at, after.length - behind);
  return removed === 0 && added.length === 0 ? {} : { findings: { at, removed, added } };
}

function severityOf(rule: Rule, { severities }: AnalysisOptions): RuleSeverity | undefined {
  const { id } = rule.meta;
  return severities !== undefined && Object.hasOwn(severities, id) ? severities[id] : undefined;
}

/** A copy is proven by running it. */
function isFixable({ format, weights }: Model, fix: FixOffer | undefined): fix is FixOffer {
  return fix !== undefined && fixFormats[fix.id].includes(format) && weights === 'present';
}

function problemFact({ code, message, place }: Problem, path: string): ProblemFact {
  if (place?.line === undefined) return { code, message };
  const at = { line: place.line, character: place.character ?? 0 };
  return { code, message, source: { uri: path, range: { start: at, end: at } } };
}
