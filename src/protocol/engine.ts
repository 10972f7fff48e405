import type { ProfileEvent, ProfileSettings } from './profile';

/** Messages between a host (extension, command line) and the engine's process or worker. Plain data. */

/** Where the engine finds the model: it reads the file itself, weights are never sent. */
export interface ModelLocation {
  readonly path: string;
}

export type EngineRequest =
  | { readonly type: 'profile'; readonly id: number; readonly model: ModelLocation; readonly settings: ProfileSettings }
  /** Ends after the step that is running; a host that cannot wait kills the process. */
  | { readonly type: 'cancel'; readonly id: number };

export interface EngineFailure {
  readonly code: string;
  readonly message: string;
  readonly path?: string;
}

export type EngineMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'event'; readonly id: number; readonly event: ProfileEvent }
  | { readonly type: 'failed'; readonly id: number; readonly error: EngineFailure };
