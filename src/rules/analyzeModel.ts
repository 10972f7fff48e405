import { translated } from '../texts/say';
import { expandCalls, openBodies } from '../ir/expandCalls';
import { inferFacts } from '../ir/inferTypes';
import { remembered } from '../ir/rememberedGraph';
import type { Model, Problem } from '../ir/model';
import { layerView } from '../layers/recognize';
import type { Layer, LayerView } from '../layers/layerView';
import type { Finding, FixOffer, ModelFacts, ProblemFact } from '../protocol/facts';
import { fixFormats } from '../protocol/fix';
import { isExported } from './folding';
import { hiddenLayers } from './hiddenLayers';
import { layerFacts, layerSource, summarize, type TextPlace } from './layerFacts';
import { LimitedValues, loadValues } from './loadValues';
import { parametersOf } from './normParameters';
import { rules } from './registry';
import type { Report, Rule } from './rule';
import type { RuleSeverity } from './severities';

/** Numbers of norms' parameters whose distribution is stated; real models have less than a hundredth. */
const MAX_DESCRIBED = 2 ** 24;

export interface AnalysisOptions {
  /** Severity by rule id, in place of the rule's own; 'off' leaves the rule out. */
  readonly severities?: Readonly<Record<string, RuleSeverity>>;
}

/**
 * Everything NormScope says about a model without running it.
 * @param path of the model as the user gave it, for places in its text
 */
export async function analyzeModel(file: Model, path: string, options: AnalysisOptions = {}): Promise<ModelFacts> {
  const { model, inside } = openBodies(expandCalls(file));
  const graph = remembered(model.graph);
  const types = inferFacts(graph);
  const view = layerView(graph, types, { exported: isExported(model) });
  const place: TextPlace = { path, lines: model.lines };
  const active = rules.filter((r) => severityOf(r, options) !== 'off');
  const loaded = await loadValues(graph, [
    ...active.flatMap((r) => r.needs?.(view) ?? []),
    ...view.layers.flatMap((layer) => parametersOf(layer)),
  ]);
  const values = new LimitedValues(loaded.values);
  const described = new LimitedValues(loaded.values, MAX_DESCRIBED);
  const findings: Finding[] = [];
  for (const rule of active) {
    rule.check({
      model,
      view,
      values: (v) => values.get(v),
      // a layer without inputs has no first one
      typeOf: (v) => (v >= 0 ? (types(v) ?? graph.valueType(v)) : undefined),
      report: (report) => findings.push(finding(rule, report, { model, view, inside }, options, place)),
    });
  }
  return {
    path,
    format: model.format,
    producer: model.producer,
    opsets: Object.fromEntries([...model.opsets].map(([domain, version]) => [domain || 'ai.onnx', version])),
    nodeCount: model.nodeCount,
    parameterCount: model.parameterCount,
    weights: model.weights,
    graphHash: model.graphHash,
    layers: layerFacts(view, types, place, (value) => described.get(value)),
    summary: summarize(view),
    findings,
    problems: [...model.problems, ...hiddenLayers(graph), ...loaded.problems, ...values.problems].map((p) =>
      problemFact(p, path),
    ),
  };
}

function severityOf(rule: Rule, { severities }: AnalysisOptions): RuleSeverity | undefined {
  const { id } = rule.meta;
  return severities !== undefined && Object.hasOwn(severities, id) ? severities[id] : undefined;
}

/** What findings are made of. */
interface Subject {
  readonly model: Model;
  readonly view: LayerView;
  /** Names of values that loops compute. */
  readonly inside: ReadonlySet<string>;
}

function finding(rule: Rule, report: Report, subject: Subject, options: AnalysisOptions, place: TextPlace): Finding {
  const { layer, layers, message } = report;
  const { model, view, inside } = subject;
  const { fix } = rule.meta;
  const asked = severityOf(rule, options);
  const first: Layer | undefined = layer ?? layers?.[0];
  const named = layers ?? (layer === undefined ? [] : [layer]);
  const isInside = named.length > 0 && named.every((l) => inside.has(view.graph.valueName(l.output)));
  return {
    ruleId: rule.meta.id,
    severity: asked === undefined || asked === 'off' ? (report.severity ?? rule.meta.severity) : asked,
    message,
    layer: layer?.id ?? null,
    layers: layers?.map((l) => l.id),
    source: first && layerSource(first, place),
    // an edit goes through the graph, not into loops
    ...(isFixable(model, fix) && !isInside && { fix: { id: fix.id, title: translated(fix.title) } }),
  };
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
