/** A position in a text: zero-based line, and character in UTF-16 units. */
export interface TextPosition {
  readonly line: number;
  readonly character: number;
}

export interface TextRange {
  readonly start: TextPosition;
  readonly end: TextPosition;
}

/**
 * The user's own words for a node: which layer of the file it was lowered from, and how that file states it.
 * One object is shared by all nodes of a layer. Every pass keeps it.
 */
export interface Origin {
  /** Name of the layer in the file; nested models are joined with '/'. */
  readonly layer: string;
  /** The file's class or operator name, e.g. `Conv2D`. */
  readonly kind: string;
  /** The layer's own settings as the file states them. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The file states nodes and no layers (TensorFlow graphs): several of them may make up what a person calls a layer. */
  readonly isNode?: boolean;
  /** Offsets (UTF-16 units) of the layer's JSON object in the text of the file; positions are derived from them on demand. */
  readonly offset: number;
  readonly length: number;
}
