import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ModelFacts } from '../protocol/facts';
import type { ProfileResult } from '../protocol/profile';
import { htmlReport } from '../reports/htmlReport';

/** A report as one HTML file, made of the view's bundle, which lies beside this one. */
export async function htmlOutput(model: ModelFacts, profile: ProfileResult | null): Promise<string> {
  const read = (name: string) => readFile(`${__dirname}/${name}`, 'utf8');
  const [script, style] = await Promise.all([read('webview.js'), read('webview.css')]);
  return htmlReport({ model, profile, script, style, nonce: randomBytes(18).toString('base64') });
}
