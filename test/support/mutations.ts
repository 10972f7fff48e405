import * as ort from 'onnxruntime-node';
import { inferTypes } from '../../src/ir/inferTypes';
import type { MutableGraph, MutableNode } from '../../src/ir/mutableGraph';
import type { BackwardGraph } from './finiteDifferences';

/** One fault in a backward graph: the switches that turn it on. */
export interface Fault {
  /** Faults of one place: a check must notice at least one of them (scaling is invisible to a sign and to zeros, negation to a square). */
  readonly place: string;
  readonly switches: readonly (readonly [name: string, value: number])[];
}

/** A backward graph that holds every fault at once, each behind an input of the graph: no session for each of thousands of faults. */
export interface FaultyGraph {
  readonly backward: BackwardGraph;
  readonly faults: readonly Fault[];
  /** The feeds of all switches with one fault on, or with none. */
  feeds(fault?: Fault): Record<string, ort.Tensor>;
}

/**
 * Each floating-point value that the backward pass computes can be scaled by 1.05, negated or shifted by 0.1, and each sum can
 * lose all of its terms but one.
 */
export function withFaults({ graph: original, gradients, firstAdded }: BackwardGraph): FaultyGraph {
  const graph = original.copy();
  const types = inferTypes(graph);
  const neutral = new Map<string, number>();
  const faults: Fault[] = [];
  const newSwitch = (value: number) => {
    const name = graph.addInput(graph.freshName('fault'), { kind: 'tensor', dtype: 'float32', shape: [] });
    neutral.set(name, value);
    return name;
  };

  const added: MutableNode[] = [];
  for (const node of graph.nodes.slice(firstAdded)) {
    const [output] = node.outputs;
    const { dtype, shape } = types.get(output) ?? {};
    const place = `${node.opType} ${output}`;
    const isSum = ['Add', 'Sum', 'Sub'].includes(node.opType) && node.inputs.length > 1;
    if (dtype !== 'float32') {
      if (isSum) throw new Error(`${place}: no fault is made in a sum of ${dtype}`);
      added.push(node);
      continue;
    }
    if (isSum) {
      const shapes = node.inputs.map((input) => types.get(input)?.shape);
      const weights = node.inputs.map(() => newSwitch(1));
      node.inputs = node.inputs.map((term, k) => append(graph, added, 'Mul', term, weights[k], `${output}/term`));
      for (const [k, own] of shapes.entries())
        if (String(own) === String(shape)) {
          const others = weights.filter((_, j) => j !== k);
          faults.push({ place: `${place} with its term ${k} alone`, switches: others.map((name) => [name, 0]) });
        }
    }
    added.push(node);
    const [factor, shift] = [newSwitch(1), newSwitch(0)];
    node.outputs[0] = graph.freshName(`${output}/right`);
    const scaled = append(graph, added, 'Mul', node.outputs[0], factor, `${output}/scaled`);
    added.push(graph.makeNode('Add', [scaled, shift], {}, { outputs: [output] }));
    faults.push(
      { place, switches: [[factor, 1.05]] },
      { place, switches: [[factor, -1]] },
      { place, switches: [[shift, 0.1]] },
    );
  }
  graph.nodes.splice(firstAdded, graph.nodes.length, ...added);
  return {
    backward: { graph, gradients, firstAdded },
    faults,
    feeds: (fault) =>
      Object.fromEntries(
        [...neutral, ...(fault?.switches ?? [])].map(([name, value]) => [
          name,
          new ort.Tensor('float32', Float32Array.of(value), []),
        ]),
      ),
  };
}

/** @returns the name of `opType`(left, right) */
function append(
  graph: MutableGraph,
  nodes: MutableNode[],
  opType: string,
  left: string,
  right: string,
  hint: string,
): string {
  const output = graph.freshName(hint);
  nodes.push(graph.makeNode(opType, [left, right], {}, { outputs: [output] }));
  return output;
}
