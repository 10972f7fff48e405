import * as vscode from 'vscode';
import { sniffConfig } from '../config/sniffConfig';

/** Files that may be models, by name. JSON is the commonest kind of file there is, so only names that say model. */
const binaries = '**/*.{onnx,keras}';
const texts = '**/{*model*,*Model*,*keras*}.json';
/** Folders of packages, which hold other people's models. */
const excluded = '**/{node_modules,.git,.venv,venv,site-packages}/**';
/** No list for people is longer. */
const MOST_FILES = 1000;
const SNIFFED_BYTES = 65_536;

/** The model files of the workspace, by path. JSON files count by their content. */
export async function findModels(token?: vscode.CancellationToken): Promise<vscode.Uri[]> {
  const [found, candidates] = await Promise.all(
    [binaries, texts].map((pattern) => vscode.workspace.findFiles(pattern, excluded, MOST_FILES, token)),
  );
  const models = await Promise.all(candidates.map(async (uri) => ((await isModelText(uri)) ? [uri] : [])));
  return [...found, ...models.flat()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function isModelText(uri: vscode.Uri): Promise<boolean> {
  try {
    const bytes = await vscode.workspace.fs.readFile(uri);
    return sniffConfig(new TextDecoder().decode(bytes.subarray(0, SNIFFED_BYTES))) !== undefined;
  } catch {
    // gone since it was found, or not readable: no model as far as we can tell
    return false;
  }
}
