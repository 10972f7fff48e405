/** A network as it is, or with another normalization; what each does to a network stands in src/variants/norms. */
export type NormVariantId =
  | 'as-is'
  | 'none'
  | 'batch'
  | 'layer'
  | 'instance'
  | 'group'
  | 'rms'
  | 'inserted-batch'
  | 'detached-batch'
  | 'before-activation'
  | 'after-activation';
