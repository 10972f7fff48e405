import type { Attribute } from '../../ir/attribute';
import type { DataType } from '../../ir/dataType';
import { ModelError } from '../../ir/errors';
import type { Dim, ValueType } from '../../ir/graph';
import type { MutableGraph, MutableNode } from '../../ir/mutableGraph';
import { integersAtHand } from '../../ir/tensorValues';
import { say } from '../../texts/say';
import { Rewriter } from '../rewriter';

export { floatOf, floatsOf, intOf, intsOf, stringOf } from '../nodeAttributes';

/** Rewrites a node of another opset for opset 18: true when what it added replaces the node, false when the node stays, changed or not. */
export type ConversionRule = (node: MutableNode, c: Conversion) => boolean;

/** A rule and the opsets of the file that it is for. */
export interface OpsetRule {
  readonly from: number;
  readonly below: number;
  readonly rule: ConversionRule;
}

/** By operator; of several rules the first whose opsets fit is taken. */
export type OpsetRules = Readonly<Record<string, readonly OpsetRule[]>>;

/** For files older than the opset `below`, where the operator took its present form, and not older than `from`. */
export function raised(below: number, rule: ConversionRule, from = 0): readonly OpsetRule[] {
  return [{ from, below, rule }];
}

/** For files of opset `from` on, where the operator appeared or changed. */
export function lowered(from: number, rule: ConversionRule): readonly OpsetRule[] {
  return [{ from, below: Infinity, rule }];
}

/** A graph on its way to opset 18. */
export class Conversion extends Rewriter {
  constructor(
    graph: MutableGraph,
    /** The default domain's opset in the file. */
    readonly opset: number,
    readonly types: ReadonlyMap<string, ValueType>,
  ) {
    super(graph);
  }

  shape(value: string): readonly Dim[] | undefined {
    return this.types.get(value)?.shape;
  }

  /** @throws ModelError `unsupported`, naming the node, when the rank is not known. */
  rank(node: MutableNode, value: string): number {
    return this.shape(value)?.length ?? this.fail(node, say`the rank of ${value} is not known`);
  }

  /** Element type of a value; float32 where nothing says otherwise. */
  dtype(value: string): DataType {
    return this.types.get(value)?.dtype ?? 'float32';
  }

  /** The integers of a constant that is at hand. */
  constantInts(value: string): readonly number[] | undefined {
    return integersAtHand(this.graph.initializers.get(value));
  }

  fail(node: MutableNode, why: string): never {
    const name = node.name || node.outputs[0] || node.opType;
    throw new ModelError(
      'unsupported',
      say`${node.opType} (opset ${this.opset}) cannot be expressed in opset 18, which training needs: ${why}`,
      { node: name },
    );
  }
}

/** Puts an input in place `index`, leaving out what lies between. */
export function setInput(node: MutableNode, index: number, value: string): void {
  while (node.inputs.length < index) node.inputs.push('');
  node.inputs[index] = value;
}

export function drop(node: MutableNode, ...names: string[]): void {
  for (const name of names) node.attributes.delete(name);
}

/** The attributes of a node as the builder takes them, without those named. */
export function attributesOf(node: MutableNode, ...without: string[]): Record<string, Attribute> {
  return Object.fromEntries([...node.attributes].filter(([name]) => !without.includes(name)));
}
