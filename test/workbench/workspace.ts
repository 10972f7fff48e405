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
  // as VS Code's watchers name it: on macOS that folder is a link, on Windows its name may be short
  const folder = fs.mkdtempSync(path.join(fs.realpathSync.native(os.tmpdir()), 'normscope-workspace-'));
  const samples = path.join(root, 'media/samples');
  fs.cpSync(samples, path.join(folder, 'samples'), { recursive: true });
  fs.mkdirSync(path.join(folder, 'oneline'));
  fs.writeFileSync(path.join(folder, 'oneline/model.json'), longModel());
  fs.mkdirSync(path.join(folder, 'broken'));
  for (const [name, content] of Object.entries(broken)) fs.writeFileSync(path.join(folder, 'broken', name), content);
  const sample = path.join(samples, 'sample.onnx');
  // the sample with another activation: a string of the same length, so the file stays well-formed
  const other = fs.readFileSync(sample, 'latin1').replaceAll('Relu', 'Selu');
  fs.writeFileSync(path.join(folder, 'samples/other.onnx.next'), other, 'latin1');
  for (const model of models)
    if (hasCorpusModel(model)) {
      const to = path.join(folder, 'corpus', model);
      fs.cpSync(path.join(corpus, model), to, { recursive: true });
    }
  makeWritable(folder); // the corpus may be read-only
  return {
    folder,
    dispose: () => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** A TensorFlow.js model without weights, in one line that is longer than VS Code renders, as exporters write them. */
function longModel(): string {
  const layer = (className: string, name: string, config: object) => ({
    class_name: className,
    config: { name, ...config },
  });
  const layers = Array.from({ length: 80 }, (_, i) => [
    layer('Conv2D', `conv_${i}`, {
      filters: 8,
      kernel_size: [3, 3],
      padding: 'same',
      use_bias: false,
      ...(i === 0 ? { batch_input_shape: [null, 16, 16, 3] } : {}),
    }),
    layer('BatchNormalization', `norm_${i}`, { axis: -1, momentum: 0.99, epsilon: 0.001, center: true, scale: true }),
    layer('Activation', `relu_${i}`, { activation: 'relu' }),
  ]).flat();
  const modelConfig = { class_name: 'Sequential', config: { name: 'long', layers } };
  return JSON.stringify({ format: 'layers-model', modelTopology: { model_config: modelConfig }, weightsManifest: [] });
}

export function hasCorpusModel(model: string): boolean {
  return fs.existsSync(path.join(corpus, model));
}

function makeWritable(file: string): void {
  const isFolder = fs.statSync(file).isDirectory();
  fs.chmodSync(file, isFolder ? 0o755 : 0o644);
  if (isFolder) for (const name of fs.readdirSync(file)) makeWritable(path.join(file, name));
}

/** All files under `folder`, relative to it, with forward slashes. */
export function listFiles(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => fs.statSync(path.join(folder, file)).isFile())
    .map((file) => file.replaceAll(path.sep, '/'))
    .sort();
}
