import * as vscode from 'vscode';
import { WorkerTransport } from '../engine/web/workerTransport';
import { VirtualFolder } from './modelFiles';
import { startExtension, type ExtensionInterface } from './startExtension';

/** The extension in a browser (vscode.dev): engines are web workers, which get files through VS Code's file systems. */
export function activate(context: vscode.ExtensionContext): ExtensionInterface {
  const read = (path: string) => vscode.workspace.fs.readFile(vscode.Uri.joinPath(context.extensionUri, 'dist', path));
  return startExtension(context, {
    startEngine: () =>
      new WorkerTransport({
        script: async () => new TextDecoder().decode(await read('web/engine.js')),
        wasm: async () => read('node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm'),
        folderOf: (model) => new VirtualFolder(vscode.Uri.joinPath(vscode.Uri.parse(model, true), '..')),
      }),
    engineLocation: (uri) => uri.toString(),
    folder: () => undefined,
  });
}
