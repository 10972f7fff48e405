import * as vscode from 'vscode';
import type { ConfigDocument } from '../config/configDocument';
import { oneLine } from '../config/escapeMarkdown';
import { settingProblems, type SettingProblem } from '../config/settingProblems';
import { isUnreadable, type Finding, type Range, type Severity } from '../protocol/facts';
import { configOf } from './configDocuments';
import type { FormattedDocuments } from './formattedDocuments';
import { layerLink } from './linkHandler';
import { openDocument } from './modelFiles';
import type { ModelSession } from './modelSession';
import { toVsRange } from './ranges';
import type { Sessions } from './sessions';
import { rulePage } from './rulePages';

const { t } = vscode.l10n;

const severities: Record<Severity, vscode.DiagnosticSeverity> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
  hint: vscode.DiagnosticSeverity.Hint,
};

/** Names of layers can be of any length. */
const LONGEST_MESSAGE = 4000;

const start = new vscode.Range(0, 0, 0, 0);

/** What the panel says of a file. */
interface Shown {
  readonly findings: readonly Finding[];
  /** Those of the findings first. */
  readonly diagnostics: readonly vscode.Diagnostic[];
}

/** Keeps the Problems panel at what the latest analysis of each model found, in the file and in its formatted view. */
export class Diagnostics implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('normscope');
  /** By the file's address. */
  private readonly shown = new Map<string, Shown>();
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    sessions: Sessions,
    private readonly formatted: FormattedDocuments,
    private readonly extension: { readonly id: string; readonly extensionUri: vscode.Uri },
  ) {
    this.subscriptions = [
      this.collection,
      sessions.onDidAnalyze((session) => this.publish(session)),
      formatted.onDidOpen((source) => {
        const session = sessions.existing(source);
        if (session !== undefined) this.publish(session);
      }),
      // marks in a text are narrower than those in a file that nobody had open
      vscode.workspace.onDidOpenTextDocument(({ uri }) => {
        const session = sessions.existing(uri);
        if (session !== undefined) this.publish(session);
      }),
      formatted.onDidClose((uri) => this.show(uri, [], [])),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private publish(session: ModelSession): void {
    const { facts } = session;
    if (facts === undefined) return;
    if (isUnreadable(facts)) {
      const problem = new vscode.Diagnostic(
        start,
        plain(`${facts.path}: ${facts.error.message}`),
        vscode.DiagnosticSeverity.Error,
      );
      problem.source = 'NormScope';
      problem.code = facts.error.code;
      this.show(session.uri, [], [problem]);
      return;
    }
    const problems = facts.problems.map((p) => {
      const d = new vscode.Diagnostic(
        rangeOf(p.source?.range),
        plain(p.message),
        vscode.DiagnosticSeverity.Information,
      );
      d.source = 'NormScope';
      d.code = p.code;
      return d;
    });
    const document = openDocument(session.uri);
    const marks = document && configOf(document);
    const marked = (f: Finding) => (f.source && marks ? marks.mark(f.source.range) : f.source?.range);
    this.show(session.uri, facts.findings, [
      ...this.diagnostics(session.uri, facts.findings, (f) => rangeOf(marked(f)), session.uri),
      ...problems,
      ...(marks === undefined ? [] : settingDiagnostics(marks)),
    ]);

    const view = this.formatted.viewOf(session.uri);
    if (view !== undefined) {
      const placed = facts.findings.filter((f) => f.source !== undefined);
      const range = (f: Finding) => view.toFormatted(marked(f)!);
      this.show(view.uri, placed, this.diagnostics(view.uri, placed, range, session.uri));
    }
  }

  /** Most edits change no finding: VS Code is told of those that do. */
  private show(uri: vscode.Uri, findings: readonly Finding[], diagnostics: readonly vscode.Diagnostic[]): void {
    const key = uri.toString();
    const before = this.shown.get(key)?.diagnostics ?? [];
    if (diagnostics.length === before.length && diagnostics.every((d, i) => d === before[i] || isSame(d, before[i])))
      return;
    if (diagnostics.length === 0) this.shown.delete(key);
    else this.shown.set(key, { findings, diagnostics });
    this.collection.set(uri, diagnostics);
  }

  /** What is said of findings; of those that were said before, be it elsewhere in the file, with the same words. */
  private diagnostics(
    uri: vscode.Uri,
    findings: readonly Finding[],
    rangeFor: (finding: Finding) => vscode.Range,
    model: vscode.Uri,
  ): vscode.Diagnostic[] {
    const before = this.shown.get(uri.toString());
    const growth = findings.length - (before?.findings.length ?? 0);
    return findings.map((finding, i) => {
      const range = rangeFor(finding);
      const place = [i, i - growth].find((at) => saysTheSame(finding, before?.findings[at]));
      if (place === undefined) return this.diagnostic(finding, range, model);
      const known = before!.diagnostics[place];
      return known.range.isEqual(range) ? known : madeOf(range, known);
    });
  }

  private diagnostic(finding: Finding, range: vscode.Range, model: vscode.Uri): vscode.Diagnostic {
    return madeOf(range, {
      message: diagnosticMessage(finding),
      severity: severities[finding.severity],
      code: { value: finding.ruleId, target: this.targetOf(finding, model) },
    });
  }

  /** The page of the rule; of a finding that has no place in a text, the layer in the view, where the page is a click away. */
  private targetOf({ ruleId, layer, layers, source }: Finding, model: vscode.Uri): vscode.Uri {
    const about = layer ?? layers?.[0];
    if (source === undefined && about !== undefined) return layerLink(this.extension.id, model, about);
    return rulePage(this.extension.extensionUri, ruleId);
  }
}

type Words = Pick<vscode.Diagnostic, 'message' | 'severity' | 'code'>;

function madeOf(range: vscode.Range, { message, severity, code }: Words): vscode.Diagnostic {
  const made = new vscode.Diagnostic(range, message, severity);
  made.source = 'NormScope';
  made.code = code;
  return made;
}

/** All but the place. */
function saysTheSame(a: Finding, b: Finding | undefined): boolean {
  return (
    b !== undefined &&
    a.ruleId === b.ruleId &&
    a.severity === b.severity &&
    a.message === b.message &&
    a.layer === b.layer &&
    a.layers?.[0] === b.layers?.[0] &&
    (a.source === undefined) === (b.source === undefined)
  );
}

function isSame(a: vscode.Diagnostic, b: vscode.Diagnostic): boolean {
  const code = ({ code }: vscode.Diagnostic) =>
    typeof code === 'object' ? `${code.value} ${code.target.toString()}` : code;
  return a.message === b.message && a.severity === b.severity && a.range.isEqual(b.range) && code(a) === code(b);
}

/** What the Problems panel says of a finding, in one line that holds no character that acts or hides. */
export function diagnosticMessage({ layer, message }: Finding): string {
  return plain(layer === null ? message : `${layer}: ${message}`);
}

function plain(text: string): string {
  return oneLine(text, LONGEST_MESSAGE);
}

/** Values and names of norm settings that Keras and TensorFlow.js do not take. */
function settingDiagnostics(config: ConfigDocument): vscode.Diagnostic[] {
  return settingProblems(config).map((problem) => {
    const range = toVsRange(config.lines.rangeOf(problem.span.offset, problem.span.length));
    const d = new vscode.Diagnostic(range, settingWords(problem), vscode.DiagnosticSeverity.Warning);
    d.source = 'NormScope';
    d.code = 'setting';
    return d;
  });
}

function settingWords(problem: SettingProblem): string {
  const { key, className } = problem;
  switch (problem.kind) {
    case 'momentum':
      return t('{0} of {1} must be a number from 0 to 1: the weight of the old value.', key, className);
    case 'epsilon':
      return t('{0} of {1} must be a number that is not negative.', key, className);
    case 'flag':
      return t('{0} of {1} must be true or false.', key, className);
    case 'groups':
      return t('{0} of {1} must be a whole number from 1, or -1 for a group of each channel.', key, className);
    case 'misspelt':
      return t('{0} has no setting {1}; is {2} meant?', className, oneLine(key), problem.meant);
  }
}

function rangeOf(range: Range | undefined): vscode.Range {
  return range === undefined ? start : toVsRange(range);
}
