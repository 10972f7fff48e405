/** A position in a text: zero-based line, and character in UTF-16 units. */
export interface TextPosition {
  readonly line: number;
  readonly character: number;
}

export interface TextRange {
  readonly start: TextPosition;
  readonly end: TextPosition;
}

/** Settings of a file's layers that are read where its layers are already operators: by recognition, rules and variants. */
export const readSettings = [
  'activation',
  'axis',
  'center',
  'data_format',
  'dataFormat',
  'epsilon',
  'groups',
  'momentum',
  'noise_shape',
  'noiseShape',
  'rate',
  'scale',
] as const;

/**
 * The user's own words for a node: which layer of the file it was lowered from, and how that file states it.
 * One object is shared by all nodes of a layer. Every pass keeps it.
 */
export interface Origin {
  /** Name of the layer in the file; nested models are joined with '/'. */
  readonly layer: string;
  /** The file's class or operator name, e.g. `Conv2D`. */
  readonly kind: string;
  /** The layer's own settings as the file states them; whoever reads a further one names it in the list. */
  readonly config: { readonly [Setting in (typeof readSettings)[number]]?: unknown };
  /** The file states nodes and no layers (TensorFlow graphs): several of them may make up what a person calls a layer. */
  readonly isNode?: boolean;
  /** Offsets (UTF-16 units) of the layer's JSON object in the text of the file; positions are derived from them on demand. */
  readonly offset: number;
  readonly length: number;
}
