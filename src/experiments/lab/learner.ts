import { floats, type HostTensor } from '../../training/hostTensor';
import { initialValues } from '../../training/initialization';
import { initialState, optimizers } from '../../training/optimizers';
import type { OptimizerName } from '../../protocol/profile';
import type { MutableGraph } from '../../ir/mutableGraph';
import { elementCount, float32Tensor } from '../../ir/tensor';
import { Random } from '../../training/random';
import type { Lab } from './lab';
import { INPUT, LOGITS, MOMENTUM, type Network } from './network';
import { batchOf, type Batch, type Samples } from './samples';
import { trainingPlan, type PlanRequest, type TrainingPlan } from './trainingPlan';

export interface Start {
  readonly seed: number;
  /** 'xavier' (Glorot and Bengio 2010), 'he' (He et al. 2015), or the standard deviation of all weights. Default 'he'. */
  readonly weights?: 'xavier' | 'he' | number;
  /** Multiplies the weights (not biases, scales and shifts). */
  readonly scale?: number;
  readonly optimizer?: OptimizerName;
}

/** What one run of a plan returned. */
export interface StepResult {
  readonly loss: number;
  /** By parameter, or value for those asked for with `gradientsOf`. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
  readonly values: ReadonlyMap<string, Float32Array>;
  /** Means and variances of the batch, by the name of the norm's layer. */
  readonly statistics: ReadonlyMap<string, { readonly mean: Float32Array; readonly variance: Float32Array }>;
}

/** How many samples are evaluated at once. */
const EVALUATED = 250;

/** Seeds of the weights' random numbers, apart from those of the data. */
const WEIGHTS = 21;

/** A network with weights, running statistics and an optimizer. The same seed gives the same figures. */
export class Learner {
  /** Parameters and running statistics by name; changed in place by `apply`. */
  readonly values: Map<string, Float32Array>;
  private readonly slots = new Map<string, Float32Array[]>();
  private readonly optimizer;
  private updates = 0;

  constructor(
    private readonly lab: Lab,
    readonly network: Network,
    { seed, weights = 'he', scale = 1, optimizer = 'sgd' }: Start,
  ) {
    this.optimizer = optimizers[optimizer];
    this.values = new Map();
    const byName = new Map(network.parameters.map((p, i) => [p.name, { p, i }]));
    for (const [name, tensor] of network.graph.initializers) {
      if (tensor.location !== 'missing') continue;
      const found = byName.get(name);
      if (found === undefined) {
        this.values.set(name, new Float32Array(elementCount(tensor.dims)).fill(name.endsWith('variance') ? 1 : 0));
        continue;
      }
      const random = new Random(seed, WEIGHTS, found.i);
      let values: Float32Array;
      if (found.p.kind === 'weight' && typeof weights === 'number') {
        values = random.normals(elementCount(tensor.dims), weights);
      } else {
        values = initialValues(found.p, weights === 'he' ? 'Relu' : undefined, random);
      }
      if (found.p.kind === 'weight' && scale !== 1) values = values.map((v) => scale * v);
      this.values.set(name, values);
    }
  }

  /** A learner with the same weights, statistics and optimizer state, which goes its own way from here. */
  copy(): Learner {
    const other = Object.assign(Object.create(Learner.prototype) as Learner, this);
    const copies = <T>(map: ReadonlyMap<string, T>, copy: (value: T) => T) =>
      new Map([...map].map(([k, v]) => [k, copy(v)]));
    return Object.assign(other, {
      values: copies(this.values, (v) => v.slice()),
      slots: copies(this.slots, (list) => list.map((v) => v.slice())),
    });
  }

  /** Runs the network on a batch, forward and (with a loss) backward. Changes nothing. */
  async run(batch: Batch, request: Omit<PlanRequest, 'batch'> = {}, extra: Feeds = new Map()): Promise<StepResult> {
    const { session, plan } = await this.plan({ ...request, batch: batch.x.dims[0] });
    const outputs = await this.lab.run(session, this.feeds(plan, batch, extra), plan.outputs);
    const floatsOf = (name: string) => outputs.get(name)!.data as Float32Array;
    return {
      loss: plan.loss === undefined ? NaN : floatsOf(plan.loss)[0],
      gradients: new Map([...plan.gradientOf].map(([value, gradient]) => [value, floatsOf(gradient)])),
      values: new Map((request.values ?? []).map((name) => [name, floatsOf(name)])),
      statistics: new Map(
        plan.norms.map((n) => [n.output, { mean: floatsOf(n.batchMean), variance: floatsOf(n.batchVariance) }]),
      ),
    };
  }

  /** One step of the optimizer on the parameters that have a gradient, and one of the running statistics. */
  apply({ gradients, statistics }: StepResult, lr: number): void {
    this.updates++;
    for (const { name } of this.network.parameters) {
      const gradient = gradients.get(name);
      if (gradient === undefined) continue;
      const values = this.values.get(name)!;
      let slots = this.slots.get(name);
      if (slots === undefined) this.slots.set(name, (slots = initialState(this.optimizer, values.length)));
      this.optimizer.update(values, gradient, slots, this.updates, lr);
    }
    for (const [norm, { mean, variance }] of statistics) {
      moveTowards(this.values.get(`${norm}.running_mean`)!, mean);
      moveTowards(this.values.get(`${norm}.running_variance`)!, variance);
    }
  }

  /** One training step: `run`, then `apply`. */
  async step(
    batch: Batch,
    lr: number,
    request: Omit<PlanRequest, 'batch'> = {},
    extra: Feeds = new Map(),
  ): Promise<StepResult> {
    const result = await this.run(batch, request, extra);
    this.apply(result, lr);
    return result;
  }

  /**
   * Mean cross-entropy and accuracy over samples, whose number is a multiple of 250.
   * @param mode 'running' (as at inference) or 'batch'
   */
  async evaluate(
    samples: Samples,
    mode: 'batch' | 'running' = 'running',
    extra: Feeds = new Map(),
  ): Promise<{ loss: number; accuracy: number }> {
    const { classes } = this.network;
    let [loss, right] = [0, 0];
    for (let from = 0; from < samples.count; from += EVALUATED) {
      const indices = Array.from({ length: EVALUATED }, (_, i) => from + i);
      const { values } = await this.run(batchOf(samples, indices), { mode, loss: 'none', values: [LOGITS] }, extra);
      const logits = values.get(LOGITS)!;
      for (let i = 0; i < EVALUATED; i++) {
        const row = logits.subarray(i * classes, (i + 1) * classes);
        const label = samples.labels[from + i];
        loss += crossEntropyOf(row, label);
        if (row.every((v, c) => c === label || v < row[label])) right++;
      }
    }
    return { loss: loss / samples.count, accuracy: right / samples.count };
  }

  /** The network with its weights and statistics as they are now inside, for `count` samples at a time. */
  inferenceGraph(count: number): MutableGraph {
    const { graph, sample } = this.network;
    const copy = graph.copy();
    copy.inputs = copy.inputs.map(({ name, type }) => ({
      name,
      type: name === INPUT ? { ...type, shape: [count, ...sample] } : type,
    }));
    for (const [name, values] of this.values) {
      copy.initializers.set(name, float32Tensor(name, graph.initializers.get(name)!.dims, values.slice()));
    }
    return copy;
  }

  private plan(request: PlanRequest) {
    const { network } = this;
    return this.lab.compile(`${network.key} ${JSON.stringify(request)}`, () => trainingPlan(network, request));
  }

  private feeds(plan: TrainingPlan, batch: Batch, extra: Feeds): Map<string, HostTensor> {
    const feeds = new Map<string, HostTensor>();
    const feed = (name: string, tensor: () => HostTensor) => {
      if (plan.inputs.has(name)) feeds.set(name, tensor());
    };
    feed(INPUT, () => batch.x);
    if (plan.target !== undefined && batch.target !== undefined) feeds.set(plan.target, batch.target);
    for (const [name, values] of this.values) {
      feed(name, () => floats(this.network.graph.initializers.get(name)!.dims, values));
    }
    for (const [name, dims] of this.network.extraInputs) feed(name, () => floats(dims, extra.get(name)!));
    return feeds;
  }
}

/** Values of the network's extra inputs. */
export type Feeds = ReadonlyMap<string, Float32Array>;

/** running = 0.9 * running + 0.1 * batch */
function moveTowards(running: Float32Array, batch: Float32Array): void {
  for (let i = 0; i < running.length; i++) running[i] = MOMENTUM * running[i] + (1 - MOMENTUM) * batch[i];
}

function crossEntropyOf(logits: Float32Array, label: number): number {
  const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  for (const v of logits) sum += Math.exp(v - most);
  return most + Math.log(sum) - logits[label];
}
