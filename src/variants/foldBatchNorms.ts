import type { MutableGraph, MutableNode } from '../ir/mutableGraph';
import type { Layer } from '../layers/layerView';
import { say } from '../texts/say';
import { ConstantEditor } from './constantEditor';
import { editEach, LeaveAlone, type FixReport } from './editReport';
import { emptyLike, type Floats } from './floatTensor';
import { biasOrZeros, LinearNode } from './linearNode';
import { floatOf } from './opset18/conversion';

/** A batch norm, and the linear layer before or after it that it is to be multiplied into. */
export interface BatchNormFold {
  readonly norm: Layer;
  readonly linear: Layer;
  /** Where the linear layer stands. */
  readonly side: 'before' | 'after';
}

/** What a norm does to each channel in inference: factor * x + addend. */
interface Affine {
  readonly factor: Floats;
  readonly addend: Floats;
}

/**
 * Multiplies batch norms in inference form into the weights and the bias of their neighbours, in place: of the layer before,
 * w' = w * factor and b' = b * factor + addend for each output channel; of the layer after, w' = w * factor for each input
 * channel and b' = b + sum of w * addend. The norm's output keeps its name, or the linear layer's where that comes after.
 * A scale and a shift in nodes of their own behind the norm go with it.
 *
 * @param graph as it was when the layers were recognized in it
 * @param folds pairs that can be folded (normFolding.ts judges that)
 */
export async function foldBatchNorms(graph: MutableGraph, folds: readonly BatchNormFold[]): Promise<FixReport> {
  const editor = new ConstantEditor(graph);
  const { nodes } = graph;
  const linears = new Map<Layer, LinearNode>();
  const report = await editEach(
    folds,
    ({ norm, linear, side }) => ({ layer: norm, result: side === 'before' ? norm : linear }),
    async ({ norm, linear, side }) => {
      const known = linears.get(linear) ?? LinearNode.of(linear, nodes, editor);
      linears.set(linear, known);
      const norms = norm.nodes.map((n) => nodes[n]);
      if (side === 'before') await intoLayerBefore(norms, known, editor);
      else await intoLayerAfter(norms, known, editor);
    },
  );
  editor.finish();
  return report;
}

async function intoLayerBefore(
  norms: readonly MutableNode[],
  linear: LinearNode,
  editor: ConstantEditor,
): Promise<void> {
  requireOnlyPath(linear.output, norms[0].inputs[0], editor);
  const weight = await linear.weight();
  const { factor, addend } = await affineOf(norms, weight.outputs, editor);
  const bias = biasOrZeros(await linear.bias(weight.outputs), weight.values, weight.outputs);
  const scaled = emptyLike(weight.values);
  weight.stretches((begin, end, _, output) => {
    for (let i = begin; i < end; i++) scaled[i] = weight.values[i] * factor[output];
  });
  const shifted = Float64Array.from(bias, (b, c) => b * factor[c] + addend[c]);
  requireFinite(scaled, shifted);

  linear.setWeight({ ...weight, values: scaled });
  linear.setBias({ dtype: weight.dtype, dims: [shifted.length], values: shifted });
  linear.setOutput(norms.at(-1)!.outputs[0]);
  editor.remove(norms.at(-1)!);
}

async function intoLayerAfter(
  norms: readonly MutableNode[],
  linear: LinearNode,
  editor: ConstantEditor,
): Promise<void> {
  const weight = await linear.weight();
  const { factor, addend } = await affineOf(norms, weight.inputs, editor);
  const bias = biasOrZeros(await linear.bias(weight.outputs), weight.values, weight.outputs);
  const scaled = emptyLike(weight.values);
  const shifted = Float64Array.from(bias);
  const { alpha } = linear;
  weight.stretches((begin, end, input, output) => {
    for (let i = begin; i < end; i++) {
      scaled[i] = weight.values[i] * factor[input];
      shifted[output] += alpha * weight.values[i] * addend[input];
    }
  });
  requireFinite(scaled, shifted);

  linear.setWeight({ ...weight, values: scaled });
  linear.setBias({ dtype: weight.dtype, dims: [shifted.length], values: shifted });
  editor.setInput(linear.node, 0, norms[0].inputs[0]);
}

/** The norm and the scale and shift behind it as one factor and one addend for each channel. */
async function affineOf(norms: readonly MutableNode[], channels: number, editor: ConstantEditor): Promise<Affine> {
  const [norm, ...others] = norms;
  const [scale, shift, mean, variance] = await Promise.all(
    norm.inputs.slice(1, 5).map((name) => editor.perChannel(name, channels)),
  );
  if (!scale || !shift || !mean || !variance)
    throw new LeaveAlone(say`the file does not hold its parameters as one number for each channel`);
  const epsilon = floatOf(norm, 'epsilon', 1e-5);
  const factor = Float64Array.from(scale, (s, c) => s / Math.sqrt(variance[c] + epsilon));
  const addend = Float64Array.from(shift, (s, c) => s - mean[c] * factor[c]);
  let [value] = norm.outputs;
  for (const node of others) {
    if (node.opType === 'Mul' || node.opType === 'Add') {
      const constant = await editor.perChannel(node.inputs[node.inputs[0] === value ? 1 : 0], channels);
      if (constant === undefined) throw new LeaveAlone(say`the file does not hold what its ${node.opType} reads`);
      for (let c = 0; c < channels; c++) {
        if (node.opType === 'Mul') factor[c] *= constant[c];
        addend[c] = node.opType === 'Mul' ? addend[c] * constant[c] : addend[c] + constant[c];
      }
    } else if (node.opType !== 'Identity') throw new LeaveAlone(say`a ${node.opType} is part of it`);
    [value] = node.outputs;
  }
  return { factor, addend };
}

/** From the layer's output to the norm's input only nodes that change nothing stand, and nothing else reads on the way. */
function requireOnlyPath(from: string, to: string, editor: ConstantEditor): void {
  for (let value = to; ;) {
    if (editor.readersOf(value) > 1) throw new LeaveAlone(say`${value}, which it reads, is also read elsewhere`);
    if (value === from) return;
    const node = editor.producer(value);
    if (node === undefined || node.inputs.length !== 1) throw new LeaveAlone(say`it does not read ${from} itself`);
    [value] = node.inputs;
  }
}

function requireFinite(...numbers: readonly Floats[]): void {
  const isFinite = (v: number) => v - v === 0;
  if (numbers.some((values) => !values.every(isFinite)))
    throw new LeaveAlone(say`the folded weights would not be finite`);
}
