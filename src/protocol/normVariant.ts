/** In the order of lists. */
export const normVariantIds = [
  'as-is',
  'none',
  'folded',
  'batch',
  'layer',
  'instance',
  'group',
  'rms',
  'inserted-batch',
  'detached-batch',
  'before-activation',
  'after-activation',
] as const;

/** A network as it is, or with another normalization; what each does to a network stands in src/variants/norms. */
export type NormVariantId = (typeof normVariantIds)[number];

/** A network with another normalization, to be saved as an ONNX file of opset 18. */
export interface ExportSettings {
  readonly norm: NormVariantId;
  /** Path of the new file. */
  readonly output: string;
  /** Replace a file that is there; the model itself is never replaced. */
  readonly overwrite: boolean;
}

export interface VariantExport {
  readonly output: string;
  /** Path of a file of weights that was written beside it. */
  readonly weights: string | null;
  /** What was done to the network, in words. */
  readonly change: string;
  readonly notes: readonly string[];
}
