import { say } from '../texts/say';

/** What went wrong with a model, in a word that callers can switch on. */
export type ModelErrorCode =
  | 'not-found'
  | 'empty'
  | 'not-a-model'
  | 'unsupported-format'
  | 'truncated'
  | 'corrupt'
  | 'invalid'
  | 'outside-folder'
  | 'missing-weights'
  | 'too-large'
  | 'unsupported'
  | 'cancelled'
  | 'engine';

/** A place in a file: a byte offset in a binary, a JSON path or a zero-based line and character in a text. */
export interface ErrorPlace {
  readonly offset?: number;
  readonly jsonPath?: string;
  readonly line?: number;
  readonly character?: number;
  readonly node?: string;
}

/**
 * The only error a user gets to see: one clear sentence or two that say what is wrong and what to do.
 * `path` names the file as the user gave it; whoever knows the path fills it in with `withPath`.
 */
export class ModelError extends Error {
  override readonly name = 'ModelError';

  constructor(
    readonly code: ModelErrorCode,
    message: string,
    readonly place: ErrorPlace = {},
    readonly path?: string,
  ) {
    super(message);
  }

  withPath(path: string): ModelError {
    return this.path === undefined ? new ModelError(this.code, this.message, this.place, path) : this;
  }

  /** `file: message (at byte 12)`, the form every front end prints; a byte that the message names is not said again. */
  describe(): string {
    const { offset, jsonPath, line, character, node } = this.place;
    const places: string[] = [];
    const said = offset !== undefined && new RegExp(`\\bbyte ${offset}\\b`).test(this.message);
    if (offset !== undefined && !said) places.push(say`at byte ${offset}`);
    if (jsonPath !== undefined) places.push(say`at ${jsonPath}`);
    if (line !== undefined)
      places.push(character === undefined ? say`line ${line + 1}` : say`line ${line + 1}, column ${character + 1}`);
    if (node !== undefined) places.push(say`node ${node}`);
    const where = places.length > 0 ? ` (${places.join(', ')})` : '';
    return `${this.path === undefined ? '' : `${this.path}: `}${this.message}${where}`;
  }
}
