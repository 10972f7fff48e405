import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';

/** Real models beside the repository; tests that use them are skipped where they are not there. */
export const corpusFolder = path.resolve(__dirname, '../../../shared/models');

/** What the corpus' manifest says of one file. */
export interface ManifestEntry {
  /** Relative to the corpus. */
  readonly path: string;
  readonly group: string;
  readonly format: string;
  /** 'ok' or why the file cannot be parsed. */
  readonly parse?: string;
  readonly ir_version: number;
  /** Opset by domain, the default domain spelled `ai.onnx`. */
  readonly opset: Readonly<Record<string, number>>;
  readonly producer: string;
  readonly nodes: number;
  readonly subgraph_nodes?: number;
  readonly functions?: number;
  readonly function_nodes?: number;
  readonly initializers: number;
  /** Elements of all initializers and constants, of any type. */
  readonly params: number;
  readonly init_dtypes: Readonly<Record<string, number>>;
  readonly initializers_declared_but_empty?: number;
  readonly inputs: readonly {
    readonly name: string;
    readonly shape: readonly (number | string | null)[];
    readonly dtype: string;
  }[];
  /** The most frequent operators, those of subgraphs included. */
  readonly top_ops: Readonly<Record<string, number>>;
  readonly flags: readonly string[];
  /** Small enough, and with weights, to be trained. */
  readonly trainable?: boolean;
}

/** Entries of the manifest, none where the corpus is not there. */
export function manifestEntries(): ManifestEntry[] {
  const file = path.join(corpusFolder, 'manifest.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ManifestEntry[]) : [];
}

export function corpusPath(entry: ManifestEntry): string {
  return path.join(corpusFolder, entry.path);
}
