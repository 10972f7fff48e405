import * as vscode from 'vscode';
import { loadLanguage } from '../texts/loadLanguage';
import { registerAssistantTools } from './assistantTools';
import { CodeLenses } from './codeLenses';
import { Commands } from './commands';
import { Diagnostics } from './diagnostics';
import { registerExperimentCommands } from './experimentCommands';
import { FormattedDocuments, formattedScheme } from './formattedDocuments';
import { LayerHovers } from './layerHovers';
import { LayerInlayHints } from './layerInlayHints';
import { LayerSymbols } from './layerSymbols';
import { LinkHandler } from './linkHandler';
import { showInformation } from './messages';
import { ModelTree } from './modelTree';
import { ModelViews } from './modelViews';
import { registerProfileCommands } from './profileFiles';
import { registerReportCommand } from './reportCommand';
import type { Platform } from './platform';
import { ProfileStorage } from './profileStorage';
import { Sessions } from './sessions';
import { configSelector, normClassHovers, pythonSelector, settingHovers } from './settingHovers';
import { StatusBar } from './statusBar';
import { TextFixActions } from './textFixActions';
import { isTextModel, TextModels, textSelector } from './textModels';

const { t } = vscode.l10n;

/** Loaded when somebody types in a file that may be a configuration. */
const completions: vscode.CompletionItemProvider = {
  async provideCompletionItems(document, position) {
    const { configCompletions } = await import('./configCompletions');
    return configCompletions(document, position);
  },
};

/** What the extension gives to others that ask VS Code for it: links can be opened without leaving the window. */
export interface ExtensionInterface {
  /** As if the user had followed the link (see linkHandler.ts). */
  openLink(link: vscode.Uri): Promise<void>;
}

/** Makes and registers all parts of the extension. Thin: nothing is read or started before it is needed. */
export function startExtension(context: vscode.ExtensionContext, platform: Platform): ExtensionInterface {
  // there before the first text is made: no finding comes as soon
  void loadLanguage(vscode.env.language);
  const log = vscode.window.createOutputChannel('NormScope', { log: true });
  const sessions = new Sessions(platform, log);
  const formatted = new FormattedDocuments();
  const textModels = new TextModels(sessions, formatted);
  const modelTree = new ModelTree(sessions);
  const inlayHints = new LayerInlayHints(textModels, sessions);
  const views: ModelViews = new ModelViews(sessions, {
    extensionUri: context.extensionUri,
    revealLayer: (session, layer) => commands.revealLayer(session, layer),
  });
  const commands: Commands = new Commands(sessions, views, formatted, context.extensionUri);

  const links = new LinkHandler(sessions);
  const storage = context.storageUri ?? context.globalStorageUri;

  context.subscriptions.push(
    log,
    formatted,
    new Diagnostics(sessions, formatted, context.extension),
    views,
    sessions,
    commands.register(),
    registerExperimentCommands(platform, context, () => views.active, storage, log),
    vscode.window.registerUriHandler(links),
    vscode.languages.registerHoverProvider(textSelector, new LayerHovers(textModels)),
    vscode.languages.registerHoverProvider(configSelector, settingHovers),
    vscode.languages.registerHoverProvider(pythonSelector, normClassHovers),
    vscode.languages.registerCompletionItemProvider(configSelector, completions, '"', ':', ' '),
    vscode.languages.registerCodeLensProvider(textSelector, new CodeLenses(textModels)),
    vscode.languages.registerDocumentSymbolProvider(textSelector, new LayerSymbols(textModels), { label: 'NormScope' }),
    vscode.languages.registerCodeActionsProvider(textSelector, new TextFixActions(textModels), TextFixActions.metadata),
    inlayHints,
    vscode.languages.registerInlayHintsProvider(textSelector, inlayHints),
    modelTree,
    vscode.window.createTreeView('normscope.models', { treeDataProvider: modelTree, showCollapseAll: true }),
    new StatusBar(sessions),
    registerAssistantTools(sessions),
    registerProfileCommands(sessions, views),
    registerReportCommand(sessions, views, context.extensionUri),
    new ProfileStorage(vscode.Uri.joinPath(storage, 'profiles'), sessions, log),
    sessions.onDidAnalyze((session) => formatted.refresh(session.uri)),
    vscode.workspace.onDidOpenTextDocument((d) => void welcome(d, sessions, formatted)),
  );
  for (const document of vscode.workspace.textDocuments) void welcome(document, sessions, formatted);
  return { openLink: (link) => links.handleUri(link) };
}

/** A text model has been opened: its findings appear, and a reader of a one-line file is offered a readable one. */
async function welcome(
  document: vscode.TextDocument,
  sessions: Sessions,
  formatted: FormattedDocuments,
): Promise<void> {
  if (document.uri.scheme === formattedScheme || !isTextModel(document)) return;
  await sessions.get(document.uri).analyze();
  if (!TextModels.isCutOff(document) || formatted.viewOf(document.uri) !== undefined) return;
  const open = t('Open Formatted View');
  const name = vscode.workspace.asRelativePath(document.uri);
  const choice = await showInformation(
    t('{0} is written in very long lines, which VS Code does not show in full.', name),
    open,
  );
  if (choice === open) await formatted.show(document.uri);
}
