import type { EngineMessage, EngineRequest } from '../protocol/engine';
import { engineHandler } from './engineHandler';
import { nodeHost } from './nodeHost';

/** Entry of the engine's process (dist/engine.js): requests and messages go over the channel of child_process.fork. */
function main(): void {
  if (process.send === undefined) {
    console.error(
      'this is the engine of NormScope, which its extension and command line start: it does nothing by itself',
    );
    process.exitCode = 2;
    return;
  }
  const post = (message: EngineMessage) => {
    // no word of a host that is gone: `disconnect` ends this process
    process.send?.(message, () => undefined);
  };
  const handle = engineHandler(nodeHost, post);
  process.on('message', (request) => handle(request as EngineRequest));
  process.on('disconnect', () => process.exit(0));
  // Ctrl+C in a terminal reaches every process there: the host decides what becomes of this one
  process.on('SIGINT', () => undefined);
  post({ type: 'ready' });
}

main();
