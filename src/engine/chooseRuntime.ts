import { ModelError } from '../ir/errors';
import type { EngineChoice } from '../protocol/profile';
import { say } from '../texts/say';
import { nativeRuntime } from './nativeRuntime';
import { threadCount } from './threadCount';
import type { Runtime } from './runtime';
import { wasmRuntime } from './wasmRuntime';

export interface ChosenRuntime {
  readonly runtime: Runtime;
  /** What the user should know about the choice, e.g. that the slower build is used. */
  readonly notes: readonly string[];
}

export type RuntimeMaker = (threads: number) => Runtime;

/**
 * 'auto' takes the native build and falls back to WebAssembly where it cannot be loaded.
 * @param threads 0 = as many as there are physical cores, at most 4
 * @throws ModelError `engine` when the build that was asked for cannot be loaded
 */
export function chooseRuntime(
  choice: EngineChoice,
  threads: number,
  makers: { readonly native: RuntimeMaker; readonly wasm: RuntimeMaker } = { native: nativeRuntime, wasm: wasmRuntime },
): ChosenRuntime {
  const count = threadCount(threads);
  if (choice !== 'wasm') {
    try {
      return { runtime: makers.native(count), notes: [] };
    } catch (error) {
      const machine = `${process.platform}-${process.arch}`;
      if (choice === 'native') {
        throw new ModelError(
          'engine',
          [
            say`the native build of ONNX Runtime cannot be loaded on ${machine} (${firstLine(error)}): choose the engine 'wasm', or 'auto' to fall back to it`,
            ...whatItNeeds(error),
          ].join('; '),
        );
      }
      const notes = [
        say`the native build of ONNX Runtime cannot be loaded on ${machine}: the WebAssembly build is used, which is slower`,
        ...whatItNeeds(error),
      ];
      return { runtime: loadWasm(makers.wasm, count), notes };
    }
  }
  return { runtime: loadWasm(makers.wasm, count), notes: [] };
}

function loadWasm(make: RuntimeMaker, threads: number): Runtime {
  try {
    return make(threads);
  } catch (error) {
    throw new ModelError('engine', say`the WebAssembly build of ONNX Runtime cannot be loaded (${firstLine(error)})`);
  }
}

/** What the system may lack where the native build is there and cannot be loaded: what its libraries name as their own needs. */
function whatItNeeds(error: unknown): string[] {
  if ((error as NodeJS.ErrnoException | null)?.code !== 'ERR_DLOPEN_FAILED') return [];
  switch (process.platform) {
    case 'win32':
      return [say`the native build needs the Microsoft Visual C++ Redistributable: install its latest version`];
    case 'darwin':
      return [say`the native build needs macOS 14 or newer`];
    case 'linux':
      return [say`the native build needs glibc 2.28 or newer`];
    default:
      return [];
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0];
}
