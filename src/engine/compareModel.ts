import { ModelError } from '../ir/errors';
import { CompareFold } from '../profile/compareResult';
import type { CompareEvent, CompareResult, CompareSettings } from '../protocol/compare';
import type { ModelLocation } from '../protocol/engine';
import type { EngineClient } from './engineClient';

/**
 * Compares variants of a model. A comparison that was cancelled or died still resolves, with what had been measured.
 * @throws ModelError when it ended before there was anything to report
 */
export async function compareModel(
  client: EngineClient,
  model: ModelLocation,
  settings: CompareSettings,
  onEvent: (event: CompareEvent) => void,
  signal?: AbortSignal,
): Promise<CompareResult> {
  const fold = new CompareFold();
  const add = (event: CompareEvent) => {
    fold.add(event);
    onEvent(event);
  };
  try {
    await client.run('compare', { model, settings }, add, signal);
    return fold.result('complete')!;
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const result = error.code === 'cancelled' ? fold.result('cancelled') : fold.result('failed', error.message);
    if (result !== undefined) return result;
    throw error.withPath(model.path);
  }
}
