import { exportText } from '../reports/exportText';
import { withEngine } from './engineCommand';
import type { ExportOptions } from './options';
import type { Output } from './output';

/** `normscope export`: saves the network with another normalization as an ONNX file; returns the exit status. */
export function exportVariant({ model, settings }: ExportOptions, output: Output): Promise<number> {
  return withEngine({ model, output }, async (client, signal) => {
    output.print(exportText(await client.run('export', { model: { path: model }, settings }, undefined, signal)));
    return 0;
  });
}
