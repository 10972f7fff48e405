import type { ValueType } from './graph';
import type { Fact } from './inference/inferenceNode';
import type { MutableNode } from './mutableGraph';

/**
 * What is known of the values that go into a body without asking it. Those that a Loop carries may change their sizes from turn
 * to turn; a Scan (opset 9) takes slices of its last inputs along axis 0.
 */
export function entryTypes(node: MutableNode, typeOf: (name: string) => Fact | undefined): (ValueType | undefined)[] {
  const types = node.inputs.map((name) => (name === '' ? undefined : typeOf(name)));
  if (node.opType === 'Loop') {
    const carried = types.slice(2).map((t) => t && typeOfFact({ ...t, shape: t.shape?.map(() => null) }));
    return [{ kind: 'tensor', dtype: 'int64', shape: [] }, { kind: 'tensor', dtype: 'bool', shape: [] }, ...carried];
  }
  const stated = node.attributes.get('num_scan_inputs');
  const scanned = stated?.type === 'int' ? stated.value : 0;
  if (node.attributes.has('scan_input_axes') || node.inputs[0] === '') return [];
  return types.map((t, i) => t && typeOfFact(i < types.length - scanned ? t : { ...t, shape: t.shape?.slice(1) }));
}

export function typeOfFact({ kind, dtype, shape }: Fact): ValueType {
  return withoutSymbols({ kind, ...(dtype && { dtype }), ...(shape && { shape }) });
}

/** Sizes by name mean something inside a function, and maybe something else outside. */
export function withoutSymbols(type: ValueType): ValueType {
  return type.shape === undefined
    ? type
    : { ...type, shape: type.shape.map((d) => (typeof d === 'string' ? null : d)) };
}
