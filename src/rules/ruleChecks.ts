import type { FactOf } from '../ir/inferTypes';
import type { Model } from '../ir/model';
import type { RememberedGraph } from '../ir/rememberedGraph';
import type { Layer, LayerView } from '../layers/layerView';
import { sameJson } from '../ir/sameJson';
import type { Splice } from '../protocol/factsChange';
import type { Finding, FixOffer, LayerFacts, ModelFacts } from '../protocol/facts';
import { fixFormats } from '../protocol/fix';
import { translated } from '../texts/say';
import type { LayerReads } from './layerReads';
import type { LimitedValues } from './loadValues';
import type { Report, Rule } from './rule';
import type { RuleSeverity } from './severities';

/** Severity by rule id, in place of the rule's own; 'off' leaves the rule out. */
export type Severities = Readonly<Record<string, RuleSeverity>>;

/** What rules look at. */
export interface Checked {
  readonly model: Model;
  readonly graph: RememberedGraph;
  readonly types: FactOf;
  readonly view: LayerView;
  /** Names of values that loops compute. */
  readonly inside: ReadonlySet<string>;
  readonly reads: LayerReads;
}

/** What rules found before the model came to have other nodes. */
interface KnownFindings {
  readonly checks: RuleChecks;
  /** With the places where they are now. */
  readonly findings: readonly Finding[];
  /** Layers that are others than before, or others are said of. */
  readonly changed: readonly Layer[];
}

/** The findings of rules, in their order. */
export class RuleChecks {
  /** How many findings each rule has, and had before it was last asked. */
  private counts = new Map<Rule, number>();
  private countsBefore = this.counts;

  constructor(
    private readonly checked: Checked,
    private readonly active: readonly Rule[],
    private readonly severities: Severities | undefined,
    private weights: Model['weights'],
  ) {}

  /**
   * @param layers facts of the layers, which have their places
   * @param known numbers that its layers have stay below what all rules together may look at
   */
  all(values: LimitedValues, layers: readonly LayerFacts[], known?: KnownFindings): readonly Finding[] {
    if (known === undefined) return this.active.flatMap((rule) => this.check(rule, values, layers));
    const { view } = this.checked;
    const around = withNeighbours(known.changed, view);
    const places = new Map(view.layers.map(({ id, index }) => [id, index]));
    const stays = new Map(places);
    for (const { id } of around) stays.delete(id);
    // a fix is offered where there are weights
    const areOffered = known.checks.weights === this.weights;
    let at = 0;
    return this.active.flatMap((rule) => {
      const before = known.findings.slice(at, (at += known.checks.counts.get(rule)!));
      if (!rule.isLocal || (rule.meta.fix !== undefined && !areOffered)) return this.check(rule, values, layers);
      const kept = before.filter(({ layer }) => stays.has(layer!));
      const found = this.check(rule, values, layers, { ...view, layers: around });
      this.counts.set(rule, kept.length + found.length);
      return [...kept, ...found].sort((a, b) => places.get(a.layer!)! - places.get(b.layer!)!);
    });
  }

  /**
   * The findings after a change.
   * @param before those from before it
   */
  again(
    before: readonly Finding[],
    isConcerned: (rule: Rule) => boolean,
    values: LimitedValues,
    { layers, weights }: Pick<ModelFacts, 'layers' | 'weights'>,
  ): readonly Finding[] {
    this.weights = weights;
    this.countsBefore = new Map(this.counts);
    let at = 0;
    return this.active.flatMap((rule) => {
      const known = before.slice(at, (at += this.countsBefore.get(rule)!));
      return isConcerned(rule) ? this.check(rule, values, layers) : known;
    });
  }

  /**
   * Where findings have become others, rule by rule.
   * @param before those of the rules as they were last asked, or as `earlier` ones were
   */
  splices(before: readonly Finding[], after: readonly Finding[], earlier?: RuleChecks): readonly Splice<Finding>[] {
    const counts = earlier?.counts ?? this.countsBefore;
    let [at, next] = [0, 0];
    return this.active.flatMap((rule) => {
      const was = before.slice(at, (at += counts.get(rule)!));
      const begin = next;
      const is = after.slice(begin, (next += this.counts.get(rule)!));
      const shorter = Math.min(was.length, is.length);
      let ahead = 0;
      while (ahead < shorter && isSameFinding(was[ahead], is[ahead])) ahead++;
      let behind = 0;
      while (behind < shorter - ahead && isSameFinding(was[was.length - 1 - behind], is[is.length - 1 - behind]))
        behind++;
      const removed = was.length - behind - ahead;
      const added = is.slice(ahead, is.length - behind);
      return removed === 0 && added.length === 0 ? [] : [{ at: begin + ahead, removed, added }];
    });
  }

  private check(
    rule: Rule,
    values: LimitedValues,
    layers: readonly LayerFacts[],
    view = this.checked.view,
  ): readonly Finding[] {
    const { model, graph, types, reads } = this.checked;
    const found: Finding[] = [];
    reads.during(rule.meta.id, () =>
      rule.check({
        model,
        view,
        values: (v) => values.get(v),
        // a layer without inputs has no first one
        typeOf: (v) => (v >= 0 ? (types(v) ?? graph.valueType(v)) : undefined),
        report: (report) => found.push(this.finding(rule, report, layers)),
      }),
    );
    this.counts.set(rule, found.length);
    return found;
  }

  private finding(rule: Rule, { layer, layers, message, severity }: Report, facts: readonly LayerFacts[]): Finding {
    const { graph, inside } = this.checked;
    const { fix } = rule.meta;
    const asked = severityOf(rule, this.severities);
    const first: Layer | undefined = layer ?? layers?.[0];
    const named = layers ?? (layer === undefined ? [] : [layer]);
    const isInside = named.length > 0 && named.every((l) => inside.has(graph.valueName(l.output)));
    return {
      ruleId: rule.meta.id,
      severity: asked === undefined || asked === 'off' ? (severity ?? rule.meta.severity) : asked,
      message,
      layer: layer?.id ?? null,
      layers: layers?.map((l) => l.id),
      source: first && facts[first.index].source,
      // an edit goes through the graph, not into loops
      ...(this.isFixable(fix) && !isInside && { fix: { id: fix.id, title: translated(fix.title) } }),
    };
  }

  /** A copy is proven by running it. */
  private isFixable(fix: FixOffer | undefined): fix is FixOffer {
    return fix !== undefined && fixFormats[fix.id].includes(this.checked.model.format) && this.weights === 'present';
  }
}

/** Layers and those that they may matter to by where they stand, in the order of the view. */
export function withNeighbours(layers: readonly Layer[], view: LayerView): readonly Layer[] {
  const all = new Set<Layer | undefined>(layers);
  for (const layer of layers)
    for (const side of ['predecessors', 'successors', 'nearestBefore', 'nearestAfter'] as const)
      for (const neighbour of view[side](layer)) all.add(neighbour);
  return [...all].filter((layer) => layer !== undefined).sort((a, b) => a.index - b.index);
}

/** Most are told apart by what they say and where. */
function isSameFinding(a: Finding, b: Finding): boolean {
  return a === b || (a.message === b.message && a.layer === b.layer && sameJson(a, b));
}

export function severityOf(rule: Rule, severities: Severities | undefined): RuleSeverity | undefined {
  const { id } = rule.meta;
  return severities !== undefined && Object.hasOwn(severities, id) ? severities[id] : undefined;
}
