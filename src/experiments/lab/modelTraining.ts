import { expandCalls } from '../../ir/expandCalls';
import { inferTypes } from '../../ir/inferTypes';
import type { Graph } from '../../ir/graph';
import type { Model } from '../../ir/model';
import { layerView } from '../../layers/recognize';
import { SyntheticData } from '../../training/data/syntheticData';
import type { HostTensor } from '../../training/hostTensor';
import { optimizers } from '../../training/optimizers';
import { TrainingState, type NormStatistics } from '../../training/trainingState';
import { buildTrainingStep } from '../../training/trainingStep';
import type { Lab } from './lab';

/** How a model of the user is trained by experiments: as `normscope profile` does by default. */
export const MODEL_BATCH = 16;
export const MODEL_LR = 0.003;

export interface ModelStep {
  readonly loss: number;
  readonly norms: readonly NormStatistics[];
}

/** A model of the user in training, on made samples. */
export interface ModelTraining {
  /** @param update false leaves the weights as they are and moves the running statistics alone */
  step(count: number, update: boolean): Promise<ModelStep>;
  /** A weight as it is now. */
  weight(name: string): Float32Array | undefined;
  readonly norms: number;
}

/**
 * @param init 'keep' takes the file's weights
 * @param variant the model's graph after an edit, with a word for it
 * @throws ModelError `unsupported` when the model cannot be trained
 */
export async function modelTraining(
  lab: Lab,
  model: Model,
  seed: number,
  init: 'keep' | 'default',
  variant?: { readonly word: string; readonly graph: Graph },
): Promise<ModelTraining> {
  const edited: Model = { ...model, graph: variant?.graph ?? expandCalls(model).graph };
  const view = layerView(edited.graph, inferTypes(edited.graph));
  const key = `training ${variant?.word ?? 'as is'} ${seed}`;
  const { session, plan: training } = await lab.compile(key, () =>
    buildTrainingStep(edited, view, { batch: MODEL_BATCH, seed }),
  );
  const state = await TrainingState.create(edited, training, init, optimizers.adam, MODEL_LR, seed);
  const data = new SyntheticData(training.inputs, training.outputs, training.batch, seed);
  const inputs = new Set(training.graph.inputs.map((i) => i.name));
  const gradients = training.parameters.flatMap((p) => p.gradient ?? []);
  const statistics = training.batchStatistics === undefined ? [] : [training.batchStatistics];
  return {
    norms: training.norms.length,
    weight(name) {
      for (const [key, tensor] of state.feeds()) if (key === name) return tensor.data as Float32Array;
      return undefined;
    },
    async step(count, update) {
      const feeds = new Map<string, HostTensor>();
      for (const source of [data.feeds(count), state.feeds()]) {
        for (const [name, tensor] of source) if (inputs.has(name)) feeds.set(name, tensor);
      }
      const fetches = [training.loss, ...statistics, ...(update ? gradients : [])];
      const outputs = await lab.run(session, feeds, fetches);
      if (update) state.update(outputs, count + 1);
      return { loss: (outputs.get(training.loss)!.data as Float32Array)[0], norms: state.updateStatistics(outputs) };
    },
  };
}
