import { ABSENT, type Graph, type Node, type ValueId } from '../ir/graph';
import type { DataType } from '../ir/dataType';
import { ModelError } from '../ir/errors';
import { integersAtHand } from '../ir/tensorValues';
import { say } from '../texts/say';
import { scalarTensor } from '../variants/scalarTensor';

/** Operators between an input and the condition of an If that leave a single number or truth a single one. */
const PASSING: ReadonlySet<string> = new Set(['Cast', 'Identity', 'Not', 'Squeeze', 'Unsqueeze', 'Reshape', 'Gather']);

/** Nodes between an input and the condition that it decides. */
const MOST_BETWEEN = 16;

/** An input that was given one value. */
export interface FixedInput {
  readonly name: string;
  readonly value: number;
}

/**
 * Inputs of one number that decide which branch of an If is taken, by a comparison for equality (a sampling rate) or as a flag
 * (`use_cache`), as constants: the number that they are compared with, and false for a flag.
 * @param graph its Ifs are those that nothing else decides
 * @returns undefined where there is nothing to fix
 */
export function fixDecidingInputs(graph: Graph): { readonly graph: Graph; readonly fixed: FixedInput[] } | undefined {
  const values = new Map<ValueId, number>();
  for (const node of graph.nodes()) {
    const decided = node.domain === '' && node.opType === 'If' ? decidingInput(graph, node) : undefined;
    if (decided !== undefined && !values.has(decided.input)) values.set(decided.input, decided.value);
  }
  if (values.size === 0) return undefined;
  const fixed = [...values].map(([input, value]) => ({ name: graph.valueName(input), value }));
  return { graph: withConstants(graph, values), fixed };
}

/**
 * Inputs of a single number as constants of the values that the user chose.
 * @throws ModelError `invalid` when the graph has no such input
 */
export function holdInputs(graph: Graph, values: Readonly<Record<string, number>>): Graph {
  const single = graph.inputs.filter((v) => isSingle(graph, v, NUMBERS));
  const names = single.map((v) => graph.valueName(v));
  const wrong = Object.keys(values).find((name) => !names.includes(name));
  if (wrong !== undefined) {
    const known =
      names.length > 0 ? say`its inputs of a single number are ${names.slice(0, 5).join(', ')}` : say`it has none`;
    throw new ModelError('invalid', say`the model has no input ${wrong} that could be held at a number: ${known}`);
  }
  return withConstants(
    graph,
    new Map(single.flatMap((v, i) => (Object.hasOwn(values, names[i]) ? [[v, values[names[i]]]] : []))),
  );
}

const NUMBERS: readonly DataType[] = ['float32', 'float64', 'float16', 'int64', 'int32', 'bool'];

function withConstants(graph: Graph, values: ReadonlyMap<ValueId, number>): Graph {
  const changed = graph.toMutable();
  const names = new Set([...values.keys()].map((v) => graph.valueName(v)));
  changed.inputs = changed.inputs.filter((d) => !names.has(d.name));
  for (const [input, value] of values) {
    const { dtype, shape } = graph.valueType(input)!;
    changed.addInitializer(scalarTensor(graph.valueName(input), dtype!, value, shape as number[]));
  }
  return changed.freeze();
}

function decidingInput(graph: Graph, { inputs }: Node): { input: ValueId; value: number } | undefined {
  const [condition] = inputs;
  const end = passed(graph, condition);
  if (isSingle(graph, end, ['bool'])) return { input: end, value: 0 };
  const comparison = end === ABSENT ? -1 : graph.producer(end);
  if (comparison < 0) return undefined;
  const { opType, domain, inputs: sides } = graph.node(comparison);
  if (domain !== '' || opType !== 'Equal') return undefined;
  for (const [mine, other] of [sides, [sides[1], sides[0]]]) {
    const input = passed(graph, mine);
    const numbers = integersAtHand(other === undefined || other < 0 ? undefined : graph.initializer(other));
    if (numbers?.length === 1 && isSingle(graph, input, ['int64', 'int32', 'bool'])) {
      return { input, value: numbers[0] };
    }
  }
  return undefined;
}

/** The value that a single one is a copy of. */
function passed(graph: Graph, value: ValueId | undefined): ValueId {
  let v = value ?? ABSENT;
  for (let hops = 0; hops < MOST_BETWEEN && v !== ABSENT; hops++) {
    const index = graph.producer(v);
    const node = index < 0 ? undefined : graph.node(index);
    if (node === undefined || node.domain !== '' || !PASSING.has(node.opType)) return v;
    v = node.inputs[0] ?? ABSENT;
  }
  return ABSENT;
}

/** An input of one number of one of these types. */
function isSingle(graph: Graph, value: ValueId, types: readonly string[]): boolean {
  if (value === ABSENT || !graph.inputs.includes(value)) return false;
  const { dtype, shape } = graph.valueType(value) ?? {};
  return dtype !== undefined && types.includes(dtype) && shape !== undefined && shape.every((d) => d === 1);
}
