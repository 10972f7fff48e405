import { expandCalls } from '../ir/expandCalls';
import type { Graph } from '../ir/graph';
import type { Model } from '../ir/model';
import type { ProfileSettings } from '../protocol/profile';
import { count, say } from '../texts/say';
import { toFloatArithmetic } from '../variants/floatArithmetic';
import { resolveSequences } from '../variants/resolveSequences';
import { MOST_UNROLLED, unrollLoops } from '../variants/unrollLoops';
import { fixDecidingInputs, holdInputs } from './decidingInputs';
import { assumeShapes } from './inputShapes';
import { weightsFromInputs } from './weightInputs';

/**
 * The model as it can be trained, calls expanded: inputs that decide about branches are fixed, and those that weights are read from
 * are weights. Layers are looked for in this graph, so that what lies in a branch is profiled.
 * @param settings `hold`: values for inputs of a single number, by name; `batch`: open sizes are settled where branches or loops follow
 *   from them, unless `data` of the user's own bring them
 * @param samples sizes of the user's samples by input, without the batch, once they are known
 * @returns the model itself where there is nothing to change, and what was done in sentences for the report
 */
export function trainableForm(
  file: Model,
  { batch, data, hold = {} }: Partial<Pick<ProfileSettings, 'batch' | 'data' | 'hold'>> = {},
  samples?: ReadonlyMap<string, readonly number[]>,
): { readonly model: Model; readonly notes: readonly string[] } {
  let model = expandCalls(file);
  const notes: string[] = [];
  if (Object.keys(hold).length > 0) {
    model = expandCalls({ ...model, graph: holdInputs(model.graph, hold) });
    notes.push(
      say`held by the settings: ${Object.entries(hold)
        .map(([name, value]) => `${name} = ${value}`)
        .join(', ')}`,
    );
  }
  const decided = fixDecidingInputs(model.graph);
  if (decided !== undefined) {
    model = expandCalls({ ...model, graph: decided.graph });
    for (const { name, value } of decided.fixed) {
      notes.push(say`input ${name} was held at ${value}: it decides which branch of the network is computed`);
    }
  }
  const isWaiting = batch === undefined || (data !== undefined && samples === undefined);
  const settled = isWaiting ? undefined : settledSizes(model, batch, samples);
  if (settled !== undefined) {
    model = settled.model;
    notes.push(...settled.notes);
  }
  const { loops, ...unrolled } = withoutLoops(model);
  model = unrolled.model;
  if (loops > 0) {
    notes.push(
      loops === 1
        ? say`a loop was written out turn by turn, so that gradients pass`
        : say`${loops} loops were written out turn by turn, so that gradients pass`,
    );
  }
  const inFloat = model.graph.toMutable();
  const arithmetic = toFloatArithmetic(inFloat);
  if (arithmetic > 0) {
    model = { ...model, graph: inFloat.freeze() };
    notes.push(
      say`arithmetic on quantized integers (${count(arithmetic, 'node')}) was done on the numbers that they stand for: gradients pass the rounding straight through`,
    );
  }
  const given = weightsFromInputs(model.graph);
  if (given !== undefined) {
    model = { ...model, graph: given.graph };
    notes.push(
      say`the weights are inputs of the file (${given.weights.join(', ')}): they were initialised and trained`,
    );
  }
  return { model, notes };
}

/** Lists of tensors are resolved, loops written out and branches chosen, round after round: those inside of a body may be known once it stands outside. */
function withoutLoops(model: Model): { readonly model: Model; readonly loops: number } {
  let [result, loops, left] = [model, 0, MOST_UNROLLED];
  for (;;) {
    for (let graph = resolveSequences(result.graph); graph !== undefined; graph = resolveSequences(graph)) {
      result = expandCalls({ ...result, graph });
    }
    const unrolled = unrollLoops(result.graph, left);
    if (unrolled === undefined) return { model: result, loops };
    result = expandCalls({ ...result, graph: unrolled.graph });
    loops += unrolled.loops;
    left -= unrolled.nodes;
  }
}

/** The model with all sizes of its inputs settled, if that decides a branch or the turns of a loop. */
function settledSizes(
  model: Model,
  batch: number,
  samples: ReadonlyMap<string, readonly number[]> | undefined,
): { readonly model: Model; readonly notes: readonly string[] } | undefined {
  if (openNodes(model.graph) === 0) return undefined;
  const graph = model.graph.toMutable();
  const { shapes, notes } = assumeShapes(graph, batch, samples);
  for (const input of graph.inputs) input.type = { ...input.type, shape: shapes.get(input.name) ?? input.type.shape };
  const settled = expandCalls({ ...model, graph: graph.freeze() });
  const isDecided = openNodes(settled.graph) < openNodes(model.graph) || unrollLoops(settled.graph) !== undefined;
  return isDecided ? { model: settled, notes } : undefined;
}

/** Branches and loops that gradients do not enter. */
export function openNodes(graph: Graph): number {
  return [...graph.nodes()].filter(({ domain, opType }) => domain === '' && ['If', 'Loop', 'Scan'].includes(opType))
    .length;
}
