import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import dgram from 'node:dgram';
import dns from 'node:dns';
import esbuild, { type BuildOptions } from 'esbuild';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
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

interface Bundler {
  readonly bundles: readonly ({ name: string; source: string } & BuildOptions)[];
  readonly external: string[];
}
const bundler: string = '../../esbuild.mjs';

describe('the network', () => {
  it('is within reach of no bundle, but for what is explained', async () => {
    const { bundles, external } = (await import(bundler)) as Bundler;
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

  describe('is not reached by the command line and the engine that it forks', function () {
    this.timeout(120_000);
    const folder = path.join(root, 'out/test/network');
    const record = path.join(folder, 'record.txt');
    const sample = path.join(root, 'media/samples/sample.onnx');

    before(async () => {
      fs.rmSync(folder, { recursive: true, force: true });
      const { bundles, external } = (await import(bundler)) as Bundler;
      for (const { name, source, ...settings } of bundles.filter((b) => b.name === 'cli' || b.name === 'engine'))
        await esbuild.build({
          ...settings,
          absWorkingDir: root,
          entryPoints: { [name]: source },
          outdir: folder,
          bundle: true,
          external,
          logLevel: 'silent',
        });
    });
    after(() => fs.rmSync(folder, { recursive: true, force: true }));

    /** Runs Node with the network denied; what was noted, and the process. */
    function watched(args: readonly string[], input = '') {
      fs.writeFileSync(record, '');
      const hook = pathToFileURL(path.join(__dirname, '../support/noNetwork.mjs')).href;
      const ran = spawnSync(process.execPath, ['--import', hook, ...args], {
        env: { ...process.env, NETWORK_RECORD: record, NODE_OPTIONS: '' },
        encoding: 'utf8',
        input,
      });
      return { ...ran, noted: fs.readFileSync(record, 'utf8').trim().split('\n') };
    }
    const cli = path.join(folder, 'cli.js');

    it('by what would be seen', () => {
      const calls = [
        "fetch('http://127.0.0.1:9/')",
        "require('net').connect(9)",
        "require('https').get('https://127.0.0.1/')",
        "require('dns').promises.lookup('localhost')",
        "require('child_process').execSync('true')",
      ];
      for (const call of calls) {
        const { status, noted } = watched(['-e', `try { ${call} } catch {}`]);
        assert.equal(status, 0, call);
        assert.equal(noted.length, 2, `${call}: ${noted.join()}`);
      }
    });

    const fork = ['started cli.js', 'started engine.js'];
    const commands: readonly (readonly [string, readonly string[], readonly string[]])[] = [
      ['analyzing', ['analyze', sample, '--format', 'sarif'], ['started cli.js']],
      ['profiling', ['profile', sample, '--steps', '2', '--batch', '4', '--format', 'json'], fork],
      [
        'profiling on WASM',
        ['profile', sample, '--steps', '1', '--batch', '2', '--engine', 'wasm'],
        [...fork, 'started thread'],
      ],
      ['comparing', ['compare', sample, '--variants', 'as-is,none', '--seeds', '1', '--steps', '2'], fork],
      ['fixing', ['fix', sample, '--fix', 'fold', '--output', path.join(folder, 'fixed.onnx')], fork],
    ];
    for (const [title, args, processes] of commands)
      it(title, () => {
        const { status, stdout, stderr, noted } = watched([cli, ...args]);
        assert.equal(status, 0, stderr);
        assert.notEqual(stdout, '');
        assert.deepEqual([...new Set(noted)], processes);
      });

    it('answering chat agents', () => {
      const ask = (id: number, method: string, params: object) =>
        `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;
      const client = {
        protocolVersion: '2025-06-18',
        capabilities: {},
        clientInfo: { name: 'test', version: '1' },
      };
      const input = ask(1, 'initialize', client) + ask(2, 'tools/list', {});
      const { stdout, noted } = watched([cli, 'mcp'], input);
      assert.match(stdout, /"inputSchema"/);
      assert.deepEqual(
        noted.filter((n) => !n.startsWith('started')),
        [],
      );
    });
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
