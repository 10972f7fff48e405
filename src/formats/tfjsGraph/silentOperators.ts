/** Operators without data outputs. */
export const silent: ReadonlySet<string> = new Set(['NoOp', 'Assert', 'Print', 'PrintV2', 'TensorArrayCloseV3']);
