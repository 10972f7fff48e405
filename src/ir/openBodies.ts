import { CallGraph } from './callGraph';
import { changedModel } from './changedModel';
import { Expansion, LONGEST_PREFIX, MAX_DEPTH } from './expansion';
import { Scope } from './expansionScope';
import { ABSENT, type Graph } from './graph';
import type { Fact } from './inference/inferenceNode';
import { inferFacts } from './inferTypes';
import { entryTypes, typeOfFact, withoutSymbols } from './loopTypes';
import type { Model } from './model';
import type { MutableNode } from './mutableGraph';
import { retitled } from './tensor';

/** A model whose loops are opened (see `openBodies`). */
export interface OpenedModel {
  readonly model: Model;
  /** Names of the values that are computed inside of loops. */
  readonly inside: ReadonlySet<string>;
}

/**
 * The model with the bodies of Loop and Scan beside the nodes around them, for those who look for layers and do not run it: what the
 * loop hands to its body comes from nowhere (an Identity of nothing), and the loop, now without a body, reads what the body gives
 * out. The layers in a loop are thus parted from those around it, since one turn follows another; what they read directly of the
 * graph around them stays connected. Names of values get the name of the loop before them. Branches whose condition is known are
 * chosen inside as well.
 *
 * @param model with its calls expanded
 */
export function openBodies(model: Model): OpenedModel {
  if (![...model.graph.nodes()].some(isLoop)) return { model, inside: new Set() };
  const expansion = new LoopExpansion(model.graph, new CallGraph([], MAX_DEPTH));
  expansion.replaceInside(() => {
    const opened = expansion.openLoops();
    return expansion.chooseBranches() || opened;
  });
  if (!expansion.isChanged) return { model, inside: new Set() };
  return { model: changedModel(model, { graph: expansion.graph.freeze() }), inside: expansion.inside };
}

function isLoop({ opType, domain }: { readonly opType: string; readonly domain: string }): boolean {
  return (opType === 'Loop' || opType === 'Scan') && domain === '';
}

/** An expansion that opens loops too. */
class LoopExpansion extends Expansion {
  /** Puts the nodes of each loop's body before it; false when there is none. */
  openLoops(): boolean {
    const body = (node: MutableNode) => (isLoop(node) ? node.attributes.get('body') : undefined);
    if (!this.graph.nodes.some((node) => body(node)?.type === 'graph')) return false;
    const frozen = this.graph.freeze();
    const factOf = inferFacts(frozen);
    const typeOf = (name: string) => factOf(frozen.valueId(name) ?? ABSENT);
    const nodes: MutableNode[] = [];
    for (const node of this.graph.nodes) {
      const inner = body(node);
      if (inner?.type === 'graph') this.addLoop(node, inner.value, typeOf, nodes);
      else nodes.push(node);
    }
    this.graph.nodes = nodes;
    return true;
  }

  private addLoop(
    node: MutableNode,
    graph: Graph,
    typeOf: (name: string) => Fact | undefined,
    nodes: MutableNode[],
  ): void {
    const body = graph.toMutable();
    // values of formats that were lowered have names of their own
    const isNamed = body.nodes.every((n) => n.origin !== undefined || n.opType === 'Constant');
    const title = node.name || node.outputs[0] || node.opType;
    const scope = new Scope(isNamed ? '' : `${title.slice(0, LONGEST_PREFIX)}/`, undefined, this.root);
    const entries = entryTypes(node, typeOf);
    body.inputs.forEach(({ name, type }, i) => {
      const own = this.graph.freshName(scope.prefix + name);
      scope.set(name, own);
      const known = type.shape === undefined ? (entries[i] ?? type) : withoutSymbols(type);
      if (known.kind !== 'unknown') this.graph.valueTypes.set(own, known);
      nodes.push(this.graph.makeNode('Identity', [], {}, { outputs: [own] }));
    });
    for (const [name, tensor] of body.initializers) {
      if (!scope.has(name)) scope.set(name, this.graph.freshName(scope.prefix + name));
      this.graph.addInitializer(retitled(tensor, scope.get(name)));
    }
    const before = nodes.length;
    this.addBody(body, scope, nodes, 0);
    this.noteInside(nodes, before);
    for (const name of node.outputs) {
      const type = typeOf(name);
      if (type !== undefined && !this.graph.valueTypes.has(name)) this.graph.valueTypes.set(name, typeOfFact(type));
    }
    const attributes = new Map([...node.attributes].filter(([name]) => name !== 'body'));
    const results = body.outputs.map((d) => scope.get(d.name));
    nodes.push({ ...node, inputs: [...node.inputs, ...results], attributes });
  }
}
