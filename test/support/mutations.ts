import type { MutableGraph, MutableNode } from '../../src/ir/mutableGraph';
import { inferTypes } from '../../src/ir/inferTypes';
import { float32Tensor } from '../../src/ir/tensor';
import type { BackwardGraph } from './finiteDifferences';

const faults = [
  ['Mul', 1.05],
  ['Mul', -1],
  ['Add', 0.1],
] as const;

/** A backward graph with one fault in it. */
export interface Mutant {
  /** Which node was changed, and how. */
  readonly name: string;
  /** Mutants of one place: a check must notice at least one of them (scaling is invisible to a sign and to zeros, negation to a square). */
  readonly place: string;
  readonly backward: BackwardGraph;
}

/**
 * One fault per mutant: each floating-point value that the backward pass computes is scaled by 1.05, negated or shifted by
 * 0.1, and each sum loses a term.
 */
export function* mutants(backward: BackwardGraph): Iterable<Mutant> {
  const types = inferTypes(backward.graph);
  const added = backward.graph.nodes.slice(backward.firstAdded);
  for (const [i, node] of added.entries()) {
    const [output] = node.outputs;
    const place = `${node.opType} ${output}`;
    if (types.get(output)?.dtype === 'float32') {
      for (const [opType, operand] of faults) {
        const change = (graph: MutableGraph, changed: MutableNode) => spoil(graph, changed, opType, operand);
        yield { name: `${place} ${opType} ${operand}`, place, backward: changed(backward, i, change) };
      }
    }
    if (!['Add', 'Sum', 'Sub'].includes(node.opType)) continue;
    const shapes = node.inputs.map((input) => types.get(input)?.shape);
    for (const [k, shape] of shapes.entries()) {
      if (shapes.length < 2 || String(shape) !== String(types.get(output)?.shape)) continue;
      const name = `${place} with its term ${k} alone`;
      yield { name, place: name, backward: changed(backward, i, (_, changed) => keepOne(changed, k)) };
    }
  }
}

function changed(
  { graph, gradients, firstAdded }: BackwardGraph,
  index: number,
  change: (graph: MutableGraph, node: MutableNode) => void,
): BackwardGraph {
  const copy = graph.copy();
  change(copy, copy.nodes[firstAdded + index]);
  return { graph: copy, gradients, firstAdded };
}

function spoil(graph: MutableGraph, node: MutableNode, opType: string, operand: number): void {
  const [output] = node.outputs;
  const right = graph.freshName(`${output}/right`);
  node.outputs[0] = right;
  const by = graph.addInitializer(float32Tensor(graph.freshName('mutation'), [], [operand]));
  const wrong = graph.makeNode(opType, [right, by], {}, { outputs: [output] });
  graph.nodes.splice(graph.nodes.indexOf(node) + 1, 0, wrong);
}

function keepOne(node: MutableNode, term: number): void {
  const negative = node.opType === 'Sub' && term === 1;
  node.opType = negative ? 'Neg' : 'Identity';
  node.inputs = [node.inputs[term]];
  node.attributes = new Map();
}
