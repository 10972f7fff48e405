import {
  isUnreadable,
  type AnalysisReport,
  type Finding,
  type ModelFacts,
  type Severity,
  type Source,
} from '../protocol/facts';
import type { Rule } from '../rules/rule';
import { rulePage } from '../rules/rulePage';
import { artifactUri } from './artifactUri';
import { printable } from './textTable';

/** What SARIF calls a severity; it has nothing below a note. */
const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  information: 'note',
  hint: 'note',
};

/**
 * A report of `normscope analyze` as a log of the Static Analysis Results Interchange Format 2.1.0 (OASIS standard, 2020).
 * Files that could not be read, and what was odd about those that could, are notifications of the one invocation.
 */
export function sarifLog(report: AnalysisReport, rules: readonly Rule[]): object {
  const ruleIndex = new Map(rules.map((r, i) => [r.meta.id, i]));
  const readable = report.models.filter((m): m is ModelFacts => !isUnreadable(m));
  const results = readable.flatMap((model) => {
    const layers = new Map(model.layers.map((l) => [l.id, l]));
    return model.findings.map((f) => result(f, model, layers, ruleIndex));
  });
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'NormScope',
            version: report.tool.version,
            semanticVersion: report.tool.version,
            rules: rules.map(descriptor),
          },
        },
        invocations: [
          {
            executionSuccessful: readable.length === report.models.length,
            toolExecutionNotifications: report.models.flatMap(notifications),
          },
        ],
        artifacts: [...new Set(report.models.map((m) => artifactUri(m.path)))].map((uri) => ({
          location: { uri },
          roles: ['analysisTarget'],
        })),
        columnKind: 'utf16CodeUnits',
        results,
      },
    ],
  };
}

function descriptor(rule: Rule): object {
  const { id, title, severity, whatItDoes, why, insteadDo, references } = rule.meta;
  const sources = references.map((r) => `${r.title}: ${r.url}`).join('\n');
  return {
    id,
    name: id.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase()),
    shortDescription: { text: literal(title) },
    fullDescription: { text: literal(whatItDoes) },
    help: { text: literal(`${why}\n\n${insteadDo}\n\n${sources}`), markdown: literal(rulePage(rule)) },
    defaultConfiguration: { level: levels[severity] },
    properties: { severity },
  };
}

function result(
  finding: Finding,
  model: ModelFacts,
  layers: ReadonlyMap<string, ModelFacts['layers'][number]>,
  ruleIndex: ReadonlyMap<string, number>,
): object {
  const { ruleId, severity, message, layer, source } = finding;
  const related = [...new Set(finding.layers)].filter((id) => id !== layer);
  return {
    ruleId,
    ruleIndex: ruleIndex.get(ruleId),
    level: levels[severity],
    message: { text: plain(message) },
    locations: [
      {
        ...physical(model.path, source),
        ...(layer === null ? {} : { logicalLocations: [logical(layer, layers.get(layer)?.name)] }),
      },
    ],
    relatedLocations: related.map((id, i) => ({
      id: i,
      ...physical(model.path, layers.get(id)?.source),
      logicalLocations: [logical(id, layers.get(id)?.name)],
    })),
    properties: { severity },
  };
}

function physical(path: string, source: Source | undefined): object {
  const region = source && {
    startLine: source.range.start.line + 1,
    startColumn: source.range.start.character + 1,
    endLine: source.range.end.line + 1,
    endColumn: source.range.end.character + 1,
  };
  return { physicalLocation: { artifactLocation: { uri: artifactUri(path) }, region } };
}

function logical(id: string, name = id): object {
  return { name, fullyQualifiedName: id, kind: 'layer' };
}

function notifications(model: AnalysisReport['models'][number]): object[] {
  if (isUnreadable(model)) {
    const { code, message } = model.error;
    return [
      {
        descriptor: { id: code },
        level: 'error',
        message: { text: plain(message) },
        locations: [physical(model.path, undefined)],
      },
    ];
  }
  return model.problems.map(({ code, message, source }) => ({
    descriptor: { id: code },
    level: 'warning',
    message: { text: plain(message) },
    locations: [physical(model.path, source)],
  }));
}

/** Text that may hold names of a model: no control characters, and nothing that reads as a link (section 3.11.6). */
function plain(text: string): string {
  return literal(printable(text).replaceAll('](', '] ('));
}

/** Braces stand for placeholders in SARIF unless they are doubled (section 3.11.5). */
function literal(text: string): string {
  return text.replace(/[{}]/g, '$&$&');
}
