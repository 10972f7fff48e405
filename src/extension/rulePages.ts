import * as vscode from 'vscode';

/** The page that explains a rule, shipped with the extension in English and Italian. */
export function rulePage(extensionUri: vscode.Uri, ruleId: string): vscode.Uri {
  const folder = /^it\b/i.test(vscode.env.language) ? ['it'] : [];
  return vscode.Uri.joinPath(extensionUri, 'media', 'rules', ...folder, `${ruleId}.md`);
}

/** Shows a rule's page, rendered. The id may come from a webview: anything that is not the form of an id is ignored. */
export async function openRulePage(extensionUri: vscode.Uri, ruleId: string): Promise<void> {
  if (!/^[a-z0-9-]+$/.test(ruleId)) return;
  await vscode.commands.executeCommand('markdown.showPreview', rulePage(extensionUri, ruleId));
}
