import * as vscode from 'vscode';
import { experimentWithId } from '../experiments/registry';
import { EXPERIMENT_SCHEMA_VERSION, type ExperimentResult, type FailedExperiment } from '../protocol/experiment';

/** What experiments measured last, by id. */
export type ExperimentResults = ReadonlyMap<string, ExperimentResult | FailedExperiment>;

interface Stored {
  readonly schemaVersion: typeof EXPERIMENT_SCHEMA_VERSION;
  readonly results: readonly (ExperimentResult | FailedExperiment)[];
}

/**
 * What experiments measured, in the extension's own storage: it takes minutes, and a reload of the window does not lose it. Their words
 * are in the language that they were measured in, so each language has a file.
 */
export class ExperimentStorage {
  private readonly file: vscode.Uri;
  private queue: Promise<void> = Promise.resolve();

  constructor(
    folder: vscode.Uri,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.file = vscode.Uri.joinPath(folder, `experiments-${vscode.env.language.replace(/[^\w-]/g, '')}.json`);
  }

  /** Nothing where nothing was stored, or by a version that measured otherwise. */
  async read(): Promise<ExperimentResults> {
    try {
      const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(this.file));
      const { schemaVersion, results } = JSON.parse(text) as Stored;
      if (schemaVersion !== EXPERIMENT_SCHEMA_VERSION) return new Map();
      return new Map(results.filter(({ id }) => experimentWithId(id) !== undefined).map((r) => [r.id, r]));
    } catch {
      return new Map();
    }
  }

  /** One after the other. A full disk is no reason to disturb anybody. */
  save(results: ExperimentResults): void {
    const stored: Stored = { schemaVersion: EXPERIMENT_SCHEMA_VERSION, results: [...results.values()] };
    const bytes = new TextEncoder().encode(JSON.stringify(stored));
    this.queue = this.queue
      .then(() => vscode.workspace.fs.writeFile(this.file, bytes))
      .catch((error: unknown) => this.log.warn(`results of experiments: ${String(error)}`));
  }
}
