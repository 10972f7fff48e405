import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { chooseRuntime } from '../../../src/engine/chooseRuntime';
import type { Runtime } from '../../../src/engine/runtime';
import { physicalCores, threadCount } from '../../../src/engine/threadCount';
import { ModelError } from '../../../src/ir/errors';

function runtime(name: 'onnxruntime-node' | 'onnxruntime-web'): (threads: number) => Runtime {
  return (threads) => ({
    facts: { name, version: '1', threads },
    addressableBytes: Infinity,
    createSession: () => Promise.reject(new Error('not asked for')),
  });
}

const makers = { native: runtime('onnxruntime-node'), wasm: runtime('onnxruntime-web') };
const absent = {
  ...makers,
  native: () => {
    throw new Error("Cannot find module 'onnxruntime-node'\nRequire stack: ...");
  },
};

describe('chooseRuntime', () => {
  it('takes the native build unless WebAssembly is asked for', () => {
    const name = (choice: 'auto' | 'native' | 'wasm') => chooseRuntime(choice, 2, makers).runtime.facts.name;
    assert.equal(name('auto'), 'onnxruntime-node');
    assert.equal(name('native'), 'onnxruntime-node');
    assert.equal(name('wasm'), 'onnxruntime-web');
  });

  it('falls back to WebAssembly where the native build cannot be loaded, and says so', () => {
    const { runtime, notes } = chooseRuntime('auto', 2, absent);
    assert.equal(runtime.facts.name, 'onnxruntime-web');
    assert.match(notes.join(), /WebAssembly build is used, which is slower/);
    assert.deepEqual(chooseRuntime('wasm', 2, absent).notes, []);
  });

  it('refuses when the native build was asked for and is absent', () => {
    assert.throws(
      () => chooseRuntime('native', 2, absent),
      (e) => e instanceof ModelError && e.code === 'engine' && /Cannot find module[^\n]*'wasm'/.test(e.message),
    );
  });

  it('says what the system lacks where the native build is there and cannot be loaded', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'normscope-native-'));
    const file = path.join(folder, 'binding.node');
    fs.writeFileSync(file, 'no library');
    const native = () => createRequire(__filename)(file) as Runtime;
    const { platform } = process;
    const needsOn = (name: string) => {
      Object.defineProperty(process, 'platform', { value: name });
      return chooseRuntime('auto', 2, { ...makers, native }).notes[1];
    };
    try {
      assert.match(needsOn('win32'), /Visual C\+\+ Redistributable/);
      assert.match(needsOn('darwin'), /macOS 14/);
      assert.match(needsOn('linux'), /glibc/);
      assert.throws(() => chooseRuntime('native', 2, { ...makers, native }), /'auto' to fall back to it; .*glibc/);
      assert.equal(chooseRuntime('auto', 2, absent).notes.length, 1, 'nothing helps where it is not there');
    } finally {
      Object.defineProperty(process, 'platform', { value: platform });
      fs.rmSync(folder, { recursive: true });
    }
  });

  it('passes the number of threads on; 0 is one for each core, at most 4', () => {
    assert.equal(chooseRuntime('auto', 3, makers).runtime.facts.threads, 3);
    assert.equal(chooseRuntime('auto', 0, makers).runtime.facts.threads, threadCount(0));
    assert.ok(physicalCores() >= 1);
    assert.equal(threadCount(0), Math.min(4, physicalCores()));
  });
});
