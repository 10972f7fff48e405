import { BytesSource, type ModelFolder } from '../ir/byteSource';
import { ModelError } from '../ir/errors';
import type { Model } from '../ir/model';
import { JsonIndex } from '../formats/tfjs/jsonIndex';
import { layersCopy, type LayersCopy, type LayersFile } from '../formats/tfjs/layersCopy';
import { openTfjsLayers } from '../formats/tfjs/openTfjsLayers';
import { parseJson } from '../formats/tfjs/parseJson';
import { statedLayers } from '../formats/tfjs/statedLayers';
import { findModel, readTopology } from '../formats/tfjs/topology';
import { WeightManifest } from '../formats/tfjs/weightManifest';
import { say } from '../texts/say';
import type { FixReport } from '../variants/editReport';
import { LayersEditor } from '../variants/layersModel/layersEditor';
import { LayersText } from '../variants/layersModel/layersText';
import type { FileAccess } from './fileAccess';

/** Bytes of weights that are copied at a time. */
const CHUNK_BYTES = 2 ** 20;

/** A TensorFlow.js layers model that has been edited: the copy as it would be saved, and as it opens. */
export interface EditedLayersModel {
  readonly report: FixReport;
  readonly copy: LayersCopy;
  readonly model: Model;
}

/**
 * Edits a layers model in the terms of its file. Nothing is written.
 * @param path of the model.json
 * @param edit of the layers and weights of the model that was opened from it
 * @param output path of the copy, which its files of weights are named after
 */
export async function editLayersModel(
  path: string,
  edit: (editor: LayersEditor) => Promise<FixReport>,
  output: string,
  files: FileAccess,
): Promise<EditedLayersModel> {
  const [folder, name] = [files.folderOf(path), files.nameOf(path)];
  const source = await folder.open(name);
  const text = new TextDecoder().decode(await source.read(0, source.size));
  const stated = findModel(parseJson(text));
  const index = JsonIndex.of(text);
  const layers = statedLayers(readTopology(stated, () => undefined).model, index);
  const manifest = await WeightManifest.open(stated.weightsManifest, folder, stated.manifestPlace, () => undefined);
  const editor = new LayersEditor(
    new LayersText({ text, layers, spanOf: (place) => index.value(place.steps()) }),
    manifest,
  );
  const report = await edit(editor);
  const edits = editor.finish();
  // part of an address when the copy is loaded in a browser
  const stem = files
    .nameOf(output)
    .replace(/\.json$/, '')
    .replace(/[^\w.-]/g, '_');
  const file: LayersFile = { ...stated, text, index, manifest };
  const copy = layersCopy(file, edits.text, edits.weights, (g, i, n) => `${stem}.group${g}-shard${i}of${n}.bin`);
  return { report, copy, model: await openTfjsLayers(folderOf(copy, name), name, copy.text) };
}

/** The copy as a folder, before it is written. */
function folderOf({ text, shards }: LayersCopy, name: string): ModelFolder {
  const sources = new Map(shards.map((shard) => [shard.name, shard.source]));
  sources.set(name, new BytesSource(new TextEncoder().encode(text)));
  return {
    open: (path) => {
      const source = sources.get(path);
      return source === undefined
        ? Promise.reject(new ModelError('not-found', say`the copy has no file ${path}`))
        : Promise.resolve(source);
    },
  };
}

/**
 * Writes a copy and its files of weights, into a folder that is made where there is none. All get their names only when all are
 * there.
 * @returns paths of the files of weights
 * @throws ModelError `unsupported` when one of them is there already and is not to be replaced
 */
export async function saveLayersModel(
  { text, shards }: LayersCopy,
  output: string,
  overwrite: boolean,
  files: FileAccess,
): Promise<string[]> {
  const paths = shards.map(({ name }) => files.beside(output, name));
  for (const path of overwrite ? [] : paths) {
    if (await files.exists(path))
      throw new ModelError(
        'unsupported',
        say`${path} is there already. Choose another name, or ask for it to be replaced.`,
      );
  }
  await files.makeFolderOf(output);
  const writeFrom = async (i: number): Promise<void> => {
    if (i === shards.length) return;
    const { source } = shards[i];
    await files.write(paths[i], async (sink) => {
      for (let at = 0; at < source.size; at += CHUNK_BYTES)
        await sink(await source.read(at, Math.min(CHUNK_BYTES, source.size - at)));
      await writeFrom(i + 1);
    });
  };
  await files.write(output, async (sink) => {
    await sink(new TextEncoder().encode(text));
    await writeFrom(0);
  });
  return paths;
}
