import type { ValueType } from '../ir/graph';
import { capturedNames, type MutableGraph, type MutableNode } from '../ir/mutableGraph';
import { say, translated } from '../texts/say';
import { Call, type GradientRule } from './call';
import { GradientBuilder } from './gradientBuilder';
import { NoGradient } from './noGradient';
import { sameShape } from './shapes';
import { reasons } from './reasons';
import { findRule } from './vjp/registry';

export interface GradientRequest {
  /** A scalar (rank 0 or one element) floating-point value of the graph. */
  readonly loss: string;
  /** Values to differentiate with respect to: weights, graph inputs, activations. */
  readonly wrt: readonly string[];
  /** Values that gradients do not pass: a gradient reaches them but goes no further back. */
  readonly stop?: ReadonlySet<string>;
  /** Channels of a block where the runtime that is to run the graph convolves blocks of channels (ir/channelBlocks.ts). */
  readonly channelBlock?: number;
}

/** A node that gradients should have passed and did not. */
export interface Cut {
  /** The node's name, or its first output where it has none. */
  readonly node: string;
  readonly opType: string;
  readonly reason: string;
}

export interface Gradients {
  /**
   * The value that holds dLoss/dValue, of the value's shape and type. A value that is missing here does not
   * influence the loss (its gradient is zero), or only through a cut.
   */
  readonly gradientOf: ReadonlyMap<string, string>;
  readonly cuts: readonly Cut[];
  /** The static types of values that were there and of those that were added. */
  readonly typeOf: (value: string) => ValueType | undefined;
}

/**
 * Reverse-mode differentiation as a graph transform: appends to `graph` (opset 18, topologically ordered) the nodes
 * that compute the gradients of a loss. Zero cotangents are symbolic and only what leads to the wanted values is built.
 * Forward nodes stay; some get an extra output (a dropout mask, pooling indices, saved statistics).
 *
 * @param types the static types of all values of the graph.
 */
export function differentiate(
  graph: MutableGraph,
  types: ReadonlyMap<string, ValueType>,
  request: GradientRequest,
): Gradients {
  return new BackwardPass(graph, types, request).run();
}

class BackwardPass {
  private readonly g: GradientBuilder;
  private readonly wrt: ReadonlySet<string>;
  private readonly stop: ReadonlySet<string>;
  private readonly contributions = new Map<string, string[]>();
  private readonly gradientOf = new Map<string, string>();
  private readonly cuts: Cut[] = [];

  constructor(
    private readonly graph: MutableGraph,
    types: ReadonlyMap<string, ValueType>,
    private readonly request: GradientRequest,
  ) {
    this.g = new GradientBuilder(graph, types, request.channelBlock);
    this.wrt = new Set(request.wrt);
    this.stop = request.stop ?? new Set();
  }

  run(): Gradients {
    const forward = [...this.graph.nodes];
    const active = this.activeValues(forward);
    if (active.has(this.request.loss)) {
      this.seed();
      for (const node of forward.reverse()) this.visit(node, active);
      for (const value of [...this.contributions.keys()]) this.cotangent(value);
    }
    const gradientOf = new Map<string, string>();
    for (const value of this.request.wrt) {
      const gradient = this.gradientOf.get(value);
      if (gradient !== undefined) gradientOf.set(value, gradient);
    }
    this.g.prune(gradientOf.values());
    return { gradientOf, cuts: this.cuts.reverse(), typeOf: (value) => this.g.typeOf(value) };
  }

  /** Floating-point values that depend on a wanted value by a path that no stop value blocks. */
  private activeValues(forward: readonly MutableNode[]): Set<string> {
    const active = new Set(this.wrt);
    for (const node of forward) {
      if (findRule(node) === 'zero') continue;
      if (!node.inputs.some((i) => active.has(i)) && !capturedNames(node).some((c) => active.has(c))) continue;
      for (const output of node.outputs) {
        if (output !== '' && !this.stop.has(output) && this.g.isFloat(output)) active.add(output);
      }
    }
    return active;
  }

  private seed(): void {
    const { loss } = this.request;
    try {
      this.add(loss, this.g.ones(this.g.shape(loss), this.g.dtype(loss)));
    } catch (error) {
      this.cuts.push({ node: loss, opType: '', reason: reasonOf(error) });
    }
  }

  private add(value: string, cotangent: string): void {
    const list = this.contributions.get(value);
    if (list) list.push(cotangent);
    else this.contributions.set(value, [cotangent]);
  }

  /** The whole cotangent of a value, once all its consumers have been visited. */
  private cotangent(value: string): string | undefined {
    const parts = this.contributions.get(value);
    if (parts === undefined) return undefined;
    this.contributions.delete(value);
    this.g.enter(value);
    const whole = this.g.sum(parts);
    this.gradientOf.set(value, whole);
    return whole;
  }

  private visit(node: MutableNode, active: ReadonlySet<string>): void {
    if (!node.outputs.some((o) => this.contributions.has(o))) return;
    const cotangents = node.outputs.map((o) => this.cotangent(o));
    this.g.enter(node.outputs.find((o) => o !== '') ?? '');
    const passed = cotangents.map((c, i) => (this.stop.has(node.outputs[i]) ? undefined : c));
    if (passed.every((c) => c === undefined)) return;
    const wanted = node.inputs.map((i) => i !== '' && active.has(i) && this.g.isFloat(i));
    const captured = capturedNames(node).some((c) => active.has(c));
    if (!captured && !wanted.includes(true)) return;
    try {
      if (captured) throw new NoGradient(say`gradients do not enter subgraphs`);
      this.apply(ruleOf(node), new Call(node, passed, wanted));
    } catch (error) {
      this.cuts.push({ node: node.name || node.outputs[0], opType: node.opType, reason: reasonOf(error) });
    }
  }

  /** Passes the cotangents on to the inputs that have a gradient. @throws NoGradient for those that should have and do not. */
  private apply(rule: GradientRule, call: Call): void {
    const thunks = rule(call, this.g);
    const built = new Map<number, string>();
    const reasons = new Set<string>();
    call.inputs.forEach((input, i) => {
      if (!call.wants(i)) return;
      try {
        const thunk = thunks[i];
        if (!thunk) throw new NoGradient(say`there is no gradient with respect to its input ${i} (${input})`);
        built.set(i, this.checked(input, thunk()));
      } catch (error) {
        reasons.add(reasonOf(error));
      }
    });
    if (reasons.size === 0 && call.ignoredOutput !== undefined) {
      throw new NoGradient(say`no gradient passes its output ${call.ignoredOutput}`);
    }
    for (const [i, cotangent] of built) this.add(call.input(i), cotangent);
    if (reasons.size > 0) throw new NoGradient([...reasons].join('; '));
  }

  private checked(input: string, cotangent: string): string {
    const [want, got] = [this.g.shape(input), this.g.shape(cotangent)];
    if (!sameShape(want, got)) {
      throw new NoGradient(say`the gradient rule gives [${got.join()}] for ${input}, which is [${want.join()}]`);
    }
    return cotangent;
  }
}

function ruleOf(node: MutableNode): GradientRule {
  const rule = findRule(node);
  if (typeof rule === 'function') return rule;
  const operator = node.domain === '' ? node.opType : `${node.domain}.${node.opType}`;
  const reason = reasons.get(operator);
  throw new NoGradient(reason === undefined ? say`there is no gradient rule for ${operator}` : translated(reason));
}

/** Malformed nodes of a user's model must cut the graph, not end the program: every error of a rule is a reason. */
function reasonOf(error: unknown): string {
  if (error instanceof NoGradient) return error.message;
  return say`its gradient rule failed: ${error instanceof Error ? error.message : String(error)}`;
}
