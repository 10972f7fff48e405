import assert from 'node:assert/strict';
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

  it('passes the number of threads on; 0 is one for each core, at most 4', () => {
    assert.equal(chooseRuntime('auto', 3, makers).runtime.facts.threads, 3);
    assert.equal(chooseRuntime('auto', 0, makers).runtime.facts.threads, threadCount(0));
    assert.ok(physicalCores() >= 1);
    assert.equal(threadCount(0), Math.min(4, physicalCores()));
  });
});
