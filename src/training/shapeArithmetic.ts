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
 * Lets Einsums run in which a letter stands for one element in one operand and for more in another, in place: such operands are expanded.
 * The runtime broadcasts them, and gives some results a wrong shape.
 */
export function expandEinsums(graph: MutableGraph): void {
  if (!graph.nodes.some(isEinsum)) return;
  const types = inferTypes(graph);
  graph.nodes = graph.nodes.flatMap((node) => {
    if (!isEinsum(node)) return [node];
    const shapes = node.inputs.map((input) => types.get(input)?.shape);
    const letters = shapes.map((shape, i) => lettersOf(node, i, shape?.length ?? 0));
    const sizes = new Map<string, number>();
    shapes.forEach((shape, i) =>
      shape?.forEach((size, axis) => {
        const letter = letters[i][axis];
        if (letter !== '' && typeof size === 'number') sizes.set(letter, Math.max(size, sizes.get(letter) ?? 1));
      }),
    );
    const expands: MutableNode[] = [];
    node.inputs = node.inputs.map((value, i) => {
      const target = shapes[i]?.map((size, axis) => (size === 1 ? (sizes.get(letters[i][axis]) ?? 1) : 1));
      if (!target?.some((size) => size > 1)) return value;
      const to = graph.addInitializer(int64Tensor(graph.freshName('sizes'), [target.length], target));
      const expanded = graph.freshName(`${value}/expanded`);
      expands.push({ ...node, opType: 'Expand', inputs: [value, to], outputs: [expanded], attributes: new Map() });
      return expanded;
    });
    return [...expands, node];
  });
}

function isEinsum({ domain, opType }: MutableNode): boolean {
  return domain === '' && opType === 'Einsum';
}

/** The letter of each axis of an operand; '' for those that an ellipsis stands for, and where the equation does not fit. */
function lettersOf(node: MutableNode, operand: number, rank: number): string[] {
  const equation = node.attributes.get('equation');
  const term = equation?.type === 'string' ? equation.value.replace(/\s/g, '').split('->')[0].split(',')[operand] : '';
  const [head, tail] = (term ?? '').split('...');
  const named = head.length + (tail?.length ?? 0);
  if (tail === undefined ? named !== rank : named > rank) return Array.from({ length: rank }, () => '');
  return [...head, ...Array.from({ length: rank - named }, () => ''), ...(tail ?? '')];
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
