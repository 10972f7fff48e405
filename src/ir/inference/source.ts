import { ABSENT, type Graph, type ValueId, type ValueType } from '../graph';
import type { MutableGraph, MutableNode } from '../mutableGraph';
import type { Tensor } from '../tensor';
import type { OperatorCall } from './inferenceNode';

/** An operator call with its edges. */
export interface Call extends OperatorCall {
  readonly inputs: readonly ValueId[];
}

/** What both forms of a graph say, in one form: values by number. */
export interface Source {
  readonly valueCount: number;
  readonly opsets: ReadonlyMap<string, number>;
  readonly inputs: readonly { readonly value: ValueId; readonly type: ValueType | undefined }[];
  readonly outputs: readonly ValueId[];
  readonly initializers: readonly (readonly [ValueId, Tensor])[];
  readonly callCount: number;
  call(index: number): Call;
  declared(value: ValueId): ValueType | undefined;
  name(value: ValueId): string;
  id(name: string): ValueId | undefined;
}

/** The graph as it is when somebody asks: one that is remembered may come to have other nodes. */
export function frozenSource(graph: Graph): Source {
  return {
    get valueCount() {
      return graph.valueCount;
    },
    get opsets() {
      return graph.opsets;
    },
    inputs: graph.inputs.map((value) => ({ value, type: graph.valueType(value) })),
    outputs: graph.outputs,
    get initializers() {
      return graph.initializers.map((v) => [v, graph.initializer(v)!] as const);
    },
    get callCount() {
      return graph.nodeCount;
    },
    call: (i) => graph.node(i),
    declared: (value) => graph.valueType(value),
    name: (value) => graph.valueName(value),
    id: (name) => graph.valueId(name),
  };
}

export function mutableSource(graph: MutableGraph): Source {
  const ids = new Map<string, ValueId>();
  const names: string[] = [];
  const id = (name: string): ValueId => {
    if (name === '') return ABSENT;
    let value = ids.get(name);
    if (value === undefined) {
      ids.set(name, (value = names.length));
      names.push(name);
    }
    return value;
  };
  const call = ({ opType, domain, inputs, outputs, attributes }: MutableNode): Call => ({
    opType,
    domain,
    inputs: inputs.map(id),
    outputs: outputs.map(id),
    attr: (a) => attributes.get(a),
  });
  const declared = new Map(graph.outputs.map((d) => [d.name, d.type]));
  const inputs = graph.inputs.map(({ name, type }) => ({ value: id(name), type }));
  const initializers = [...graph.initializers].map(([name, tensor]) => [id(name), tensor] as const);
  const calls = graph.nodes.map(call);
  const outputs = graph.outputs.map((d) => id(d.name));
  return {
    valueCount: names.length,
    opsets: graph.opsets,
    inputs,
    outputs,
    initializers,
    callCount: calls.length,
    call: (i) => calls[i],
    declared: (value) => declared.get(names[value]) ?? graph.valueTypes.get(names[value]),
    name: (value) => names[value],
    id: (name) => ids.get(name),
  };
}
