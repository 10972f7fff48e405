import assert from 'node:assert/strict';
import dns from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import * as vscode from 'vscode';
import { closeAll, diagnostics, file, hoverText, lastPlace, ruleOf } from './support';

/** Who called a function that reaches the network, by their stacks; the editor itself does so all the time. */
function watched(): { readonly stacks: string[]; stop(this: void): void } {
  const stacks: string[] = [];
  const watch = <T extends object>(holder: T, name: keyof T) => {
    const original = holder[name] as (...args: unknown[]) => unknown;
    holder[name] = function (this: unknown, ...args: unknown[]) {
      stacks.push(new Error().stack ?? '');
      return original.apply(this, args);
    } as T[keyof T];
    return () => (holder[name] = original as T[keyof T]);
  };
  const back = [
    watch(net.Socket.prototype, 'connect'),
    watch(http, 'request'),
    watch(https, 'request'),
    watch(dns, 'lookup'),
    watch(globalThis, 'fetch'),
  ];
  return { stacks, stop: () => back.forEach((restore) => restore()) };
}

describe('the network', () => {
  afterEach(closeAll);

  it('is not used by the extension, whatever is done with it', async function () {
    this.timeout(120_000);
    const { stacks, stop } = watched();
    try {
      await fetch('http://127.0.0.1:9/').catch(() => undefined);
      assert.ok(
        stacks.some((s) => s.includes('network.test.js')),
        'nothing is seen',
      );
      await vscode.commands.executeCommand('normscope.analyzeWorkspace');
      const document = await vscode.workspace.openTextDocument(file('samples/tfjs/model.json'));
      assert.notEqual(await hoverText(document.uri, lastPlace(document, '"BatchNormalization"')), '');
      const settings = vscode.workspace.getConfiguration('normscope.profile');
      await settings.update('steps', 2, vscode.ConfigurationTarget.Workspace);
      try {
        await vscode.commands.executeCommand('normscope.profile', file('samples/sample.onnx'));
      } finally {
        await settings.update('steps', undefined, vscode.ConfigurationTarget.Workspace);
      }
      await diagnostics(file('samples/sample.onnx'), (d) => ruleOf(d) === 'norm-after-activation');
    } finally {
      stop();
    }
    const ours = stacks.filter((s) => /[\\/]dist[\\/](extension|engine)(\.\w+)?\.js/.test(s));
    assert.deepEqual(ours, []);
  });
});
