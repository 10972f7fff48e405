import type { ModelFacts, UnreadableModel } from '../src/protocol/facts';

export function isUnreadable(model: ModelFacts | UnreadableModel): model is UnreadableModel {
  return 'error' in model;
}
