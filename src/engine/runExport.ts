import { ModelError } from '../ir/errors';
import { expandCalls } from '../ir/expandCalls';
import { payloadBytes } from '../ir/tensor';
import type { EngineJobs } from '../protocol/engine';
import type { VariantExport } from '../protocol/normVariant';
import { say } from '../texts/say';
import { applyNormVariant } from '../variants/norms/applyNormVariant';
import { requireFree, writeModelFile } from './newModelFile';
import type { EngineHost } from './runProfile';

/**
 * Saves a network with another normalization as a new ONNX file. New norms are untrained; all other weights are the model's.
 * @throws ModelError `unsupported` when the network has nothing for the variant, or the file may not be written there
 */
export async function runExport(
  { model: location, settings }: EngineJobs['export']['request'],
  _emit: (event: never) => void,
  signal: AbortSignal,
  host: EngineHost,
): Promise<VariantExport> {
  const { files } = host;
  const { norm, output, overwrite } = settings;
  if (!overwrite || (await files.isSame(location.path, output))) await requireFree(location.path, output, files);
  const model = expandCalls(await host.openModel(location.path));
  const variant = await applyNormVariant(model.graph, norm);
  const graph = variant.graph.toMutable();
  if (signal.aborted) throw new ModelError('cancelled', say`nothing was saved`);
  const size = [...graph.initializers.values()].reduce((sum, t) => sum + payloadBytes(t.dtype, t.dims), 0);
  const notes = [...variant.notes];
  if (model.weights !== 'present')
    notes.push(say`the model holds no data for some of its weights: neither does the new file`);
  const weights = await writeModelFile(graph, output, size, { functions: model.functions }, files);
  if (weights !== undefined) notes.push(say`the weights are in ${weights}, which the new file needs beside it`);
  return { output, weights: weights ?? null, change: variant.summary, notes };
}
