import * as vscode from 'vscode';
import { sniffConfig } from '../config/sniffConfig';
import { placeOf } from './modelFiles';
import type { Platform } from './platform';

/** Files that may be models, by name. JSON is the commonest kind of file there is, so only names that say model. */
const binaries = '**/*.{onnx,ONNX,keras,KERAS}';
const texts = '**/{*model*,*Model*,*MODEL*,*keras*}.{json,JSON}';
/** Folders of packages, which hold other people's models. */
const excluded = '**/{node_modules,.git,.venv,venv,site-packages}/**';
/** No list for people is longer. */
const MOST_FILES = 1000;
const SNIFFED_BYTES = 65_536;
/** So many files are looked at together: virtual file systems hand out whole ones. */
const AT_ONCE = 16;

/** The model files of the workspace, by path. JSON files count by their content. */
export async function findModels(platform: Platform): Promise<vscode.Uri[]> {
  const [found, candidates] = await Promise.all(
    [binaries, texts].map((pattern) => vscode.workspace.findFiles(pattern, excluded, MOST_FILES)),
  );
  const models: vscode.Uri[] = [...found];
  for (let i = 0; i < candidates.length; i += AT_ONCE) {
    const some = candidates.slice(i, i + AT_ONCE);
    const areModels = await Promise.all(some.map((uri) => isModelText(uri, platform)));
    models.push(...some.filter((_, at) => areModels[at]));
  }
  return models.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function isModelText(uri: vscode.Uri, platform: Platform): Promise<boolean> {
  try {
    const { folder, name } = placeOf(uri, platform);
    const source = await folder.open(name);
    const bytes = await source.read(0, Math.min(source.size, SNIFFED_BYTES));
    return sniffConfig(new TextDecoder().decode(bytes)) !== undefined;
  } catch {
    // gone since it was found, or not readable: no model as far as we can tell
    return false;
  }
}
