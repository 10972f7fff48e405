import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { encodeOnnx } from '../../../src/formats/onnx/onnxWriter';
import type { MutableGraph } from '../../../src/ir/mutableGraph';
import { elementCount, float32Tensor } from '../../../src/ir/tensor';
import { parseGraph } from '../../../src/ir/textForm';
import { Random } from '../../../src/training/random';

/** Conv, BatchNormalization and ReLU twice, then a classifier: weights are declared, `withWeights` fills them. */
export const convNet = `<ir_version: 8, opset_import: ["" : 18]>
  net (float[N,3,8,8] x) => (float[N,4] y)
  <float[6,3,3,3] w1, float[6] s1, float[6] t1, float[6] m1, float[6] v1,
   float[8,6,3,3] w2, float[8] s2, float[8] t2, float[8] m2, float[8] v2, float[4,8] w3, float[4] b3>
  { c1 = Conv <pads = [1,1,1,1]> (x, w1)
    n1 = BatchNormalization <momentum = 0.8> (c1, s1, t1, m1, v1)
    r1 = Relu (n1)
    c2 = Conv <strides = [2,2], pads = [1,1,1,1]> (r1, w2)
    n2 = BatchNormalization (c2, s2, t2, m2, v2)
    r2 = Tanh (n2)
    g = GlobalAveragePool (r2)
    f = Flatten (g)
    h = Gemm <transB = 1> (f, w3, b3)
    y = Softmax <axis = 1> (h) }`;

/** A convolution, a batch norm and a ReLU over and over: long to differentiate and to compile. */
export function deepNet(blocks: number): string {
  const each = Array.from({ length: blocks }, (_, i) => i);
  const constants = each.map(
    (i) => `float[6,6,3,3] w${i}, float[6] s${i}, float[6] t${i}, float[6] m${i}, float[6] v${i}`,
  );
  const nodes = each.map(
    (i) => `c${i} = Conv <pads = [1,1,1,1]> (x${i}, w${i})
      n${i} = BatchNormalization (c${i}, s${i}, t${i}, m${i}, v${i})
      x${i + 1} = Relu (n${i})`,
  );
  return `<ir_version: 8, opset_import: ["" : 18]> net (float[N,6,8,8] x0) => (float[N,6,8,8] x${blocks})
    <${constants.join(', ')}> { ${nodes.join('\n')} }`;
}

/** The graph of a text with all its float initializers filled: running variances positive, everything else small and random. */
export function withWeights(text: string, seed = 1): MutableGraph {
  const graph = parseGraph(text).toMutable();
  const random = new Random(seed);
  for (const [name, { dtype, dims }] of graph.initializers) {
    if (dtype !== 'float32') continue;
    const values = random.normals(elementCount(dims), 0.5);
    if (/^[vs]\d/.test(name)) values.forEach((v, i) => (values[i] = 1 + Math.abs(v)));
    graph.initializers.set(name, float32Tensor(name, dims, values));
  }
  return graph;
}

/** Files in a folder of their own, which is removed after the tests of the calling `describe`. */
export function temporaryFolder(): { write(name: string, bytes: Uint8Array): string } {
  let folder: string | undefined;
  after(() => {
    if (folder !== undefined) fs.rmSync(folder, { recursive: true, force: true });
  });
  return {
    write(name, bytes) {
      folder ??= fs.mkdtempSync(path.join(os.tmpdir(), 'normscope-'));
      const file = path.join(folder, name);
      fs.writeFileSync(file, bytes);
      return file;
    },
  };
}

export async function writeModel(
  folder: ReturnType<typeof temporaryFolder>,
  name: string,
  graph: MutableGraph,
): Promise<string> {
  return folder.write(name, await encodeOnnx(graph));
}
