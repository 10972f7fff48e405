import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ModelSession } from '../../src/extension/modelSession';
import { ProfileStorage } from '../../src/extension/profileStorage';
import type { Sessions } from '../../src/extension/sessions';
import { storedProfile } from '../../src/profile/storedProfile';
import type { ProfileResult } from '../../src/protocol/profile';
import { measuredRun } from '../support/measuredRun';
import { closeAll, diagnostics, eventually, file } from './support';

function profile(graphHash: string, steps = 5): ProfileResult {
  const run = measuredRun([{ id: 'conv' }, { id: 'norm', role: 'norm', kind: 'batch' }], steps);
  return { ...run, model: { path: 'net.onnx', graphHash }, findings: [] };
}

describe('Saved profiles', () => {
  afterEach(closeAll);

  it('open in the view of a model, by a click and by command', async () => {
    const uri = file('kept.normscope.json');
    fs.writeFileSync(uri.fsPath, storedProfile(profile('ab')));
    for (const command of ['vscode.open', 'normscope.openProfile']) {
      await eventually(`the profile by ${command}`, async () => {
        await closeAll();
        await vscode.commands.executeCommand(command, uri);
        const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
        return input instanceof vscode.TabInputCustom && input.viewType === 'normscope.modelView' ? input : undefined;
      });
    }
  });

  it('that are damaged say where', async () => {
    const uri = file('damaged.normscope.json');
    fs.writeFileSync(uri.fsPath, storedProfile(profile('ab')).replace('"rms":1', '"rms":"1"'));
    await vscode.commands.executeCommand('vscode.open', uri);
    const [found] = await diagnostics(uri, () => true);
    assert.match(found.message, /damaged/);
  });
});

/** Sessions whose events the test fires. */
function fakeSessions() {
  const analyzed = new vscode.EventEmitter<ModelSession>();
  const changed = new vscode.EventEmitter<ModelSession>();
  const sessions = { onDidAnalyze: analyzed.event, onDidChange: changed.event } as unknown as Sessions;
  return { analyzed, changed, sessions };
}

interface FakeSession {
  uri: vscode.Uri;
  facts: { graphHash: string };
  profile?: ProfileResult;
  running?: object;
  restore(profile: ProfileResult): void;
}

function fakeSession(name: string, graphHash: string): FakeSession {
  return {
    uri: vscode.Uri.file(`/models/${name}`),
    facts: { graphHash },
    restore(restored) {
      this.profile = restored;
    },
  };
}

describe('The storage of profiles', () => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'normscope-storage-'));
  after(() => fs.rmSync(root, { recursive: true }));
  let count = 0;

  function open() {
    const folder = path.join(root, String(count));
    const fake = fakeSessions();
    const log = { warn: (m: string) => assert.fail(m) } as unknown as vscode.LogOutputChannel;
    const storage = new ProfileStorage(vscode.Uri.file(folder), fake.sessions, log);
    const files = () => (fs.existsSync(folder) ? fs.readdirSync(folder) : []);
    const fire = (emitter: vscode.EventEmitter<ModelSession>, s: FakeSession) =>
      emitter.fire(s as unknown as ModelSession);
    return { ...fake, files, fire, storage };
  }
  beforeEach(() => count++);

  it('gives a model its profile back after a reload, and its latest one when it has changed since', async () => {
    const { changed, fire, files } = open();
    const before = fakeSession('a.onnx', 'h1');
    before.profile = profile('h1', 5);
    before.running = {};
    fire(changed, before);
    before.running = undefined;
    fire(changed, before);
    await eventually('the file', () => (files().length === 1 ? true : undefined));
    before.profile = profile('h2', 7);
    fire(changed, before);
    await eventually('the second file', () => (files().length === 2 ? true : undefined));

    const { analyzed, fire: fireAgain } = open();
    const steps: Record<string, number> = {};
    for (const hash of ['h1', 'h2', 'h3']) {
      const after = fakeSession('a.onnx', hash);
      fireAgain(analyzed, after);
      steps[hash] = (await eventually('the profile', () => after.profile)).loss.length;
    }
    assert.deepEqual(steps, { h1: 5, h2: 7, h3: 7 });
    const other = fakeSession('b.onnx', 'h1');
    fireAgain(analyzed, other);
    const known = fakeSession('a.onnx', 'h2');
    fireAgain(analyzed, known);
    await eventually('the profile', () => known.profile);
    assert.equal(other.profile, undefined);
  });

  it('keeps a bounded number of files, the latest', async () => {
    const { changed, fire, files } = open();
    for (let i = 0; i < 60; i++) {
      const session = fakeSession(`${i}.onnx`, 'h');
      session.profile = profile('h', 1);
      fire(changed, session);
    }
    const { analyzed, fire: fireAgain } = open();
    await eventually('the last file', async () => {
      const last = fakeSession('59.onnx', 'h');
      fireAgain(analyzed, last);
      await new Promise((resolve) => setTimeout(resolve, 100));
      return last.profile;
    });
    assert.ok(files().length <= 50, String(files().length));
  });
});
