import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import * as ort from 'onnxruntime-node';
import type { MutableGraph } from '../../src/ir/mutableGraph';
import { noise } from './runGraph';

/** Real models beside the repository; tests that use them are skipped where they are not there. */
const folder = path.resolve(__dirname, '../../../shared/models');

/** Paths of the corpus' well-formed ONNX files, absolute. */
export function corpusOnnxFiles(): string[] {
  const manifest = path.join(folder, 'manifest.json');
  if (!existsSync(manifest)) return [];
  const entries = JSON.parse(readFileSync(manifest, 'utf8')) as { path: string; format: string }[];
  return entries
    .filter((e) => e.format === 'onnx' && !e.path.startsWith('malformed/'))
    .map((e) => path.join(folder, e.path));
}

/** A size for every axis of every input (open ones: batch 1, pictures of side 64, lengths of 8), and values to feed. */
export function corpusFeeds(graph: MutableGraph): { shapes: Map<string, number[]>; feeds: Record<string, ort.Tensor> } {
  const shapes = new Map<string, number[]>();
  const feeds: Record<string, ort.Tensor> = {};
  for (const { name, type } of graph.inputs) {
    const dims = (type.shape ?? []).map((d, axis) =>
      typeof d === 'number' && d > 0 ? d : axis === 0 ? 1 : type.shape!.length === 4 ? 64 : 8,
    );
    shapes.set(name, dims);
    const count = dims.reduce((a, b) => a * b, 1);
    const small = <T>(make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));
    const data: Partial<Record<string, () => ort.Tensor.DataType>> = {
      float32: () => noise(count, 5),
      float64: () => Float64Array.from(noise(count, 5)),
      float16: () => new Uint16Array(count).fill(0x3800),
      int64: () => BigInt64Array.from(small((i) => BigInt(i % 2))),
      int32: () => Int32Array.from(small((i) => i % 2)),
      uint8: () => Uint8Array.from(small((i) => i % 256)),
      int8: () => Int8Array.from(small((i) => i % 100)),
      bool: () => new Uint8Array(count).fill(1),
    };
    const values = data[type.dtype ?? '']?.();
    if (values) feeds[name] = new ort.Tensor(type.dtype as ort.Tensor.Type, values, dims);
  }
  return { shapes, feeds };
}

/** Opens a session on a file or on bytes; undefined where ONNX Runtime refuses. */
export async function trySession(model: string | Uint8Array): Promise<ort.InferenceSession | undefined> {
  const options = { graphOptimizationLevel: 'disabled', enableMemPattern: false, logSeverityLevel: 4 } as const;
  try {
    return typeof model === 'string'
      ? await ort.InferenceSession.create(model, options)
      : await ort.InferenceSession.create(model, options);
  } catch {
    return undefined;
  }
}

/** Runs a session; undefined where the runtime refuses. */
export async function tryRun(
  session: ort.InferenceSession,
  feeds: Record<string, ort.Tensor>,
): Promise<ort.InferenceSession.OnnxValueMapType | undefined> {
  try {
    return await session.run(feeds);
  } catch {
    return undefined;
  }
}
