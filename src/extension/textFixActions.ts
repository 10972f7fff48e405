import * as vscode from 'vscode';
import type { TextFix } from '../config/textFixes';
import type { Finding, FixId, FixOffer, ModelFacts } from '../protocol/facts';
import { changesResults } from '../protocol/fix';
import { diagnosticMessage } from './diagnostics';
import { formattedScheme } from './formattedDocuments';
import { toVsRange } from './ranges';
import { modelUri, type TextModels } from './textModels';

const { t } = vscode.l10n;

/**
 * What can be done with the text of a model: about findings, and about the layer that the cursor stands in. Edits of the text keep
 * its formatting; what changes weights, or a text that is only shown, is done in a copy of the model.
 */
export class TextFixActions implements vscode.CodeActionProvider {
  static readonly metadata: vscode.CodeActionProviderMetadata = {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix, vscode.CodeActionKind.RefactorRewrite],
  };

  constructor(private readonly models: TextModels) {}

  async provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    context: vscode.CodeActionContext,
  ): Promise<vscode.CodeAction[]> {
    const shown = await this.models.shown(document);
    if (shown === undefined) return [];
    const { facts, config } = shown;
    const { layerFixes, textFixes } = await import('../config/textFixes');
    const { savedFixesOf } = await import('../config/savedFixes');
    const isView = document.uri.scheme === formattedScheme;
    const edit = ({ title, edits }: TextFix, kind: vscode.CodeActionKind) => {
      const action = new vscode.CodeAction(title, kind);
      action.edit = new vscode.WorkspaceEdit();
      for (const { span, text } of edits)
        action.edit.replace(document.uri, toVsRange(config.lines.rangeOf(span.offset, span.length)), text);
      return action;
    };
    const save = ({ id, title }: FixOffer, layers: readonly string[], kind: vscode.CodeActionKind) => {
      const words = changesResults.has(id)
        ? t('Save a copy with {0} (changes what the model computes)', title)
        : t('Save a copy with {0}', title);
      const action = new vscode.CodeAction(`${words}...`, kind);
      const uri = modelUri(document);
      action.command = { title: words, command: 'normscope.saveFixedCopy', arguments: [uri, { fix: id, layers }] };
      return action;
    };

    const ours = isView ? [] : context.diagnostics.filter((d) => d.source === 'NormScope');
    const aboutFindings = ours.flatMap((diagnostic) => {
      const rule = typeof diagnostic.code === 'object' ? diagnostic.code.value : diagnostic.code;
      const findings = findingsOf(facts).get(wordsOf(rule, diagnostic.message)) ?? [];
      const actions = findings.flatMap((f) => [
        ...textFixes(config, facts, f).map((fix) => edit(fix, vscode.CodeActionKind.QuickFix)),
        ...(f.fix === undefined
          ? []
          : [save(f.fix, f.layer === null ? (f.layers ?? []) : [f.layer], vscode.CodeActionKind.QuickFix)]),
      ]);
      for (const action of actions) action.diagnostics = [diagnostic];
      return actions;
    });

    const at = (await this.models.layerAt(document, range.start))?.layer;
    if (at === undefined) return aboutFindings;
    const known = new Set(
      aboutFindings.map(({ command }) => (command?.arguments?.[1] as { fix?: FixId } | undefined)?.fix),
    );
    const { RefactorRewrite } = vscode.CodeActionKind;
    return [
      ...aboutFindings,
      ...(isView ? [] : layerFixes(config, facts, at.id).map((fix) => edit(fix, RefactorRewrite))),
      ...savedFixesOf(facts, at)
        .filter(({ id }) => !known.has(id))
        .map((offer) => save(offer, [at.id], RefactorRewrite)),
    ];
  }
}

const findingTables = new WeakMap<ModelFacts, ReadonlyMap<string, readonly Finding[]>>();

/** The findings of a model by what the Problems panel says of them: a file may have hundreds of each. */
function findingsOf(facts: ModelFacts): ReadonlyMap<string, readonly Finding[]> {
  const known = findingTables.get(facts);
  if (known !== undefined) return known;
  const table = new Map<string, Finding[]>();
  for (const finding of facts.findings) {
    const words = wordsOf(finding.ruleId, diagnosticMessage(finding));
    const alike = table.get(words);
    if (alike === undefined) table.set(words, [finding]);
    else alike.push(finding);
  }
  findingTables.set(facts, table);
  return table;
}

function wordsOf(rule: string | number | undefined, message: string): string {
  return `${rule}\n${message}`;
}
