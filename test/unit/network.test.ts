import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import dns from 'node:dns';
import esbuild, { type BuildOptions } from 'esbuild';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import path from 'node:path';
import { EngineClient } from '../../src/engine/engineClient';
import { defaultProfileSettings } from '../../src/profile/defaultSettings';
import { inProcessEngine } from '../support/inProcessEngine';

const root = path.resolve(__dirname, '../..');

/** Modules of Node and functions of browsers that reach the network. */
const modules = /^(node:)?(http|https|http2|net|tls|dgram|dns|dns\/promises|inspector|undici)$/;
const functions = /\bfetch\s*\(|XMLHttpRequest|\bWebSocket\b|EventSource|sendBeacon|RTCPeerConnection/;

/**
 * Files in our bundles that could reach the network, and why they do not. protobufjs can load schemas and jpeg-js pictures by
 * address, which nobody asks of them. ONNX Runtime fetches its own WebAssembly where it is not handed the bytes, as the engine in a
 * browser does (src/engine/web/webHost.ts), and external data that is named by an address, which we never do.
 */
const idle = ['protobufjs/src/util/fetch.js', 'jpeg-js/lib/decoder.js'];
const explained: Readonly<Record<string, readonly string[]>> = {
  engine: idle,
  'web/engine': [...idle, 'onnxruntime-web/dist/ort.wasm.bundle.min.mjs'],
};

describe('the network', () => {
  it('is within reach of no bundle, but for what is explained', async () => {
    const bundler: string = '../../esbuild.mjs';
    const { bundles, external } = (await import(bundler)) as {
      bundles: readonly ({ name: string; source: string } & BuildOptions)[];
      external: string[];
    };
    assert.ok(bundles.length >= 7);
    for (const { name, source, ...settings } of bundles) {
      const { metafile } = await esbuild.build({
        ...settings,
        absWorkingDir: root,
        preserveSymlinks: true,
        entryPoints: [source],
        outdir: 'out',
        bundle: true,
        write: false,
        metafile: true,
        minify: true,
        external: settings.platform === 'node' ? external : (settings.external ?? []),
        logLevel: 'silent',
      });
      const outputs = Object.values(metafile.outputs);
      const imported = outputs.flatMap((o) => o.imports.filter((i) => i.external).map((i) => i.path));
      assert.deepEqual(
        imported.filter((i) => modules.test(i)),
        [],
        name,
      );
      const used = outputs.flatMap((o) =>
        Object.entries(o.inputs).flatMap(([f, { bytesInOutput }]) => (bytesInOutput > 0 ? [f] : [])),
      );
      const reaching = used.filter((file) =>
        functions.test(withoutComments(fs.readFileSync(path.join(root, file), 'utf8'))),
      );
      assert.deepEqual(
        reaching.filter((file) => !explained[name]?.includes(file.replace('node_modules/', ''))),
        [],
        name,
      );
    }
  });

  it('is not reached while a model is analyzed and profiled', async function () {
    this.timeout(60_000);
    const reached: string[] = [];
    const restore = [
      record(net.Socket.prototype, 'connect', reached),
      record(dgram, 'createSocket', reached),
      record(dns, 'lookup', reached),
      record(dns.promises, 'lookup', reached),
      record(http, 'request', reached),
      record(https, 'request', reached),
      record(globalThis, 'fetch', reached),
    ];
    try {
      // the records work
      assert.throws(() => void fetch('http://127.0.0.1:9/'));
      assert.deepEqual(reached.splice(0), ['fetch']);
      const model = { path: path.join(root, 'media/samples/sample.onnx') };
      const client = new EngineClient(inProcessEngine);
      await client.run('analyze', { model, shownPath: 'sample.onnx', severities: {} });
      for (const engine of ['auto', 'wasm'] as const) {
        const settings = { ...defaultProfileSettings, steps: 2, batch: 4, engine };
        assert.equal((await client.profile(model, settings, () => undefined)).status, 'complete');
      }
      client.dispose();
    } finally {
      for (const back of restore) back();
    }
    assert.deepEqual(reached, []);
  });
});

/** Puts a function in its place that notes the call and fails. */
function record<T extends object>(holder: T, name: keyof T & string, calls: string[]): () => void {
  const original = holder[name];
  holder[name] = ((): never => {
    calls.push(name);
    throw new Error(`${name} was called`);
  }) as T[typeof name];
  return () => (holder[name] = original);
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}
