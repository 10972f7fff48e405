import { writeOnnx, type OnnxWriterOptions } from '../formats/onnx/onnxWriter';
import type { MutableGraph } from '../ir/mutableGraph';
import { ModelError } from '../ir/errors';
import { say } from '../texts/say';
import type { FileAccess } from './fileAccess';

/** Beyond this, weights go to a file beside the model: one ONNX file holds 2 GiB, and other parts need room too. */
const MOST_INSIDE = 2 ** 31 - 2 ** 26;

/**
 * Asks for a place where nothing is yet.
 * @param model path of the model that the new file is made of
 * @throws ModelError `unsupported` when the model itself, or another file, is there
 */
export async function requireFree(model: string, output: string, files: FileAccess): Promise<void> {
  const taken = (await files.isSame(model, output))
    ? say`${output} is the model itself`
    : (await files.exists(output))
      ? say`${output} is there already`
      : (await files.exists(weightsOf(output))) && say`${weightsOf(output)} is there already`;
  if (taken) throw new ModelError('unsupported', say`${taken}. Choose another name, or ask for it to be replaced.`);
}

/**
 * Writes a graph as an ONNX file, with its weights inside as far as one file can hold them.
 * @param bytes size of the weights, at least about
 * @returns path of the file beside it that holds the weights; undefined when they are inside
 */
export async function writeModelFile(
  graph: MutableGraph,
  output: string,
  bytes: number,
  options: OnnxWriterOptions,
  files: FileAccess,
): Promise<string | undefined> {
  if (bytes <= MOST_INSIDE) {
    await files.write(output, (sink) => writeOnnx(graph, sink, options));
    return undefined;
  }
  const weights = weightsOf(output);
  await files.write(weights, (write) =>
    files.write(output, (sink) =>
      writeOnnx(graph, sink, { ...options, weights: { location: files.nameOf(weights), write } }),
    ),
  );
  return weights;
}

function weightsOf(output: string): string {
  return `${output}.data`;
}
