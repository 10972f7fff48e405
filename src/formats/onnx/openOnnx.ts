import { SMALL_FILE, type ByteSource, type ModelFolder } from '../../ir/byteSource';
import { ModelError } from '../../ir/errors';
import type { Model } from '../../ir/model';
import { ModelReader } from './modelReader';
import { OnnxFacts } from './onnxFacts';
import { Problems } from './problems';
import { ReadContext } from './readContext';
import { readStructure } from './structure';
import { TensorReader } from './tensorReader';

/**
 * Opens an ONNX file of any IR version: reads its structure and leaves the weights where they are. Unknown fields are skipped;
 * what is wrong with the file without making it unreadable is in `problems`.
 * @param folder where external data is looked for
 * @param path of the model inside the folder
 * @throws ModelError `not-a-model`, `truncated` or `corrupt` with the offset
 */
export async function openOnnx(folder: ModelFolder, path: string, source: ByteSource): Promise<Model> {
  const isSmall = source.size <= SMALL_FILE;
  const structure = isSmall
    ? [{ start: 0, bytes: source.readNow?.(0, source.size) ?? (await source.read(0, source.size)) }]
    : await readStructure(source);
  const problems = new Problems();
  const tensors = new TensorReader(source, folder, path, problems);
  const context = new ReadContext(structure, tensors, problems);
  const contents = new ModelReader(context);
  try {
    contents.read(source.size);
  } catch (error) {
    // going through the structure by itself tells more exactly what is wrong
    if (isSmall && error instanceof ModelError) await readStructure(source);
    throw error;
  }
  if (tensors.files) await tensors.findFiles();
  let worked: OnnxFacts | undefined;
  const facts = () => (worked ??= new OnnxFacts(context, contents));
  const { graph, functions, irVersion, metadata } = contents;
  return {
    format: 'onnx',
    irVersion,
    opsets: context.opsets,
    graph,
    functions,
    metadata,
    get producer() {
      return facts().producer;
    },
    get nodeCount() {
      return facts().counts.nodeCount;
    },
    get parameterCount() {
      return facts().counts.parameterCount;
    },
    get weights() {
      return facts().counts.weights;
    },
    get purpose() {
      return facts().purpose;
    },
    get problems() {
      return facts().counts.problems;
    },
    get graphHash() {
      return facts().graphHash;
    },
  };
}
