import { ModelError } from '../../ir/errors';
import { expandCalls } from '../../ir/expandCalls';
import { inferTypes } from '../../ir/inferTypes';
import type { Model } from '../../ir/model';
import type { MutableGraph } from '../../ir/mutableGraph';
import type { HostTensor } from '../../training/hostTensor';
import { inputSpecs } from '../../training/data/inputSpec';
import { SyntheticData } from '../../training/data/syntheticData';
import { chooseInputShapes, toOpset18ForRun } from '../../training/inputShapes';
import { constantsToInitializers, requireOrder, toFloat32 } from '../../training/plainGraph';
import { say } from '../../texts/say';
import { largest, largestDifference } from './figures';
import { fillMissingWeights } from './freshWeights';

/** A model of the user as the lab runs it: float32, opset 18, all sizes known, no weight missing, fed with made-up samples. */
export interface PreparedModel {
  readonly graph: MutableGraph;
  /** Samples at a time: as many as were asked for, where the model leaves that open. */
  readonly batch: number;
  /** Floating-point outputs. */
  readonly outputs: readonly string[];
  /** Number of axes of a value, where it is known. */
  readonly rank: (value: string) => number | undefined;
  /** Samples for the graph's inputs; the same ones for the same seed and step. */
  readonly feeds: (seed: number, step: number) => Map<string, HostTensor>;
}

/** @throws ModelError `unsupported` for models that no data can be made for or that opset 18 cannot express */
export function prepareModel(model: Model, batch: number): PreparedModel {
  const graph = expandCalls(model).graph.toMutable();
  requireOrder(graph);
  constantsToInitializers(graph);
  toFloat32(graph);
  fillMissingWeights(graph);
  toOpset18ForRun(graph, batch);
  constantsToInitializers(graph);
  const sizes = chooseInputShapes(graph, batch, false);
  const inputs = inputSpecs(graph, sizes.shapes, sizes.batch, model.format !== 'onnx');
  graph.inputs = inputs.map(({ name, dtype, shape }) => ({ name, type: { kind: 'tensor', dtype, shape } }));
  for (const output of graph.outputs) output.type = { kind: 'unknown' };
  graph.valueTypes.clear();
  const types = inferTypes(graph);
  const outputs = graph.outputs.map((o) => o.name).filter((name) => types.get(name)?.dtype === 'float32');
  const data = new Map<number, SyntheticData>();
  return {
    graph,
    batch: sizes.batch,
    outputs,
    rank: (value) => types.get(value)?.shape?.length,
    feeds(seed, step) {
      let made = data.get(seed);
      if (made === undefined) data.set(seed, (made = new SyntheticData(inputs, [], sizes.batch, seed)));
      return made.feeds(step);
    },
  };
}

/** What a graph returned, by output. */
export type Outputs = ReadonlyMap<string, HostTensor>;

/**
 * The largest difference of two runs over the outputs of a model, each over the largest magnitude of the first run.
 * @throws ModelError `unsupported` when there is nothing to hold a difference against: no floating-point output, or one that
 *   is 0 throughout or not finite
 */
export function relativeDifference(plain: Outputs, other: Outputs, outputs: readonly string[]): number {
  if (outputs.length === 0) throw new ModelError('unsupported', say`this model has no floating-point output`);
  return Math.max(
    ...outputs.map((name) => {
      const [a, b] = [plain, other].map((run) => run.get(name)!.data as Float32Array);
      const size = largest(a);
      if (size > 0 && Number.isFinite(size)) return largestDifference(a, b) / size;
      const reason = size === 0 ? say`it is 0 throughout` : say`it is not finite`;
      throw new ModelError(
        'unsupported',
        say`the output '${name}' of this model cannot be compared on made samples: ${reason}`,
      );
    }),
  );
}
