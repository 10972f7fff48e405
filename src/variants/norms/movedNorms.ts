import type { MutableNode } from '../../ir/mutableGraph';
import type { ActivationName, Layer } from '../../layers/layerView';
import { count, say } from '../../texts/say';
import { findNorms } from './findNorms';
import type { GraphEdit, Stage } from './graphEdit';
import type { NormBlock } from './normBlock';
import type { LeftLayer, NormChange, NormVariant } from './normVariant';

/** linear -> norm -> activation. */
export const normsBeforeActivations: NormVariant<'before-activation'> = {
  id: 'before-activation',
  get title() {
    return say`norm before the activation`;
  },
  get description() {
    return say`Every norm that reads an activation changes places with it. Parameters stay as they are.`;
  },
  apply: (edit) => moveNorms(edit, 'before'),
};

/** linear -> activation -> norm. */
export const normsAfterActivations: NormVariant<'after-activation'> = {
  id: 'after-activation',
  get title() {
    return say`norm after the activation`;
  },
  get description() {
    return say`Every norm whose output goes into an activation changes places with it. Parameters stay as they are.`;
  },
  apply: (edit) => moveNorms(edit, 'after'),
};

/** They mix channels or positions: no activation of a hidden layer. */
const NOT_ELEMENTWISE: ReadonlySet<ActivationName> = new Set(['Softmax', 'LogSoftmax']);

/** Nodes that only turn a value for readers of another layout. */
const TURNING: ReadonlySet<string> = new Set(['Transpose', 'Identity']);

function moveNorms(edit: GraphEdit, side: 'before' | 'after'): NormChange {
  const { blocks, left } = findNorms(edit);
  const moved = new Set<Layer>();
  const taken = new Set<Layer>();
  for (const block of blocks) {
    const activation = neighbour(block, edit, side);
    if (activation === undefined || taken.has(activation)) continue;
    const reason = move(block, activation, edit, side);
    if (reason === undefined) {
      moved.add(block.layer);
      taken.add(activation);
    } else left.push({ layer: block.layer, reason });
  }
  const notes = notesOf(left);
  const norms = count(moved.size, 'norm');
  const summary =
    side === 'before' ? say`${norms} moved before the activation` : say`${norms} moved after the activation`;
  return { changed: [...moved], left, summary, notes };
}

/** The activation that the norm would change places with. */
function neighbour({ layer }: NormBlock, { view }: GraphEdit, side: 'before' | 'after'): Layer | undefined {
  const beside = side === 'before' ? view.predecessors(layer).slice(0, 1) : view.successors(layer);
  const found = beside.find((l) => l?.role === 'activation');
  if (found?.activation === undefined || NOT_ELEMENTWISE.has(found.activation)) return undefined;
  return found;
}

/** @returns why it was not done */
function move(block: NormBlock, activation: Layer, edit: GraphEdit, side: 'before' | 'after'): string | undefined {
  if (block.prepare !== undefined) return say`its operator adds its inputs first`;
  if (activation.inputs.length !== 1) return say`${activation.id} reads several values`;
  const { graph } = edit.view;
  const norm: Stage = { nodes: block.nodes, input: block.input, output: block.output };
  const nodes = activation.nodes.map((i) => edit.node(i)).filter((n) => !TURNING.has(n.opType));
  const [input, output] = [graph.valueName(activation.inputs[0]), graph.valueName(activation.output)];
  const act: Stage = { nodes, input: inputOf(nodes, input, edit), output };
  const [first, second] = side === 'before' ? [act, norm] : [norm, act];
  const between = turnsBetween(first, second, edit);
  if (between === undefined) return say`something else reads the value between it and ${activation.id}`;
  if (between.length > 0 && !worksInAnyLayout(act, edit)) return say`${activation.id} has a slope for each channel`;
  if (edit.isFixed(second.output)) return say`the values after the two are an output of the model`;
  edit.swap(first, second);
  return undefined;
}

/** What the activation's own nodes read, behind what turns it for them. */
function inputOf(nodes: readonly MutableNode[], input: string, edit: GraphEdit): string {
  const inside = new Set(nodes.flatMap((n) => n.outputs));
  const read = nodes.flatMap((n) => n.inputs).filter((v) => v !== '' && !inside.has(v));
  if (read.includes(input)) return input;
  return read.find((v) => !edit.graph.initializers.has(v) && edit.types.get(v)?.shape?.length !== 0) ?? input;
}

/** The nodes that turn the first stage's output for the second; undefined where others read a value on the way. */
function turnsBetween(first: Stage, second: Stage, edit: GraphEdit): readonly MutableNode[] | undefined {
  const turns: MutableNode[] = [];
  const goal = new Set(second.nodes);
  for (let value = first.output; ;) {
    if (edit.isFixed(value)) return undefined;
    const readers = edit.readers(value);
    if (value === second.input) return readers.every((n) => goal.has(n)) ? turns : undefined;
    if (readers.length !== 1 || !TURNING.has(readers[0].opType) || readers[0].domain !== '') return undefined;
    turns.push(readers[0]);
    [value] = readers[0].outputs;
  }
}

/** True where the activation's constants are single numbers. */
function worksInAnyLayout({ nodes }: Stage, { types }: GraphEdit): boolean {
  return nodes.every((n) => {
    if (n.opType !== 'PRelu') return true;
    return types.get(n.inputs[1])?.shape?.every((d) => d === 1) ?? false;
  });
}

function notesOf(left: readonly LeftLayer[]): string[] {
  const [first] = left;
  return first === undefined ? [] : [say`${count(left.length, 'norm')} left where they were: ${first.reason}`];
}
