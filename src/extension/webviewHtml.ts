import { escapeHtml, pageHtml } from '../reports/pageHtml';

export interface WebviewPage {
  /** Fresh from crypto for every page. */
  readonly nonce: string;
  /** The webview's own origin (`webview.cspSource`). */
  readonly cspSource: string;
  readonly scriptUri: string;
  readonly styleUri: string;
  /** Shown by the window that holds the page, e.g. the file's name. */
  readonly title: string;
  /** That of the editor (`vscode.env.language`). */
  readonly language?: string;
}

/** The page of the view in VS Code: nothing is loaded from anywhere but the extension, and no data is in it: they come through messages. */
export function webviewHtml({ nonce, cspSource, scriptUri, styleUri, title, language }: WebviewPage): string {
  return pageHtml({
    ...{ nonce, title, language, source: cspSource, waiting: '…' },
    head: `<link rel="stylesheet" href="${escapeHtml(styleUri)}">`,
    body: `<script nonce="${nonce}" src="${escapeHtml(scriptUri)}"></script>`,
  });
}
