import { engineHandler } from '../engineHandler';
import type { EngineRequest } from '../../protocol/engine';
import { RemoteFiles } from './remoteFiles';
import { webHost } from './webHost';
import type { FromWorker, ToWorker } from './workerMessages';

/** Entry of the engine as a web worker (dist/web/engine.js). */
interface WorkerScope {
  postMessage(message: FromWorker): void;
  addEventListener(type: 'message', listener: (event: { readonly data: ToWorker }) => void): void;
}
const scope = globalThis as unknown as WorkerScope;

const files = new RemoteFiles((message) => scope.postMessage(message));
let handle: ((request: EngineRequest) => void) | undefined;

scope.addEventListener('message', ({ data }) => {
  switch (data.type) {
    case 'start':
      handle = engineHandler(webHost(files, data.wasm), (message) => scope.postMessage({ type: 'engine', message }));
      scope.postMessage({ type: 'engine', message: { type: 'ready' } });
      break;
    case 'engine':
      handle?.(data.request);
      break;
    case 'answer':
      files.receive(data);
      break;
  }
});
