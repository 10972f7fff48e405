import { attribute } from '../ir/attribute';
import { ABSENT, type Graph } from '../ir/graph';
import type { Fact } from '../ir/inference/inferenceNode';
import { normalizeAxis } from '../ir/inference/dims';
import { inferFacts } from '../ir/inferTypes';
import { capturedNames, type MutableNode } from '../ir/mutableGraph';
import { intOf } from './nodeAttributes';
import { Rewriter } from './rewriter';

/** Tensors of the longest sequence that is followed. */
const LONGEST = 4096;

/** Pieces that all splits together may have. */
const MOST_PIECES = 2 ** 16;

const OPERATORS: ReadonlySet<string> = new Set([
  'ConcatFromSequence',
  'SequenceAt',
  'SequenceConstruct',
  'SequenceEmpty',
  'SequenceErase',
  'SequenceInsert',
  'SequenceLength',
  'SplitToSequence',
]);

/**
 * Sequences of tensors (opset 11) whose length and places are known before the network runs, as the tensors in them: what is split,
 * listed, inserted, taken out and joined becomes Split, Identity and Concat, which have gradients. Exporters write them for lists.
 * @returns undefined when there is nothing to resolve
 */
export function resolveSequences(source: Graph): Graph | undefined {
  if (![...source.nodes()].some(({ domain, opType }) => domain === '' && OPERATORS.has(opType))) return undefined;
  const graph = source.toMutable();
  const factOf = inferFacts(source);
  const resolver = new Resolver(new Rewriter(graph), (name) => factOf(source.valueId(name) ?? ABSENT));
  return resolver.run() ? graph.freeze() : undefined;
}

class Resolver {
  /** The tensors of each sequence. */
  private readonly lists = new Map<string, readonly string[]>();
  private count = 0;
  private pieces = 0;

  constructor(
    private readonly r: Rewriter,
    private readonly factOf: (name: string) => Fact | undefined,
  ) {}

  /** Whether a tensor that was taken out of a sequence, or joined from one, is known now. */
  run(): boolean {
    this.r.run((node) => node.domain === '' && this.resolve(node));
    if (this.count === 0) return false;
    this.dropUnread();
    return true;
  }

  /** True for nodes that were replaced. Those that make sequences stay for those that could not be. */
  private resolve(node: MutableNode): boolean {
    const [output] = node.outputs;
    const list = this.contents(node);
    if (list !== undefined && list.length <= LONGEST) this.lists.set(output, list);
    const given = this.lists.get(node.inputs[0]);
    if (given === undefined) return false;
    if (node.opType === 'SequenceAt') return this.replaced(this.at(node, given));
    if (node.opType === 'SequenceLength') return this.replaced(this.r.ints(given.length), output);
    if (node.opType !== 'ConcatFromSequence' || given.length === 0) return false;
    const axis = intOf(node, 'axis', 0);
    const isNew = intOf(node, 'new_axis', 0) !== 0;
    const parts = isNew ? given.map((v) => this.r.add('Unsqueeze', [v, this.r.ints([axis])])) : given;
    this.r.add('Concat', parts, { axis: attribute.int(axis) }, output);
    this.count++;
    return true;
  }

  private at({ inputs: [, position], outputs }: MutableNode, list: readonly string[]) {
    const place = this.place(position, list.length);
    return place === undefined || place >= list.length ? undefined : ([list[place], outputs[0]] as const);
  }

  private replaced(value: string | readonly [string, string] | undefined, output?: string): boolean {
    if (value === undefined) return false;
    const [from, to] = typeof value === 'string' ? [value, output!] : value;
    this.r.add('Identity', [from], {}, to);
    this.count++;
    return true;
  }

  /** What the sequence that a node makes holds; undefined where that is not known. */
  private contents(node: MutableNode): readonly string[] | undefined {
    const { opType, inputs } = node;
    const list = this.lists.get(inputs[0]);
    switch (opType) {
      case 'SequenceEmpty':
        return [];
      case 'SequenceConstruct':
        return inputs;
      case 'Identity':
        return list;
      case 'SequenceInsert': {
        const place = list && (inputs[2] ? this.place(inputs[2], list.length) : list.length);
        return place === undefined ? undefined : [...list!.slice(0, place), inputs[1], ...list!.slice(place)];
      }
      case 'SequenceErase': {
        const place = list && (inputs[1] ? this.place(inputs[1], list.length) : list.length - 1);
        return place === undefined || place < 0 ? undefined : list!.filter((_, i) => i !== place);
      }
      case 'SplitToSequence':
        return this.split(node);
      default:
        return undefined;
    }
  }

  /** By sizes, by one size for all, or slice by slice, which lose the axis unless `keepdims` is set. */
  private split(node: MutableNode): string[] | undefined {
    const [x, sizes] = node.inputs;
    const shape = this.factOf(x)?.shape;
    const axis = shape && normalizeAxis(intOf(node, 'axis', 0), shape.length);
    const size = axis === undefined ? undefined : shape![axis];
    if (typeof size !== 'number' || size < 1 || size > LONGEST) return undefined;
    const given = sizes ? this.numbers(sizes) : [1];
    if (given === undefined) return undefined;
    const isList = !!sizes && this.factOf(sizes)?.shape?.length === 1;
    const step = given[0];
    if (!isList && !(step >= 1)) return undefined;
    const parts = isList
      ? given
      : Array.from({ length: Math.ceil(size / step) }, (_, i) => Math.min(step, size - i * step));
    if (parts.some((part) => part < 0) || parts.reduce((a, b) => a + b, 0) !== size) return undefined;
    this.pieces += parts.length;
    if (parts.length > LONGEST || this.pieces > MOST_PIECES) return undefined;
    const pieces = this.r.addNode(
      'Split',
      [x, this.r.ints(parts)],
      { axis: attribute.int(axis!) },
      {
        outputs: parts.length,
        name: '',
      },
    );
    if (sizes || intOf(node, 'keepdims', 1) !== 0) return pieces;
    return pieces.map((piece) => this.r.add('Squeeze', [piece, this.r.ints([axis!])]));
  }

  /** A position in a sequence, counted from its end where it is negative. */
  private place(position: string, length: number): number | undefined {
    const at = this.numbers(position)?.[0];
    if (at === undefined || at < -length || at > length) return undefined;
    return at < 0 ? at + length : at;
  }

  private numbers(value: string): readonly number[] | undefined {
    const data = this.factOf(value)?.data;
    return data?.every((d): d is number => typeof d === 'number') ? data : undefined;
  }

  /** The nodes that only made sequences, when nothing reads these any more. */
  private dropUnread(): void {
    const { graph } = this.r;
    const isRead = new Set(graph.outputs.map((d) => d.name));
    graph.nodes = graph.nodes
      .reverse()
      .filter((node) => {
        const makesSequence = node.domain === '' && node.outputs.every((o) => this.lists.has(o));
        const isKept = !makesSequence || node.outputs.some((o) => isRead.has(o));
        if (isKept) for (const v of [...node.inputs, ...capturedNames(node)]) isRead.add(v);
        return isKept;
      })
      .reverse();
  }
}
