import esbuild from 'esbuild';
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { webviewHtml } from '../../src/extension/webviewHtml';
import type { ExperimentsState } from '../../src/protocol/experimentView';
import type { ViewState } from '../../src/protocol/view';

const root = path.resolve(__dirname, '../..');

export interface RecordedPage {
  /** http://127.0.0.1:PORT */
  readonly url: string;
  /** Bytes of the view's script and style sheet together. */
  readonly bytes: number;
  close(): Promise<void>;
}

/**
 * Serves the whole view with recorded data to a plain browser, under the policy it has in VS Code. The query chooses the data and
 * the theme (recordedHost.ts). The bundles are made anew for each request of the page unless `minify` is set.
 *
 * @param port 0 for any that is free
 * @param state data of one's own, which the page shows at ?state=given
 * @param experiments what the page of experiments shows, at /experiments
 */
export async function serveRecordedPage({
  port = 0,
  minify = false,
  state,
  experiments,
}: {
  port?: number;
  minify?: boolean;
  state?: ViewState;
  experiments?: ExperimentsState;
} = {}): Promise<RecordedPage> {
  const given = Object.entries({ givenState: state ?? null, givenExperiments: experiments ?? null })
    .map(([name, value]) => `globalThis.${name} = ${JSON.stringify(value)};`)
    .join('\n');
  let files = await bundle(minify);
  const server = http.createServer((request, response) => {
    answer(request, response).catch((error: Error) => response.writeHead(500).end(error.message));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    bytes: files.get('/webview.js')!.length + files.get('/webview.css')!.length,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  async function answer({ url: target = '/' }: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(target, url);
    const file = pathname === '/given.js' ? given : files.get(pathname);
    if (file) {
      const type = pathname.endsWith('.css') ? 'text/css' : 'text/javascript';
      response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' }).end(file);
    } else if (pathname === '/' || pathname === '/experiments') {
      if (!minify) files = await bundle(minify);
      const html = pageHtml(url, pathname === '/' ? 'webview' : 'experiments', searchParams.get('language') ?? 'en');
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
    } else response.writeHead(404).end();
  }
}

/** The page as VS Code gets it, with the stand-in for VS Code before the view's own script. */
function pageHtml(url: string, entry: 'webview' | 'experiments', language: string): string {
  const nonce = randomBytes(24).toString('base64');
  const html = webviewHtml({
    nonce,
    cspSource: url,
    scriptUri: `${url}/${entry}.js`,
    styleUri: `${url}/${entry}.css`,
    title: 'NormScope on recorded data',
    language,
  });
  const scripts = ['given', 'recordedHost'].map((name) => `<script nonce="${nonce}" src="${url}/${name}.js"></script>`);
  return html.replace('<body>', ['<body>', ...scripts].join('\n'));
}

async function bundle(minify: boolean): Promise<Map<string, Uint8Array>> {
  const { outputFiles } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: {
      webview: 'webview/main.ts',
      experiments: 'webview/experiments.ts',
      recordedHost: 'test/support/recordedHost.ts',
    },
    outdir: root,
    bundle: true,
    write: false,
    format: 'iife',
    target: 'chrome128',
    minify,
    legalComments: 'none',
    define: { 'process.env.NODE_ENV': minify ? '"production"' : '"development"' },
    logLevel: 'silent',
  });
  return new Map(outputFiles.map(({ path: file, contents }) => [`/${path.basename(file)}`, contents]));
}
