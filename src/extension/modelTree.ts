import * as vscode from 'vscode';
import { oneLine } from '../config/escapeMarkdown';
import { isUnreadable, type Finding, type ModelFacts, type Severity } from '../protocol/facts';
import { isSameFile } from './fileKey';
import type { ModelSession } from './modelSession';
import { runningWords } from './runningWords';
import type { Sessions } from './sessions';
import { shortName } from './shortName';
import { findModels } from './workspaceModels';

const { t } = vscode.l10n;

const icons: Readonly<Record<Severity, vscode.ThemeIcon>> = {
  error: new vscode.ThemeIcon('error', new vscode.ThemeColor('problemsErrorIcon.foreground')),
  warning: new vscode.ThemeIcon('warning', new vscode.ThemeColor('problemsWarningIcon.foreground')),
  information: new vscode.ThemeIcon('info', new vscode.ThemeColor('problemsInfoIcon.foreground')),
  hint: new vscode.ThemeIcon('lightbulb'),
};
const order: readonly Severity[] = ['error', 'warning', 'information', 'hint'];

type Item = { readonly uri: vscode.Uri } | { readonly uri: vscode.Uri; readonly finding: Finding };

/** The models of the workspace in the explorer: what each holds once it was analyzed, and below it what was found. */
export class ModelTree implements vscode.TreeDataProvider<Item>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<Item | undefined>();
  private readonly subscriptions: vscode.Disposable[];
  private models: Promise<Item[]> | undefined;
  readonly onDidChangeTreeData = this.changed.event;

  constructor(private readonly sessions: Sessions) {
    const watcher = vscode.workspace.createFileSystemWatcher(
      '**/*.{onnx,ONNX,keras,KERAS,json,JSON}',
      false,
      true,
      false,
    );
    const again = () => {
      this.models = undefined;
      this.changed.fire(undefined);
    };
    this.subscriptions = [
      this.changed,
      watcher,
      watcher.onDidCreate(again),
      watcher.onDidDelete(again),
      vscode.workspace.onDidChangeWorkspaceFolders(again),
      sessions.onDidChange((session) => void this.refresh(session)),
    ];
  }

  async getChildren(parent?: Item): Promise<Item[]> {
    if (parent === undefined) return (this.models ??= this.find());
    const facts = this.factsOf(parent.uri);
    if (facts === undefined || 'finding' in parent) return [];
    const findings = [...facts.findings].sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
    return findings.map((finding) => ({ uri: parent.uri, finding }));
  }

  getTreeItem(item: Item): vscode.TreeItem {
    return 'finding' in item ? findingItem(item.uri, item.finding) : this.modelItem(item.uri);
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private async find(): Promise<Item[]> {
    return (await findModels(this.sessions.engines.platform)).map((uri) => ({ uri }));
  }

  private async refresh(session: ModelSession): Promise<void> {
    const item = (await this.models)?.find((m) => isSameFile(m.uri, session.uri));
    if (item !== undefined) this.changed.fire(item);
  }

  private factsOf(uri: vscode.Uri): ModelFacts | undefined {
    const facts = this.sessions.existing(uri)?.facts;
    return facts === undefined || isUnreadable(facts) ? undefined : facts;
  }

  private modelItem(uri: vscode.Uri): vscode.TreeItem {
    const session = this.sessions.existing(uri);
    const facts = this.factsOf(uri);
    const findings = facts?.findings ?? [];
    const { Collapsed, None } = vscode.TreeItemCollapsibleState;
    const item = new vscode.TreeItem(uri, findings.length > 0 ? Collapsed : None);
    item.id = uri.toString();
    const path = vscode.workspace.asRelativePath(uri);
    const { name, folder } = shortName(path);
    const state = session === undefined ? undefined : stateOf(session);
    item.label = oneLine(name);
    item.description = [state, oneLine(folder)].filter(Boolean).join(' · ');
    item.tooltip = `${oneLine(path)}\n${state ?? t('not analyzed yet')}`;
    item.contextValue = 'model';
    const worst = order.find((severity) => findings.some((f) => f.severity === severity));
    if (session?.facts !== undefined && isUnreadable(session.facts)) item.iconPath = icons.error;
    else if (worst === 'error' || worst === 'warning') item.iconPath = icons[worst];
    else item.iconPath = new vscode.ThemeIcon(facts === undefined ? 'circle-outline' : 'pass');
    item.command = { command: 'normscope.analyze', title: 'Analyze', arguments: [uri] };
    return item;
  }
}

/** In a few words: what is going on, or what the latest analysis counted. */
function stateOf({ running, facts, profile }: ModelSession): string | undefined {
  if (running !== undefined) return runningWords(running);
  if (facts === undefined) return undefined;
  if (isUnreadable(facts)) return oneLine(facts.error.message);
  const norms = Object.entries(facts.summary.norm).map(([type, count]) => `${count} ${type}`);
  const kinds = norms.length === 0 ? t('no norms') : t('norms: {0}', norms.join(', '));
  const found = facts.findings.length === 0 ? [] : [t('{0} found', facts.findings.length)];
  return [kinds, ...found, ...(profile === undefined ? [] : [t('profiled')])].join('; ');
}

function findingItem(uri: vscode.Uri, { severity, message, layer, layers, ruleId }: Finding): vscode.TreeItem {
  const item = new vscode.TreeItem(ruleId);
  item.description = oneLine(layer === null ? message : `${layer}: ${message}`, 1000);
  item.tooltip = item.description;
  item.iconPath = icons[severity];
  const shown = layer ?? layers?.[0];
  item.command =
    shown === undefined
      ? { command: 'normscope.analyze', title: 'Analyze', arguments: [uri] }
      : { command: 'normscope.showLayer', title: 'Show Layer', arguments: [uri, shown] };
  return item;
}
