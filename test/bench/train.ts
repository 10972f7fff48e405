// Prints what a training step costs, as ratios of figures of one run:
//   npm run bench:train [-- --threads 2] [--repeats 3] [--quick]
// The floor of a step is three times the forward pass's multiplications at the rate of the fastest of 20 products of
// 1024 x 1024 matrices in the same process with the same threads. Runs that are compared take turns, so that other load
// on the machine hits all of them; every ratio is printed as its median over the repeats with the least and the largest.
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { nativeRuntime } from '../../src/engine/nativeRuntime';
import { MANY_NODES } from '../../src/engine/runProfile';
import type { Runtime, RuntimeSession } from '../../src/engine/runtime';
import { wasmRuntime } from '../../src/engine/wasmRuntime';
import { encodeOnnx } from '../../src/formats/onnx/onnxWriter';
import { inferTypes } from '../../src/ir/inferTypes';
import { MutableGraph } from '../../src/ir/mutableGraph';
import { layerView } from '../../src/layers/recognize';
import { StepReader } from '../../src/profile/stepEvent';
import { SyntheticData } from '../../src/training/data/syntheticData';
import type { HostTensor } from '../../src/training/hostTensor';
import { optimizers } from '../../src/training/optimizers';
import { prune } from '../../src/training/plainGraph';
import { TrainingState } from '../../src/training/trainingState';
import { buildTrainingStep, type TrainingStep } from '../../src/training/trainingStep';
import { narrow, resnet20, vgg } from './train/networks';

const BATCH = 32;
const STEPS = 50;
/** Every so many steps have histograms. */
const SAMPLED = 10;
const DEPTHS = [10, 25, 50, 100, 200];

const networks = { 'ResNet-20': resnet20, 'VGG with batch norm': vgg } as const;
type NetworkName = keyof typeof networks;

const { values: args } = parseArgs({
  options: {
    threads: { type: 'string', default: '2' },
    repeats: { type: 'string', default: '3' },
    quick: { type: 'boolean', default: false },
    /** Of the process that measures its own memory. */
    memory: { type: 'string' },
  },
});
const threads = Number(args.threads);
const repeats = Number(args.repeats);
const steps = args.quick ? 2 * SAMPLED : STEPS;

/** A training step on a runtime: as a profile makes it, or without statistics. */
class Runner {
  private count = 0;
  private constructor(
    private readonly training: TrainingStep,
    private readonly session: RuntimeSession,
    private readonly state: TrainingState,
    private readonly data: SyntheticData,
    private readonly inputs: ReadonlySet<string>,
    private readonly outputs: readonly string[],
    private readonly reader: StepReader | undefined,
    readonly createMs: number,
    readonly nodes: number,
  ) {}

  static async create(
    network: ReturnType<typeof narrow>,
    runtime: Runtime,
    batch: number,
    statistics: boolean,
  ): Promise<Runner> {
    const model = network.model();
    const view = layerView(model.graph, inferTypes(model.graph));
    const training = buildTrainingStep(model, view, { batch, seed: 1 });
    const graph = training.graph.copy();
    if (!statistics) {
      const measured = [training.activations, training.gradients].flatMap((l) => [l?.moments, l?.samples]);
      const left = new Set([...measured, training.samples?.differences, training.samples?.units]);
      graph.outputs = graph.outputs.filter(({ name }) => !left.has(name));
      prune(
        graph,
        graph.outputs.map(({ name }) => name),
      );
    }
    const bytes = await encodeOnnx(graph);
    const begun = performance.now();
    const session = await runtime.createSession(bytes, {
      optimization: graph.nodes.length > MANY_NODES ? 'disabled' : 'all',
    });
    const createMs = performance.now() - begun;
    const state = await TrainingState.create(model, training, 'keep', optimizers.adam, 1e-3, 1);
    const data = new SyntheticData(training.inputs, training.outputs, training.batch, 1);
    const inputs = new Set(graph.inputs.map((i) => i.name));
    const outputs = graph.outputs.map((o) => o.name);
    const reader = statistics ? new StepReader(training) : undefined;
    return new Runner(training, session, state, data, inputs, outputs, reader, createMs, graph.nodes.length);
  }

  /** Milliseconds of one step: the network forward and backward, the update, the statistics read. The data are made before. */
  async step(): Promise<number> {
    const { training, state, reader } = this;
    const step = this.count++;
    const sampled = reader !== undefined && step % SAMPLED === 0;
    const feeds = new Map<string, HostTensor>();
    for (const source of [this.data.feeds(step), state.feeds()]) {
      for (const [name, tensor] of source) if (this.inputs.has(name)) feeds.set(name, tensor);
    }
    const samples = new Set([training.activations?.samples, training.gradients?.samples]);
    const fetches = sampled ? this.outputs : this.outputs.filter((name) => !samples.has(name));
    const begun = performance.now();
    const outputs = await this.session.run(feeds, fetches);
    const updates = state.update(outputs, step + 1);
    const norms = state.updateStatistics(outputs);
    reader?.event({ step, ms: 0, outputs, sampled, updates, norms });
    return performance.now() - begun;
  }

  release(): Promise<void> {
    return this.session.release();
  }
}

/** Milliseconds of the fastest of 20 products of 1024 x 1024 matrices. */
async function fastestProduct(runtime: Runtime): Promise<number> {
  const graph = new MutableGraph();
  graph.opsets.set('', 18);
  const feeds = new Map<string, HostTensor>();
  for (const name of ['a', 'b']) {
    graph.addInput(name, { kind: 'tensor', dtype: 'float32', shape: [1024, 1024] });
    feeds.set(name, { dtype: 'float32', dims: [1024, 1024], data: new Float32Array(1024 ** 2).fill(0.5) });
  }
  const product = graph.add('MatMul', ['a', 'b']);
  graph.addOutput(product, { kind: 'tensor', dtype: 'float32' });
  const session = await runtime.createSession(await encodeOnnx(graph));
  let fastest = Infinity;
  for (let i = 0; i < 20; i++) {
    const begun = performance.now();
    await session.run(feeds, [product]);
    fastest = Math.min(fastest, performance.now() - begun);
  }
  await session.release();
  return fastest;
}

/** "2.41x (2.38 to 2.55)". */
function spread(ratios: readonly number[]): string {
  const sorted = [...ratios].sort((a, b) => a - b);
  const [least, median, largest] = [sorted[0], sorted[sorted.length >> 1], sorted[sorted.length - 1]];
  return `${median.toFixed(2)}x (${least.toFixed(2)} to ${largest.toFixed(2)})`;
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

async function compare(name: NetworkName): Promise<void> {
  const native = nativeRuntime(threads);
  const wasm = wasmRuntime(threads);
  const { flops } = networks[name]();
  const ratios = { floor: [] as number[], floorWith: [] as number[], statistics: [] as number[], wasm: [] as number[] };
  const times: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const plain = await Runner.create(networks[name](), native, BATCH, false);
    const full = await Runner.create(networks[name](), native, BATCH, true);
    const web = await Runner.create(networks[name](), wasm, BATCH, true);
    const [plainMs, fullMs, webMs]: number[][] = [[], [], []];
    const products: number[] = [];
    for (let step = 0; step < steps; step++) {
      // the turn changes: the second of two finds the caches as the first left them
      const order = step % 2 === 0 ? [plain, full] : [full, plain];
      for (const runner of order) (runner === plain ? plainMs : fullMs).push(await runner.step());
      if (step % SAMPLED === 0) products.push(await fastestProduct(native));
      if (step % 5 === 0) webMs.push(await web.step());
    }
    const product = Math.min(...products);
    const floor = ((3 * BATCH * flops) / (2 * 1024 ** 3)) * product;
    ratios.floor.push(Math.min(...plainMs) / floor);
    ratios.floorWith.push(Math.min(...fullMs) / floor);
    ratios.statistics.push(mean(fullMs) / mean(plainMs));
    ratios.wasm.push(Math.min(...webMs.slice(1)) / Math.min(...fullMs));
    times.push(Math.min(...plainMs));
    if (repeat === 0) {
      console.log(
        `${name}, batch ${BATCH}, ${threads} threads: ${full.nodes} nodes (${plain.nodes} without statistics), session in ` +
          `${full.createMs.toFixed(0)} ms (${plain.createMs.toFixed(0)}), WASM ${web.createMs.toFixed(0)} ms`,
      );
    }
    for (const runner of [plain, full, web]) await runner.release();
  }
  const fastest = Math.min(...times);
  console.log(`  step without statistics ${spread(ratios.floor)} the floor (fastest ${fastest.toFixed(0)} ms)`);
  console.log(`  step with statistics    ${spread(ratios.floorWith)} the floor`);
  console.log(
    `  statistics, mean over ${steps} steps, histograms every ${SAMPLED}th: ${spread(ratios.statistics)} the step`,
  );
  console.log(`  WASM ${spread(ratios.wasm)} native, both with statistics`);
  const peak = execFileSync(process.execPath, [...process.execArgv, __filename, '--memory', name], {
    encoding: 'utf8',
  });
  console.log(`  peak memory of a process that takes three steps: ${peak.trim()}`);
}

/** How session creation and step grow with the depth of a network of small convolutions. */
async function growth(): Promise<void> {
  console.log('Depth, convolutions of 8 channels on 8 x 8, batch 8, native, with statistics:');
  let first: { create: number; step: number } | undefined;
  for (const depth of DEPTHS) {
    const runner = await Runner.create(narrow(depth), nativeRuntime(threads), 8, true);
    const ms: number[] = [];
    for (let i = 0; i < 11; i++) ms.push(await runner.step());
    const here = { create: runner.createMs / depth, step: Math.min(...ms) / depth };
    first ??= here;
    console.log(
      `  ${String(depth).padStart(3)} layers, ${runner.nodes} nodes: session ${runner.createMs.toFixed(0)} ms, per layer ` +
        `${(here.create / first.create).toFixed(2)}x that of ${DEPTHS[0]}; step ${Math.min(...ms).toFixed(1)} ms, per layer ${(here.step / first.step).toFixed(2)}x`,
    );
    await runner.release();
  }
}

/** Prints what three steps add to the memory of the process. */
async function memory(name: NetworkName): Promise<void> {
  const before = process.memoryUsage().rss;
  const runner = await Runner.create(networks[name](), nativeRuntime(threads), BATCH, true);
  for (let i = 0; i < 3; i++) await runner.step();
  // the runtime keeps what it once had, so this is its peak; the process's own peak may be that of loading
  const after = process.memoryUsage().rss;
  console.log(`${(after / 2 ** 20).toFixed(0)} MB, ${((after - before) / 2 ** 20).toFixed(0)} MB of them for the step`);
}

async function main(): Promise<void> {
  if (args.memory !== undefined) return memory(args.memory as NetworkName);
  for (const name of Object.keys(networks) as NetworkName[]) await compare(name);
  await growth();
}

void main();
