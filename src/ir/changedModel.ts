import type { Model } from './model';

/** A copy of a model with other parts. Getters, which compute what few ask for, stay getters. */
export function changedModel(model: Model, parts: Partial<Model>): Model {
  const properties = { ...Object.getOwnPropertyDescriptors(model), ...Object.getOwnPropertyDescriptors(parts) };
  return Object.defineProperties({}, properties) as Model;
}
