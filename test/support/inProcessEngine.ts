import { engineHandler } from '../../src/engine/engineHandler';
import { nodeHost } from '../../src/engine/nodeHost';
import type { Transport } from '../../src/engine/transport';
import type { EngineMessage } from '../../src/protocol/engine';

/** An engine in this process, whose messages are copied as they are on their way to another one. */
export function inProcessEngine(): Transport {
  let listen: (message: EngineMessage) => void = () => undefined;
  const handle = engineHandler(nodeHost, (message) => listen(structuredClone(message)));
  return {
    send: (request) => handle(structuredClone(request)),
    onMessage: (listener) => (listen = listener),
    onExit: () => undefined,
    kill: () => (listen = () => undefined),
  };
}
