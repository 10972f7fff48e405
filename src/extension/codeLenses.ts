import * as vscode from 'vscode';
import { formattedScheme } from './formattedDocuments';
import { toVsRange } from './ranges';
import { isTextModel, modelUri, renderedColumns, TextModels } from './textModels';

const { t } = vscode.l10n;

const top = new vscode.Range(0, 0, 0, 0);

/** What can be done with a text model, above its first line, and with each of its norms, above the norm. */
export class CodeLenses implements vscode.CodeLensProvider {
  constructor(private readonly models: TextModels) {}

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    if (!isTextModel(document)) return [];
    const uri = modelUri(document);
    const lens = (title: string, id: string) => new vscode.CodeLens(top, command(title, id, uri));
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

  /** What a lens of a norm does is worked out when it comes into view: a model may have thousands. */
  resolveCodeLens(lens: vscode.CodeLens): vscode.CodeLens {
    if (lens instanceof NormLens) lens.command = lens.whatItDoes();
    return lens;
  }

  private async ofNorms(document: vscode.TextDocument, uri: vscode.Uri): Promise<vscode.CodeLens[]> {
    const shown = await this.models.shown(document);
    if (shown === undefined) return [];
    const rendered = renderedColumns(document);
    const norms = shown.facts.layers.flatMap(({ id, norm, source }) => {
      if (norm === undefined || source === undefined || source.range.start.character > rendered) return [];
      return [{ id, range: toVsRange(shown.config.mark(source.range)) }];
    });
    // lenses stand above lines: of several norms in one line nobody could tell whose they are
    const inLine = new Map<number, number>();
    for (const { range } of norms) inLine.set(range.start.line, (inLine.get(range.start.line) ?? 0) + 1);
    return norms.flatMap(({ id, range }) => {
      if (range.start.line === 0 || inLine.get(range.start.line)! > 1) return [];
      return [
        new NormLens(range, () => command(`$(graph) ${t('Show in view')}`, 'normscope.showLayer', uri, id)),
        new NormLens(range, () => command(`$(play) ${t('Profile')}`, 'normscope.profile', uri, id)),
        new NormLens(range, () => command(`$(beaker) ${t('Compare')}`, 'normscope.compare', uri)),
      ];
    });
  }
}

class NormLens extends vscode.CodeLens {
  constructor(
    range: vscode.Range,
    readonly whatItDoes: () => vscode.Command,
  ) {
    super(range);
  }
}

function command(title: string, id: string, ...args: readonly (vscode.Uri | string)[]): vscode.Command {
  return { title, command: id, arguments: [...args] };
}
