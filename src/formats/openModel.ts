import { BytesSource, SMALL_FILE, type ByteSource, type ModelFolder } from '../ir/byteSource';
import { changedModel } from '../ir/changedModel';
import { ModelError } from '../ir/errors';
import type { Model, Problem } from '../ir/model';
import { TextLines } from '../ir/textLines';
import { say } from '../texts/say';
import { HeadSource } from './headSource';
import { sniffJson } from './jsonShape';
import { openOnnx } from './onnx/openOnnx';
import { IR_VERSION, refusals, sniff, SNIFFED_BYTES, type FileKind } from './sniff';

/** JavaScript holds texts of half a billion characters at most; a model's JSON is a few megabytes. */
const LARGEST_TEXT = 2 ** 28;

/**
 * Opens a model: an ONNX file, a TensorFlow.js layers or graph model, or the architecture of a Keras model as JSON or
 * in a .keras archive. The content decides, not the name. Weights stay where they are until somebody reads them.
 * @param folder the folder that holds the model and everything it refers to
 * @param path of the model file in that folder, with forward slashes
 * @throws ModelError that says what the file is and what can be done, when it is no model that can be opened
 */
export async function openModel(folder: ModelFolder, path: string): Promise<Model> {
  try {
    const file = await folder.open(path);
    const length = file.size <= SMALL_FILE ? file.size : SNIFFED_BYTES;
    const head = file.readNow?.(0, length) ?? (await file.read(0, length));
    const source = head.length === file.size ? new BytesSource(head) : new HeadSource(file, head);
    // `sniff` says so as well: what only other files need is not run, nor compiled, for an ONNX file
    if (head[0] === IR_VERSION && head[7] > 0) return await openOnnx(folder, path, source);
    return await openOther(sniff(head.subarray(0, SNIFFED_BYTES)), folder, path, source);
  } catch (error) {
    throw error instanceof ModelError ? error.withPath(path) : error;
  }
}

function openOther(kind: FileKind, folder: ModelFolder, path: string, source: ByteSource): Promise<Model> {
  if (kind === 'binary') return openOnnx(folder, path, source);
  if (kind === 'keras-archive') return openKerasArchive(folder, path, source);
  if (kind === 'json') return openText(folder, path, source);
  throw refused(kind);
}

async function openText(folder: ModelFolder, path: string, source: ByteSource): Promise<Model> {
  const { text, isBroken } = await readText(source);
  const shape = sniffJson(text);
  if (shape !== 'tfjs-graph' && shape !== 'tfjs-layers' && shape !== 'keras') throw refused(shape);
  const model = await openJson(shape, folder, path, text);
  if (!isBroken) return model;
  return changedModel(model, {
    get problems() {
      return [brokenText(text), ...model.problems];
    },
  });
}

/** Readers of other formats are loaded when a file is of theirs. */
async function openJson(
  shape: 'tfjs-graph' | 'tfjs-layers' | 'keras',
  folder: ModelFolder,
  path: string,
  text: string,
) {
  if (shape === 'tfjs-graph') return (await import('./tfjsGraph/openTfjsGraph')).openTfjsGraph(folder, path, text);
  return (await import('./tfjs/openTfjsLayers')).openTfjsLayers(folder, path, text);
}

/** The model that the archive describes. Positions in its text are of no use to somebody who has the archive. */
async function openKerasArchive(folder: ModelFolder, path: string, source: ByteSource): Promise<Model> {
  const { readKerasConfig } = await import('./kerasArchive');
  const model = await openJson('keras', folder, path, await readKerasConfig(source));
  return changedModel(model, {
    lines: undefined,
    get problems() {
      return model.problems.map(({ code, message }) => ({ code, message }));
    },
  });
}

function refused(kind: keyof typeof refusals): ModelError {
  return new ModelError(refusals[kind].code, refusals[kind].message());
}

/** Bytes that are no UTF-8 are read as replacement characters. */
async function readText(source: ByteSource): Promise<{ text: string; isBroken: boolean }> {
  if (source.size > LARGEST_TEXT) {
    throw new ModelError(
      'too-large',
      say`this JSON file has ${source.size} bytes; no description of a model is that long`,
    );
  }
  const bytes = await source.read(0, source.size);
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), isBroken: false };
  } catch {
    return { text: new TextDecoder('utf-8').decode(bytes), isBroken: true };
  }
}

function brokenText(text: string): Problem {
  const message = say`the file is not UTF-8 throughout: what cannot be read stands as the replacement character`;
  return { code: 'invalid-utf8', message, place: new TextLines(text).positionAt(text.indexOf('\ufffd')) };
}
