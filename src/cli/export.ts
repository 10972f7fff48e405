import { EngineClient } from '../engine/engineClient';
import { ModelError } from '../ir/errors';
import { exportText } from '../reports/exportText';
import { engineTransport } from './engineTransport';
import type { ExportOptions } from './options';
import type { Output } from './output';

/** `normscope export`: saves the network with another normalization as an ONNX file; returns the exit status. */
export async function exportVariant({ model, settings }: ExportOptions, output: Output): Promise<number> {
  const client = new EngineClient(engineTransport);
  try {
    output.print(exportText(await client.run('export', { model: { path: model }, settings })));
    return 0;
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    output.complain(error.withPath(model).describe());
    return 2;
  } finally {
    client.dispose();
  }
}
