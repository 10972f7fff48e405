import type { ErrorReport } from '../protocol/facts';
import { printable, printableJson } from '../reports/textTable';

/** Where a command writes: tests give their own. */
export interface Output {
  /** Text as it is, to standard output. */
  print(text: string): void;
  /** One line to standard error, after the program's name. */
  complain(message: string): void;
}

export const processOutput: Output = {
  print: (text) => void process.stdout.write(text),
  complain: (message) => void process.stderr.write(`normscope: ${printable(message)}\n`),
};

/** What `--format json` prints on standard output instead of a result. */
export function errorJson(error: ErrorReport['error']): string {
  const report: ErrorReport = { error };
  return printableJson(report);
}
