// Prints what a training step costs, as ratios of figures of one run:
//   npm run bench:train [-- --threads 2] [--repeats 3] [--quick]
// The floor of a step is three times the forward pass's multiplications at the rate of the fastest of 20 products of
// 1024 x 1024 matrices in the same process with the same threads; WebAssembly has a floor of its own, at the rate of its own products.
// Runs that are compared take turns, so that other load on the machine hits all of them; every ratio is printed as its median over
// the repeats with the least and the largest. Beside the clock stands the processor's time, all threads together: on a machine that
// others use as well it is the truer of the two.
// Beside it: PyTorch, where the Python on the path (or that PYTHON names) has it, and TensorFlow.js on its JavaScript backend; its
// WebAssembly backend cannot train a convolution (it has no kernel Conv2DBackpropFilter).
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { channelBlock } from '../../src/engine/channelBlock';
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
import { tfjsStep, torchSteps, type StepTime } from './train/others';

const BATCH = 32;
const STEPS = 50;
/** Every so many steps have histograms. */
const SAMPLED = 10;
const DEPTHS = [10, 25, 50, 100, 200];
const BATCHES = [1, 8, 32, 128];
/** Steps, after which V8 has replaced its quick translation of the kernels, half again as slow, with the optimized one. */
const WASM_WARM_UP = 12;

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
    const training = buildTrainingStep(model, view, { batch, seed: 1, channelBlock: await channelBlock(runtime) });
    const graph = training.graph.copy();
    if (!statistics) {
      const measured = [training.activations, training.gradients].flatMap((l) => (l ? [l.moments, ...l.samples] : []));
      const left = new Set([...measured, training.units?.active, training.units?.means]);
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

  /** The time of one step: the network forward and backward, the update, the statistics read. The data are made before. */
  async step(): Promise<StepTime> {
    const { training, state, reader } = this;
    const step = this.count++;
    const sampled = reader !== undefined && step % SAMPLED === 0;
    const feeds = new Map<string, HostTensor>();
    for (const source of [this.data.feeds(step), state.feeds()]) {
      for (const [name, tensor] of source) if (this.inputs.has(name)) feeds.set(name, tensor);
    }
    const samples = new Set([training.activations, training.gradients].flatMap((layout) => layout?.samples ?? []));
    const fetches = sampled ? this.outputs : this.outputs.filter((name) => !samples.has(name));
    const stop = clock();
    const outputs = await this.session.run(feeds, fetches);
    const updates = state.update(outputs, step + 1);
    const norms = state.updateStatistics(outputs);
    reader?.event({ step, ms: 0, outputs, sampled, updates, norms });
    return stop();
  }

  release(): Promise<void> {
    return this.session.release();
  }
}

/** Starts measuring; what it returns stops. */
function clock(): () => StepTime {
  const [begun, before] = [performance.now(), process.cpuUsage()];
  return () => {
    const used = process.cpuUsage(before);
    return { wall: performance.now() - begun, cpu: (used.user + used.system) / 1000 };
  };
}

/** The least of each of the two times. */
function fastest(times: readonly StepTime[]): StepTime {
  return { wall: Math.min(...times.map((t) => t.wall)), cpu: Math.min(...times.map((t) => t.cpu)) };
}

/** The fastest of 20 products of 1024 x 1024 matrices. */
async function fastestProduct(runtime: Runtime): Promise<StepTime> {
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
  const times: StepTime[] = [];
  for (let i = 0; i < 20; i++) {
    const stop = clock();
    await session.run(feeds, [product]);
    times.push(stop());
  }
  await session.release();
  return fastest(times);
}

/** "2.41x (2.38 to 2.55)". */
function spread(ratios: readonly number[]): string {
  const sorted = [...ratios].sort((a, b) => a - b);
  const [least, median, largest] = [sorted[0], sorted[sorted.length >> 1], sorted[sorted.length - 1]];
  return `${median.toFixed(2)}x (${least.toFixed(2)} to ${largest.toFixed(2)})`;
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const wall = (t: StepTime) => t.wall;
const cpu = (t: StepTime) => t.cpu;

async function compare(name: NetworkName): Promise<void> {
  const native = nativeRuntime(threads);
  const wasm = wasmRuntime(threads);
  const { flops, graph } = networks[name]();
  const multiples = (3 * BATCH * flops) / (2 * 1024 ** 3);
  const kinds = ['plain', 'full', 'web'] as const;
  const products = ['product', 'webProduct'] as const;
  const repeated: Record<(typeof kinds)[number] | (typeof products)[number], StepTime[][]> = {
    plain: [],
    full: [],
    web: [],
    product: [],
    webProduct: [],
  };
  for (let repeat = 0; repeat < repeats; repeat++) {
    const runners = {
      plain: await Runner.create(networks[name](), native, BATCH, false),
      full: await Runner.create(networks[name](), native, BATCH, true),
      web: await Runner.create(networks[name](), wasm, BATCH, true),
    };
    const { plain, full, web } = runners;
    const times: Record<keyof typeof repeated, StepTime[]> = {
      plain: [],
      full: [],
      web: [],
      product: [],
      webProduct: [],
    };
    for (let step = 0; step < WASM_WARM_UP; step++) await web.step();
    for (let step = 0; step < steps; step++) {
      // the turn changes: the second of two finds the caches as the first left them
      for (const kind of step % 2 === 0 ? (['plain', 'full'] as const) : (['full', 'plain'] as const)) {
        times[kind].push(await runners[kind].step());
      }
      if (step % SAMPLED === 0) {
        times.product.push(await fastestProduct(native));
        times.webProduct.push(await fastestProduct(wasm));
      }
      if (step % 5 === 0) times.web.push(await web.step());
    }
    for (const kind of [...kinds, ...products]) repeated[kind].push(times[kind]);
    if (repeat === 0) {
      console.log(
        `${name}, batch ${BATCH}, ${threads} threads: ${full.nodes} nodes (${plain.nodes} without statistics), session in ` +
          `${full.createMs.toFixed(0)} ms (${plain.createMs.toFixed(0)}), WASM ${web.createMs.toFixed(0)} ms`,
      );
    }
    for (const kind of kinds) await runners[kind].release();
  }
  /** The figure of each repeat, by the clock and by the processor's time. */
  const line = (what: string, figure: (repeat: number, time: (t: StepTime) => number) => number) => {
    const [byWall, byCpu] = [wall, cpu].map((time) => spread(repeated.plain.map((_, repeat) => figure(repeat, time))));
    console.log(`  ${what} ${byWall}, by the processor's time ${byCpu}`);
  };
  const least = (kind: keyof typeof repeated, repeat: number, time: (t: StepTime) => number) =>
    time(fastest(repeated[kind][repeat]));
  const fastestStep = fastest(repeated.plain.flat());
  line('step without statistics, of the floor:', (r, t) => least('plain', r, t) / (multiples * least('product', r, t)));
  line('step with statistics, of the floor:', (r, t) => least('full', r, t) / (multiples * least('product', r, t)));
  line(
    `statistics, mean over ${steps} steps, histograms every ${SAMPLED}th, of the step:`,
    (r, t) => mean(repeated.full[r].map(t)) / mean(repeated.plain[r].map(t)),
  );
  line(
    'WASM, step with statistics, of its own floor:',
    (r, t) => least('web', r, t) / (multiples * least('webProduct', r, t)),
  );
  line('WASM, step with statistics, of the native one:', (r, t) => least('web', r, t) / least('full', r, t));
  line(
    'WASM, the product of matrices, of the native one:',
    (r, t) => least('webProduct', r, t) / least('product', r, t),
  );
  console.log(`  fastest step ${fastestStep.wall.toFixed(0)} ms, of the processor ${fastestStep.cpu.toFixed(0)} ms`);
  const torch = torchSteps(graph, BATCH, threads, steps);
  if (torch === undefined)
    console.log('  PyTorch: left out, there is no Python with it on the path (PYTHON names another)');
  else {
    const { wall: ms, cpu: processor } = fastest(torch);
    console.log(
      `  PyTorch's fastest step ${ms.toFixed(0)} ms, of the processor ${processor.toFixed(0)} ms: ours takes ` +
        `${(fastestStep.wall / ms).toFixed(2)}x, by the processor's time ${(fastestStep.cpu / processor).toFixed(2)}x`,
    );
  }
  if (name === 'ResNet-20') {
    const one = await tfjsStep(graph, 1);
    console.log(
      `  TensorFlow.js in JavaScript, batch 1: ${(one.wall / 1000).toFixed(1)} s; for ${BATCH} samples that is ` +
        `${((one.wall * BATCH) / fastestStep.wall).toFixed(0)}x ours, by the processor's time ${((one.cpu * BATCH) / fastestStep.cpu).toFixed(0)}x`,
    );
  }
  const peak = execFileSync(process.execPath, [...process.execArgv, __filename, '--memory', name], {
    encoding: 'utf8',
  });
  console.log(`  peak memory of a process that takes three steps: ${peak.trim()}`);
}

/** How session creation and step grow with the depth of a network of small convolutions, and the step with the batch. */
async function growth(): Promise<void> {
  const measure = async (depth: number, batch: number) => {
    const runner = await Runner.create(narrow(depth), nativeRuntime(threads), batch, true);
    const times: StepTime[] = [];
    for (let i = 0; i < 11; i++) times.push(await runner.step());
    await runner.release();
    return { create: runner.createMs, step: fastest(times).wall, nodes: runner.nodes };
  };
  console.log('Depth, convolutions of 8 channels on 8 x 8, batch 8, native, with statistics:');
  let first: { create: number; step: number } | undefined;
  for (const depth of DEPTHS) {
    const { create, step, nodes } = await measure(depth, 8);
    first ??= { create: create / depth, step: step / depth };
    console.log(
      `  ${String(depth).padStart(3)} layers, ${nodes} nodes: session ${create.toFixed(0)} ms, per layer ` +
        `${(create / depth / first.create).toFixed(2)}x that of ${DEPTHS[0]}; step ${step.toFixed(1)} ms, per layer ${(step / depth / first.step).toFixed(2)}x`,
    );
  }
  console.log('Batch, the same with 25 layers:');
  for (const batch of BATCHES) {
    const { step } = await measure(25, batch);
    console.log(
      `  ${String(batch).padStart(3)} samples: step ${step.toFixed(1)} ms, ${(step / batch).toFixed(2)} ms a sample`,
    );
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
