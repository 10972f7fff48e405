import { expandCalls } from '../ir/expandCalls';
import { FollowedFacts, inferFacts } from '../ir/inferTypes';
import type { ValueId } from '../ir/graph';
import type { Model, Problem } from '../ir/model';
import { openBodies } from '../ir/openBodies';
import { remembered } from '../ir/rememberedGraph';
import type { TextLines } from '../ir/textLines';
import { FollowedLayers } from '../layers/followedLayers';
import type { Layer, LayerView } from '../layers/layerView';
import { layerView } from '../layers/recognize';
import type { LayerFacts, ModelFacts, ProblemFact, Source } from '../protocol/facts';
import { isExported } from './folding';
import { hiddenLayers } from './hiddenLayers';
import { LayerStatements, layerSource, summarize } from './layerFacts';
import { LayerReads } from './layerReads';
import { LimitedValues, loadValues, type LoadedValues } from './loadValues';
import { parametersOf } from './normParameters';
import { rules } from './registry';
import type { Rule } from './rule';
import { RuleChecks, severityOf, type Checked, type Severities } from './ruleChecks';

/** Numbers of norms' parameters whose distribution is stated; real models have less than a hundredth. */
export const MAX_DESCRIBED = 2 ** 24;

export interface AnalysisOptions {
  /** Severity by rule id, in place of the rule's own; 'off' leaves the rule out. */
  readonly severities?: Severities;
}

/** What is known of a model while it is analyzed. */
export interface Parts extends Checked {
  readonly loaded: LoadedValues;
  /** Values that somebody wanted the numbers of. */
  readonly wanted: Set<ValueId>;
  readonly active: readonly Rule[];
  /** What is kept up to date while the model's text is edited. */
  readonly followed?: { readonly facts: FollowedFacts; readonly layers: FollowedLayers };
}

/** What an earlier version of a text was found to be, with places in this one. */
interface Before {
  readonly facts: ModelFacts;
  readonly sourceOf: (layer: Layer) => Source | undefined;
  /** What was stated of a layer that is the same, with its place in this text. */
  readonly statedOf?: (layer: Layer) => LayerFacts | undefined;
  /** What the findings come from. */
  readonly checks?: RuleChecks;
}

/**
 * Sees the graph as layers, and loads the numbers that these and the rules ask for.
 * @param facts of the values, where the text of the model is followed
 * @param known numbers that were loaded before
 */
export async function partsOf(
  { model, graph, inside, active }: Pick<Parts, 'model' | 'graph' | 'inside' | 'active'>,
  facts: FollowedFacts | undefined,
  known?: LoadedValues,
): Promise<Parts> {
  const reads = new LayerReads();
  const types = facts?.of ?? inferFacts(graph);
  const layers = facts && new FollowedLayers(graph, types, reads.listener);
  const view = layers ? reads.watched(layers.view, graph) : layerView(graph, types, { exported: isExported(model) });
  const followed = facts && { facts, layers: layers! };
  return withNumbers({ model, graph, inside, active, types, view, reads, followed }, known);
}

/** Loads the numbers that the layers and the rules ask for. */
export async function withNumbers(parts: Omit<Parts, 'wanted' | 'loaded'>, known?: LoadedValues): Promise<Parts> {
  const wanted = new Set<ValueId>();
  collectNumbers(wanted, parts, parts.view);
  const loaded = await loadValues(parts.graph, wanted, known);
  return { ...parts, wanted, loaded };
}

/** Adds what the rules and the statements of layers want the numbers of. */
function collectNumbers(
  wanted: Set<ValueId>,
  { active, reads }: Pick<Parts, 'active' | 'reads'>,
  view: LayerView,
): void {
  for (const rule of active) for (const value of neededBy(rule, view, reads)) wanted.add(value);
  for (const layer of view.layers) for (const value of parametersOf(layer)) wanted.add(value);
}

/** Loads the numbers that are asked for of layers that are others now; those of the rest are loaded. */
export async function loadNumbersOf(
  layers: readonly Layer[],
  parts: Pick<Parts, 'active' | 'graph' | 'loaded' | 'reads' | 'view' | 'wanted'>,
): Promise<readonly Problem[]> {
  const { graph, view, wanted, loaded } = parts;
  const needed = new Set<ValueId>();
  collectNumbers(needed, parts, { ...view, layers });
  const { values, problems } = await loadValues(graph, needed, loaded);
  for (const [value, numbers] of values) loaded.values.set(value, numbers);
  for (const value of needed) wanted.add(value);
  return problems;
}

/** Values that a rule wants the numbers of, which it is a reader of its own for. */
export function neededBy(rule: Rule, view: LayerView, reads: LayerReads): readonly ValueId[] {
  return rule.needs === undefined ? [] : reads.during(readerOfNeeds(rule), () => rule.needs!(view));
}

export function readerOfNeeds({ meta }: Rule): string {
  return `${meta.id}: needs`;
}

/** Everything NormScope says about a model without running it. */
export class ModelAnalysis {
  readonly facts: ModelFacts;
  readonly checks: RuleChecks;
  /** There are more numbers than are looked at. */
  readonly isLimited: boolean;

  /** @param path of the model as the user gave it, for places in its text */
  constructor(
    readonly parts: Parts,
    readonly path: string,
    readonly lines: TextLines | undefined,
    readonly options: AnalysisOptions,
    before?: Before,
  ) {
    const { model, graph, view, loaded, active } = parts;
    const [values, described] = this.numbers();
    const sourceOf = before?.sourceOf ?? ((layer: Layer) => layerSource(layer, { path, lines }));
    const statements = this.statements(described);
    const changed: Layer[] = [];
    const layers = view.layers.map((layer) => {
      const stated = before?.statedOf?.(layer);
      if (stated && statements.areStill(stated, layer)) return stated;
      changed.push(layer);
      return statements.of(layer, sourceOf(layer));
    });
    this.checks = new RuleChecks(parts, active, options.severities, before?.facts.weights ?? model.weights);
    const known = before?.checks && { checks: before.checks, findings: before.facts.findings, changed };
    const findings = this.checks.all(values, layers, known);
    const found = { layers, summary: summarize(view), findings };
    this.isLimited = [values, described].some(({ problems }) => problems.length > 0);
    this.facts = before
      ? { ...before.facts, ...found }
      : {
          path,
          format: model.format,
          producer: model.producer,
          opsets: opsetsByName(model.opsets),
          nodeCount: model.nodeCount,
          parameterCount: model.parameterCount,
          weights: model.weights,
          graphHash: model.graphHash,
          ...found,
          problems: [...model.problems, ...hiddenLayers(graph), ...loaded.problems, ...values.problems].map((p) =>
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
    const active = rules.filter((r) => severityOf(r, options.severities) !== 'off');
    const canFollow = isFollowed && model.follow !== undefined && model.graph === file.graph && !isExported(model);
    const parts = await partsOf({ model, graph, inside, active }, canFollow ? new FollowedFacts(graph) : undefined);
    return new ModelAnalysis(parts, path, model.lines, options);
  }

  /** Numbers for rules, and for what is stated of norms; counted anew for each version of a text. */
  numbers(): [LimitedValues, LimitedValues] {
    const { values } = this.parts.loaded;
    return [new LimitedValues(values), new LimitedValues(values, MAX_DESCRIBED)];
  }

  statements(described: LimitedValues): LayerStatements {
    const { view, types } = this.parts;
    return new LayerStatements(view, types, (value) => described.get(value));
  }
}

export function opsetsByName(opsets: Model['opsets']): ModelFacts['opsets'] {
  return Object.fromEntries([...opsets].map(([domain, version]) => [domain || 'ai.onnx', version]));
}

function problemFact({ code, message, place }: Problem, path: string): ProblemFact {
  if (place?.line === undefined) return { code, message };
  const at = { line: place.line, character: place.character ?? 0 };
  return { code, message, source: { uri: path, range: { start: at, end: at } } };
}
