import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(__dirname, '../..');
const corpus = path.resolve(root, '../shared/models');

export interface Workspace {
  folder: string;
  dispose(): void;
}

/** Files that are no models though they are called so, by what is wrong with them. */
const broken: Record<string, string | Uint8Array> = {
  'empty.onnx': '',
  'text.onnx': 'These are notes about a network, not a network.\n',
  // one node's length prefix promises more bytes than there are
  'truncated.onnx': Uint8Array.of(0x08, 0x08, 0x3a, 0x7f, 0x0a, 0x10, 0x0a, 0x01),
  'pointer.onnx': `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 102442450\n`,
};

/**
 * A folder to open in VS Code, in the system's temporary folder: `samples` as shipped, `broken` files, and `corpus` with those
 * of the shared models that are asked for and present.
 *
 * @param models paths of files or folders under ../shared/models
 */
export function createWorkspace(models: string[] = []): Workspace {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'normscope-workspace-'));
  const samples = path.join(root, 'media/samples');
  if (fs.existsSync(samples)) fs.cpSync(samples, path.join(folder, 'samples'), { recursive: true });
  fs.mkdirSync(path.join(folder, 'broken'));
  for (const [name, content] of Object.entries(broken)) fs.writeFileSync(path.join(folder, 'broken', name), content);
  for (const model of models)
    if (hasCorpusModel(model)) {
      const to = path.join(folder, 'corpus', model);
      fs.cpSync(path.join(corpus, model), to, { recursive: true });
    }
  for (const file of listFiles(folder)) fs.chmodSync(path.join(folder, file), 0o644); // the corpus may be read-only
  return {
    folder,
    dispose: () => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

export function hasCorpusModel(model: string): boolean {
  return fs.existsSync(path.join(corpus, model));
}

/** All files under `folder`, relative to it, with forward slashes. */
export function listFiles(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => fs.statSync(path.join(folder, file)).isFile())
    .map((file) => file.replaceAll(path.sep, '/'))
    .sort();
}
