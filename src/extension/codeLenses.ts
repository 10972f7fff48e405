import * as vscode from 'vscode';
import { formattedScheme } from './formattedDocuments';
import { toVsRange } from './ranges';
import { isTextModel, modelUri, TextModels } from './textModels';

const { t } = vscode.l10n;

const top = new vscode.Range(0, 0, 0, 0);

/** What can be done with a text model, above its first line, and with each of its norms, above the norm. */
export class CodeLenses implements vscode.CodeLensProvider {
  constructor(private readonly models: TextModels) {}

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    if (!isTextModel(document)) return [];
    const uri = modelUri(document);
    const lens = (title: string, command: string) => new vscode.CodeLens(top, { title, command, arguments: [uri] });
    const lenses = [
      lens(`$(search) ${t('Analyze normalization')}`, 'normscope.analyze'),
      lens(`$(play) ${t('Profile on CPU')}`, 'normscope.profile'),
      lens(`$(beaker) ${t('Compare normalizations')}`, 'normscope.compare'),
    ];
    if (document.uri.scheme !== formattedScheme && TextModels.isCutOff(document)) {
      lenses.push(lens(`$(list-tree) ${t('Open formatted view')}`, 'normscope.openFormatted'));
    }
    return [...lenses, ...(await this.ofNorms(document, uri))];
  }

  private async ofNorms(document: vscode.TextDocument, uri: vscode.Uri): Promise<vscode.CodeLens[]> {
    const shown = await this.models.shown(document);
    if (shown === undefined) return [];
    return shown.facts.layers
      .filter(({ norm, source }) => norm !== undefined && source !== undefined)
      .flatMap(({ id, source }) => {
        const range = toVsRange(shown.config.mark(source!.range));
        const lens = (title: string, command: string, ...more: string[]) =>
          new vscode.CodeLens(range, { title, command, arguments: [uri, ...more] });
        return [
          lens(`$(graph) ${t('Show in view')}`, 'normscope.showLayer', id),
          lens(`$(play) ${t('Profile')}`, 'normscope.profile', id),
          lens(`$(beaker) ${t('Compare')}`, 'normscope.compare'),
        ];
      });
  }
}
