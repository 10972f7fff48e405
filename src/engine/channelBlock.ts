import { GradientBuilder } from '../autodiff/gradientBuilder';
import { weightGradient } from '../autodiff/weightGradient';
import { encodeOnnx } from '../formats/onnx/onnxWriter';
import { BLOCKED_DOMAIN } from '../ir/channelBlocks';
import type { ValueType } from '../ir/graph';
import { MutableGraph } from '../ir/mutableGraph';
import { elementCount, float32Tensor } from '../ir/tensor';
import type { Runtime } from './runtime';

/** What processors have: the floats of a vector register, or of two. */
const BLOCKS = [16, 8];

/** The processor does not change while the process runs: the native build is asked once. */
let ofNative: Promise<number> | undefined;

/**
 * How many channels make a block of the convolutions of a runtime (ir/channelBlocks.ts); 1 where it has none that work on blocks.
 * The runtime does not say. So it is asked for a small weight gradient in both forms, of integers: only with the right size of a block
 * do they agree to the last bit.
 */
export function channelBlock(runtime: Runtime): Promise<number> {
  // the WebAssembly build has no such convolutions
  if (runtime.facts.name === 'onnxruntime-web') return Promise.resolve(1);
  return (ofNative ??= findBlock(runtime));
}

async function findBlock(runtime: Runtime): Promise<number> {
  for (const block of BLOCKS) if (await agrees(runtime, block)) return block;
  return 1;
}

async function agrees(runtime: Runtime, block: number): Promise<boolean> {
  const graph = new MutableGraph();
  graph.opsets.set('', 18).set(BLOCKED_DOMAIN, 1);
  const types = new Map<string, ValueType>();
  for (const [name, shape] of [
    ['x', [block, 2 * block, 4, 5]],
    ['dy', [block, block, 4, 5]],
  ] as const) {
    const values = Float32Array.from({ length: elementCount(shape) }, (_, i) => ((i * 7919) % 5) - 2);
    graph.addInitializer(float32Tensor(name, shape, values));
  }
  // not 3 x 3 taps, which have a form that rounds (autodiff/winograd.ts)
  const conv = { group: 1, kernel: [3, 2], strides: [1, 1], dilations: [1, 1], before: [1, 1] };
  const forms = [1, block].map((size) => weightGradient('x', 'dy', conv, new GradientBuilder(graph, types, size)));
  for (const form of forms) graph.addOutput(form, { kind: 'tensor', dtype: 'float32' });
  try {
    const session = await runtime.createSession(await encodeOnnx(graph), { optimization: 'disabled' });
    const results = await session.run(new Map(), forms);
    await session.release();
    const [expected, found] = forms.map((form) => results.get(form)!.data);
    return expected.every((value, i) => value === found[i]);
  } catch {
    return false; // no such operators, or not for blocks of this size
  }
}
