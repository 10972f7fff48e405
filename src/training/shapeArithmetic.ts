import { inferFacts, inferTypes } from '../ir/inferTypes';
import type { MutableGraph, MutableNode } from '../ir/mutableGraph';
import { elementCount, int64Tensor, tensorFromBytes, type Tensor } from '../ir/tensor';

/**
 * Lets Concats of vectors and single numbers run, as old exporters wrote them for the sizes of a Reshape: a single number becomes a
 * vector of one. ONNX asks for equal ranks.
 * @returns how many Concats were mended
 */
export function mendConcats(graph: MutableGraph): number {
  const suspects = graph.nodes.filter((n) => n.domain === '' && n.opType === 'Concat');
  if (suspects.length === 0) return 0;
  const types = inferTypes(graph);
  const rank = (value: string) => types.get(value)?.shape?.length;
  const uneven = new Set(
    suspects.filter(({ inputs }) => inputs.some((i) => rank(i) === 0) && inputs.some((i) => rank(i) === 1)),
  );
  if (uneven.size === 0) return 0;
  const one = graph.addInitializer(int64Tensor(graph.freshName('one'), [1], [1]));
  graph.nodes = graph.nodes.flatMap((node) => {
    if (!uneven.has(node)) return [node];
    const reshapes: MutableNode[] = [];
    node.inputs = node.inputs.map((value) => {
      if (rank(value) !== 0) return value;
      const vector = graph.freshName(`${value}/vector`);
      reshapes.push({ ...node, opType: 'Reshape', inputs: [value, one], outputs: [vector], attributes: new Map() });
      return vector;
    });
    return [...reshapes, node];
  });
  return uneven.size;
}

/**
 * Integers that follow from the sizes of the inputs (Shape, Gather, Concat, Range ...) become constants, in place, and the nodes that
 * computed them go: gradients need sizes, starts and axes that are known.
 */
export function foldSizes(graph: MutableGraph): void {
  const frozen = graph.freeze();
  const factOf = inferFacts(frozen);
  const outputs = new Set(graph.outputs.map((o) => o.name));
  const constantOf = (name: string): Tensor | undefined => {
    const value = frozen.valueId(name);
    const fact = value === undefined || outputs.has(name) ? undefined : factOf(value);
    const { dtype, shape, data } = fact ?? {};
    if (!data?.every((d): d is number => Number.isSafeInteger(d))) return undefined;
    if (!shape?.every((d): d is number => typeof d === 'number') || elementCount(shape) !== data.length)
      return undefined;
    if (dtype === 'int64') return int64Tensor(name, shape, data);
    if (dtype === 'int32') return tensorFromBytes(name, dtype, shape, new Uint8Array(Int32Array.from(data).buffer));
    if (dtype === 'bool') return tensorFromBytes(name, dtype, shape, Uint8Array.from(data));
    return undefined;
  };
  graph.nodes = graph.nodes.filter((node) => {
    const constants = node.outputs.map((o) => (o === '' ? undefined : constantOf(o)));
    if (constants.length === 0 || constants.some((c, i) => c === undefined && node.outputs[i] !== '')) return true;
    for (const tensor of constants) if (tensor) graph.initializers.set(tensor.name, tensor);
    return false;
  });
}
