import { writeOnnx } from '../formats/onnx/onnxWriter';
import { ModelError } from '../ir/errors';
import { expandCalls } from '../ir/expandCalls';
import { payloadBytes } from '../ir/tensor';
import type { EngineJobs } from '../protocol/engine';
import type { VariantExport } from '../protocol/normVariant';
import { applyNormVariant } from '../variants/norms/applyNormVariant';
import { nodeFiles, type FileAccess } from './fileAccess';
import type { EngineHost } from './runProfile';

/** Beyond this, weights go to a file beside the model: one ONNX file holds 2 GiB, and other parts need room too. */
const MOST_INSIDE = 2 ** 31 - 2 ** 26;

/**
 * Saves a network with another normalization as a new ONNX file. New norms are untrained; all other weights are the model's.
 * @throws ModelError `unsupported` when the network has nothing for the variant, or the file may not be written there
 */
export async function runExport(
  { model: location, settings }: EngineJobs['export']['request'],
  _emit: (event: never) => void,
  signal: AbortSignal,
  host: EngineHost,
  files: FileAccess = nodeFiles,
): Promise<VariantExport> {
  const { norm, output, overwrite } = settings;
  const taken = (await files.isSame(location.path, output))
    ? `${output} is the model itself`
    : !overwrite && (await files.exists(output)) && `${output} is there already`;
  if (taken) throw new ModelError('unsupported', `${taken}. Choose another name.`);
  const model = expandCalls(await host.openModel(location.path));
  const variant = applyNormVariant(model.graph, norm);
  const graph = variant.graph.toMutable();
  if (signal.aborted) throw new ModelError('cancelled', 'nothing was saved');
  const options = { functions: model.functions };
  const size = [...graph.initializers.values()].reduce((sum, t) => sum + payloadBytes(t.dtype, t.dims), 0);
  const notes = [...variant.notes];
  if (model.weights !== 'present')
    notes.push('the model holds no data for some of its weights: neither does the new file');
  const weights = size > MOST_INSIDE ? `${output}.data` : null;
  if (weights === null) await files.write(output, (sink) => writeOnnx(graph, sink, options));
  else {
    notes.push(`the weights are in ${weights}, which the new file needs beside it`);
    await files.write(weights, (write) =>
      files.write(output, (sink) =>
        writeOnnx(graph, sink, { ...options, weights: { location: files.nameOf(weights), write } }),
      ),
    );
  }
  return { output, weights, change: variant.summary, notes };
}
