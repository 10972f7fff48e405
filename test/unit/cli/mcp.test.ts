import assert from 'node:assert/strict';
import { InMemoryTransport } from '@modelcontextprotocol/server';
import type { ToolHost } from '../../../src/assistants/modelTools';
import { mcpServer } from '../../../src/cli/mcp';
import { compareModel } from '../../../src/engine/compareModel';
import { EngineClient } from '../../../src/engine/engineClient';
import { openModelFile } from '../../../src/engine/nodeFolder';
import { ModelError } from '../../../src/ir/errors';
import { defaultLearningRates } from '../../../src/profile/defaultSettings';
import type { CompareSettings } from '../../../src/protocol/compare';
import type { ProfileSettings } from '../../../src/protocol/profile';
import { analyzeModel } from '../../../src/rules/analyzeModel';
import { inProcessEngine } from '../../support/inProcessEngine';

const sample = 'media/samples/sample.onnx';

interface Answer {
  readonly tools?: { name: string; inputSchema: { required?: string[] } }[];
  readonly content?: { text: string }[];
  readonly isError?: boolean;
}

/** A client of the protocol that says what the test says. */
async function connect(host: ToolHost) {
  const [near, far] = InMemoryTransport.createLinkedPair();
  const server = mcpServer(host);
  await server.connect(far);
  const waiting = new Map<number, (answer: Answer) => void>();
  near.onmessage = (message) => {
    if ('id' in message && 'result' in message) waiting.get(Number(message.id))?.(message.result as Answer);
  };
  await near.start();
  let id = 0;
  const ask = (method: string, params: Record<string, unknown>) =>
    new Promise<Answer>((resolve) => {
      waiting.set(++id, resolve);
      void near.send({ jsonrpc: '2.0', id, method, params });
    });
  const clientInfo = { name: 'test', version: '1' };
  await ask('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo });
  await near.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
  const call = (name: string, args: object) => ask('tools/call', { name, arguments: args });
  return { ask, call, close: () => server.close() };
}

describe('normscope mcp', () => {
  const profiled: ProfileSettings[] = [];
  const compared: CompareSettings[] = [];
  const engine = new EngineClient(inProcessEngine);
  const host: ToolHost = {
    analyze: async (path) => analyzeModel(await openModelFile(path), path),
    profile: (_, settings) => {
      profiled.push(settings);
      return Promise.reject(new ModelError('unsupported', 'it has no weights', {}, 'net.onnx'));
    },
    compare: (path, settings, signal) => {
      compared.push(settings);
      return compareModel(engine, { path }, settings, () => undefined, signal);
    },
  };
  let client: Awaited<ReturnType<typeof connect>>;
  before(async () => {
    client = await connect(host);
  });
  after(() => {
    engine.dispose();
    return client.close();
  });

  it('lists its tools with what they take', async () => {
    const { tools } = await client.ask('tools/list', {});
    assert.deepEqual(
      tools!.map((t) => [t.name, t.inputSchema.required]),
      [
        ['normscope_analyze', ['path']],
        ['normscope_profile', ['path']],
        ['normscope_compare', ['path']],
        ['normscope_rule', undefined],
      ],
    );
  });

  it('analyzes a model: findings and every layer with the place of its norm', async () => {
    const [{ text }] = (await client.call('normscope_analyze', { path: sample })).content!;
    assert.match(text, /norm-after-activation {2}late\.norm/);
    assert.match(text, /stem\.norm +BatchNormalization +norm +batch over N,H,W, linear-norm-activation/);
  });

  it('passes settings on and says why a model cannot be profiled', async () => {
    const answer = await client.call('normscope_profile', { path: 'net.onnx', steps: 3, optimizer: 'sgd' });
    assert.equal(answer.isError, true);
    assert.equal(answer.content![0].text, 'net.onnx: it has no weights');
    const [{ steps, optimizer, lr }] = profiled;
    assert.deepEqual([steps, optimizer, lr], [3, 'sgd', defaultLearningRates.sgd]);
  });

  it('compares normalizations with fresh weights, and answers with the report', async () => {
    const few = { steps: 2, batch: 2, seeds: 1, variants: ['as-is', 'none', 'as-is'] };
    const [{ text }] = (await client.call('normscope_compare', { path: sample, ...few })).content!;
    assert.match(text, /2 variants, 1 seed, 2 steps each/);
    assert.match(text, /as-is +\d/);
    assert.match(text, /none +\d/);
    const [{ init, variants, seeds }] = compared;
    assert.deepEqual([init, variants, seeds], ['default', ['as-is', 'none'], 1]);
  }).timeout(30_000);

  it('ends a comparison when its time is up, with what was measured until then', async () => {
    const long = { steps: 1000, seeds: 10, variants: ['as-is', 'none'], minutes: 3 / 60 };
    const [{ text }] = (await client.call('normscope_compare', { path: sample, ...long })).content!;
    assert.match(text, /^Ended after 0\.05 minutes\./);
    assert.match(text, /CANCELLED, what was measured: /);
  }).timeout(30_000);

  it('refuses what does not fit a schema', async () => {
    for (const args of [{}, { path: 3 }, { path: sample, steps: 'many' }, { path: sample, shell: 'x' }]) {
      const answer = await client.call('normscope_profile', args);
      assert.equal(answer.isError, true, JSON.stringify(args));
    }
    assert.equal(profiled.length, 1);
    for (const args of [{ variants: ['dropout'] }, { variants: [] }, { seeds: 0 }, { minutes: 600 }, { minutes: 0 }]) {
      const answer = await client.call('normscope_compare', { path: sample, ...args });
      assert.equal(answer.isError, true, JSON.stringify(args));
    }
    assert.equal(compared.length, 2);
  });

  it('explains rules', async () => {
    const page = (await client.call('normscope_rule', { id: 'norm-after-activation' })).content![0].text;
    assert.match(page, /^# /);
    assert.match((await client.call('normscope_rule', {})).content![0].text, /bias-before-norm/);
    assert.match((await client.call('normscope_rule', { id: 'nope' })).content![0].text, /unknown rule 'nope'/);
  });
});
