import type { ModelFacts } from '../protocol/facts';
import type { ProfileResult } from '../protocol/profile';
import type { ReportData } from '../protocol/view';
import { pageHtml } from './pageHtml';
import { darkTokens, lightTokens } from './themeTokens';

export interface HtmlReportParts {
  readonly model: ModelFacts;
  readonly profile: ProfileResult | null;
  /** The view's bundle: `webview.js` and `webview.css`. */
  readonly script: string;
  readonly style: string;
  /** Fresh for every report, at least 16 characters of base64. */
  readonly nonce: string;
  /** Of the page's texts; English by default. */
  readonly language?: string;
}

/** Digits of a figure: what a picture can show, and a table is read at. */
const DIGITS = 5;

/**
 * A model and its profile as one HTML file that needs nothing else: the view with its data, under a policy that lets it load and send
 * nothing. The data are packed (gzip, base64), so no text of a model is ever read as HTML, and unpacked by the page.
 */
export async function htmlReport({ model, profile, script, style, nonce, language }: HtmlReportParts): Promise<string> {
  // nothing that could end the element early, or keep it from ending; esbuild writes both in another way
  if (/<\/?script/i.test(script) || /<\/style/i.test(style)) throw new Error('the bundle cannot be put into a page');
  const data: ReportData = { model, profile };
  return pageHtml({
    ...{ nonce, language, title: 'NormScope report', waiting: '…' },
    head: `<style nonce="${nonce}">
${tokens(lightTokens)}
@media (prefers-color-scheme: dark) { ${tokens(darkTokens)} }
${style}
</style>`,
    body: `<script id="normscope-report" type="application/octet-stream">${await packed(data)}</script>
<script nonce="${nonce}">${script}</script>`,
  });
}

function tokens(values: Readonly<Record<string, string>>): string {
  const lines = Object.entries(values).map(([token, value]) => `--vscode-${token}: ${value};`);
  return `:root { ${lines.join(' ')} }`;
}

async function packed(data: ReportData): Promise<string> {
  const rounded = (_: string, value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(DIGITS)) : value;
  const text = new Blob([JSON.stringify(data, rounded)]);
  const bytes = new Uint8Array(
    await new Response(text.stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer(),
  );
  let binary = '';
  // as many as a call can have arguments
  for (let i = 0; i < bytes.length; i += 0x8000) binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(binary);
}
