import type { VariantExport } from '../protocol/normVariant';
import { printable } from './textTable';

/** What an export did, for a person to read. Ends with a line break. */
export function exportText({ output, change, notes }: VariantExport): string {
  return [`saved ${printable(output)}`, ...[change, ...notes].map((line) => `  ${printable(line)}`), ''].join('\n');
}
