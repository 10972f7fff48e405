export interface WebviewPage {
  /** Fresh from crypto for every page. */
  readonly nonce: string;
  /** The webview's own origin (`webview.cspSource`). */
  readonly cspSource: string;
  readonly scriptUri: string;
  readonly styleUri: string;
  /** Shown by the window that holds the page, e.g. the file's name. */
  readonly title: string;
}

/**
 * The page of the view: an empty element, its style sheet and its script. Nothing runs that does not carry the nonce, nothing is
 * loaded from anywhere but the extension, and no data is in the page: they come through messages. The toolkit's one style element
 * (it asks whether `:focus-visible` works) finds the nonce in `csp-nonce`.
 */
export function webviewHtml({ nonce, cspSource, scriptUri, styleUri, title }: WebviewPage): string {
  if (!/^[\w+/=-]{16,}$/.test(nonce)) throw new Error('the nonce must be at least 16 characters of base64');
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `img-src ${cspSource} data:`,
    `font-src ${cspSource}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta property="csp-nonce" content="${nonce}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="${escapeHtml(styleUri)}">
</head>
<body>
<div id="app"><p class="loading">Reading the model …</p></div>
<script nonce="${nonce}" src="${escapeHtml(scriptUri)}"></script>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}
