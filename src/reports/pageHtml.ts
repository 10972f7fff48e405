export interface PageParts {
  /** Fresh from crypto for every page, at least 16 characters of base64. */
  readonly nonce: string;
  /** Where style sheets, pictures and fonts may come from besides the page itself; nowhere by default. */
  readonly source?: string;
  readonly title: string;
  /** Of the page's texts, as in BCP 47; English where the view has no other. */
  readonly language?: string;
  /** What stands until the script has drawn. */
  readonly waiting: string;
  /** Markup: a style sheet and scripts, each with the nonce or from the source. */
  readonly head: string;
  readonly body: string;
}

/**
 * A page of the view: an empty element that its script fills, under a policy that lets nothing run that does not carry the nonce, and nothing
 * be loaded or sent beyond `source`. The toolkit's one style element (it asks whether `:focus-visible` works) finds the nonce in
 * `csp-nonce`.
 */
export function pageHtml({ nonce, source, title, language = 'en', waiting, head, body }: PageParts): string {
  if (!/^[\w+/=-]{16,}$/.test(nonce)) throw new Error('the nonce must be at least 16 characters of base64');
  const from = source === undefined ? '' : `${source} `;
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${from}'nonce-${nonce}'`,
    `img-src ${from}data:`,
    ...(source === undefined ? [] : [`font-src ${source}`]),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta property="csp-nonce" content="${nonce}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
${head}
</head>
<body>
<div id="app"><p class="loading">${escapeHtml(waiting)}</p></div>
${body}
</body>
</html>
`;
}

export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}
