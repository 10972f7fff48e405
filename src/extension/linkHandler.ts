import * as vscode from 'vscode';
import { isUnreadable } from '../protocol/facts';
import { linkPath, linkQuery, readLink } from './layerLink';
import { showWarning } from './messages';
import type { Sessions } from './sessions';

const { t } = vscode.l10n;

/** The address that opens the view of a model at a layer, in the program that this window belongs to. */
export function layerLink(extensionId: string, file: vscode.Uri, layer: string): vscode.Uri {
  const query = linkQuery({ file: file.toString(), layer });
  return vscode.Uri.from({ scheme: vscode.env.uriScheme, authority: extensionId, path: linkPath, query });
}

/**
 * Opens what a link to a layer names. A link may come from anywhere, a web page for one: only files of the workspace and models
 * that are open already are shown, and nothing is run.
 */
export class LinkHandler implements vscode.UriHandler {
  constructor(private readonly sessions: Sessions) {}

  async handleUri({ path: asked, query }: vscode.Uri): Promise<void> {
    const link = readLink(asked, query);
    const file = link && addressOf(link.file);
    if (link === undefined || file === undefined) {
      return refuse(t('it does not name the file of a model'));
    }
    if (!this.isKnown(file))
      return refuse(t('{0} is no file of this workspace. Open it first, or its folder.', shown(file.path)));
    await vscode.commands.executeCommand('normscope.showLayer', file, undefined);
    if (link.layer === undefined) return;
    const facts = await this.sessions.get(file).analyze();
    if (isUnreadable(facts)) return;
    if (!facts.layers.some((l) => l.id === link.layer))
      return refuse(t('the model has no layer {0}', shown(link.layer)));
    await vscode.commands.executeCommand('normscope.showLayer', file, link.layer);
  }

  private isKnown(file: vscode.Uri): boolean {
    return vscode.workspace.getWorkspaceFolder(file) !== undefined || this.sessions.existing(file) !== undefined;
  }
}

/** The file that a link names, without steps upwards; undefined for what is no file. */
function addressOf(file: string): vscode.Uri | undefined {
  if (file.includes('\0')) return undefined;
  const isPath = file.startsWith('/') || /^[a-z]:[\\/]/i.test(file);
  let uri: vscode.Uri;
  try {
    uri = isPath ? vscode.Uri.file(file) : vscode.Uri.parse(file, true);
  } catch {
    return undefined;
  }
  // a path of another machine (//server/share) would be asked for as soon as somebody looks at it
  if (uri.scheme === 'file' && uri.authority !== '' && vscode.workspace.getWorkspaceFolder(uri) === undefined)
    return undefined;
  return vscode.Uri.joinPath(uri, '.').with({ query: '', fragment: '' });
}

/** Text of a link, for a message: short, and nothing that is not shown. */
function shown(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
  return plain.length > 200 ? `${plain.slice(0, 200)}…` : plain;
}

function refuse(why: string): void {
  showWarning(t('NormScope: a link was not opened: {0}', why));
}
