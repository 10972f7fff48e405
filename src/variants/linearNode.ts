import type { MutableNode } from '../ir/mutableGraph';
import type { Layer } from '../layers/layerView';
import { say } from '../texts/say';
import type { ConstantEditor, StoredNumbers } from './constantEditor';
import { LeaveAlone } from './editReport';
import { emptyLike, type Floats } from './floatTensor';
import { floatOf, intOf } from './opset18/conversion';

/** Calls back for each stretch of a weight, from `begin` to before `end`, that joins one input channel and one output channel. */
type Stretches = (visit: (begin: number, end: number, input: number, output: number) => void) => void;

interface Weight extends StoredNumbers {
  readonly inputs: number;
  readonly outputs: number;
  readonly stretches: Stretches;
}

/**
 * A linear layer in a graph that is being edited: Conv 1, ConvTranspose 1, Gemm 6 or MatMul with a matrix, and the Add of a
 * constant that may follow as its bias.
 */
export class LinearNode {
  /** The node that adds the bias, where it is one of its own. */
  private adds: MutableNode | undefined;

  private constructor(
    readonly node: MutableNode,
    private readonly editor: ConstantEditor,
  ) {}

  /**
   * @param nodes the graph's nodes as they were when its layers were recognized
   * @throws LeaveAlone for other operators
   */
  static of(layer: Layer, nodes: readonly MutableNode[], editor: ConstantEditor): LinearNode {
    const [node, adds] = layer.nodes.map((n) => nodes[n]);
    const known = ['Conv', 'ConvTranspose', 'Gemm', 'MatMul'].includes(node.opType) && node.domain === '';
    if (!known) throw new LeaveAlone(say`${layer.id} is a ${node.opType}, whose parameters are not edited`);
    const linear = new LinearNode(node, editor);
    linear.adds = adds;
    return linear;
  }

  get opType(): string {
    return this.node.opType;
  }

  get output(): string {
    return (this.adds ?? this.node).outputs[0];
  }

  /** The weight's numbers and what channels they belong to. */
  async weight(): Promise<Weight> {
    const stored = await this.editor.numbers(this.node.inputs[1]);
    if (stored === undefined)
      throw new LeaveAlone(say`the file does not hold the weight as plain floating-point numbers`);
    const { dims } = stored;
    const [rows, columns] = dims;
    const isMatrix = this.opType === 'Gemm' || this.opType === 'MatMul';
    const groups = isMatrix ? 1 : intOf(this.node, 'group', 1);
    // a weight without elements may state any number of rows
    const fits = (isMatrix ? dims.length === 2 : dims.length > 2) && groups > 0 && rows % groups === 0;
    if (!fits || stored.values.length === 0) throw new LeaveAlone(say`the sizes of the weight do not fit the operator`);
    const rowsAreOutputs = this.opType === 'Conv' || (this.opType === 'Gemm' && intOf(this.node, 'transB', 0) !== 0);
    const [inputs, outputs] = rowsAreOutputs ? [columns * groups, rows] : [rows, columns * groups];
    return { ...stored, inputs, outputs, stretches: stretchesOf(dims, groups, rowsAreOutputs) };
  }

  /** What is added to each of `size` output channels, the factor of a Gemm included; undefined without a bias. */
  async bias(size: number): Promise<Floats | undefined> {
    const { adds, editor, node } = this;
    const name = adds === undefined ? node.inputs[2] || undefined : adds.inputs[this.biasInput(adds)];
    if (name === undefined) return undefined;
    const values = await editor.perChannel(name, size);
    const dims = editor.constant(name)?.dims;
    // Gemm also takes a bias of one number for each row of the batch
    const perRow =
      adds === undefined && this.opType === 'Gemm' && size > 1 && (dims?.length ?? 2) > 1 && dims?.at(-1) !== size;
    if (values === undefined || (perRow && values.some((v) => v !== values[0])))
      throw new LeaveAlone(say`the file does not hold its bias as one number for each channel`);
    const beta = adds === undefined && this.opType === 'Gemm' ? floatOf(node, 'beta', 1) : 1;
    return beta === 1 ? values : values.map((b) => b * beta);
  }

  /** What a Gemm multiplies its product with. */
  get alpha(): number {
    return this.opType === 'Gemm' ? floatOf(this.node, 'alpha', 1) : 1;
  }

  setWeight(numbers: StoredNumbers): void {
    this.editor.setNumbers(this.node, 1, numbers, 'weight');
  }

  /** Gives the layer this bias [C]; a MatMul without one gets an Add, and the layer's output keeps its name. */
  setBias(numbers: StoredNumbers): void {
    const { editor, node } = this;
    const hint = `${node.name || this.output}/bias`;
    if (this.adds !== undefined) {
      // for a convolution the bias goes inside, since [C] would not line up with its channels
      if (this.opType === 'MatMul') return editor.setNumbers(this.adds, this.biasInput(this.adds), numbers, hint);
      this.dropAdd();
    }
    if (this.opType !== 'MatMul') {
      node.attributes.delete('beta');
      return editor.setNumbers(node, 2, numbers, hint);
    }
    const output = node.outputs[0];
    editor.setOutput(node, 0, editor.graph.freshName(`${output}/product`));
    this.adds = editor.graph.makeNode('Add', [node.outputs[0], ''], {}, { outputs: [output], origin: node.origin });
    editor.insertAfter(node, this.adds);
    editor.setNumbers(this.adds, 1, numbers, hint);
  }

  /** The operator has to be able to do without. */
  dropBias(): void {
    if (this.adds !== undefined) return this.dropAdd();
    this.node.attributes.delete('beta');
    this.editor.setInput(this.node, 2, '');
  }

  /** Makes the layer compute the value `name`. */
  setOutput(name: string): void {
    this.editor.setOutput(this.adds ?? this.node, 0, name);
  }

  private dropAdd(): void {
    const { adds, editor, node } = this;
    const [output] = adds!.outputs;
    this.adds = undefined;
    editor.setOutput(node, 0, output);
    editor.remove(adds!);
  }

  private biasInput(adds: MutableNode): number {
    return adds.inputs[0] === this.node.outputs[0] ? 1 : 0;
  }
}

/**
 * Of a matrix, and of [M, C/groups, ...] (Conv) or [C, M/groups, ...] (ConvTranspose), whose columns count within the group that
 * their row belongs to.
 */
function stretchesOf(dims: readonly number[], groups: number, rowsAreOutputs: boolean): Stretches {
  const [rows, columns] = dims;
  const window = dims.slice(2).reduce((a, b) => a * b, 1);
  return (visit) => {
    let begin = 0;
    for (let row = 0; row < rows; row++) {
      const first = Math.floor(row / (rows / groups)) * columns;
      for (let column = first; column < first + columns; column++, begin += window) {
        if (rowsAreOutputs) visit(begin, begin + window, column, row);
        else visit(begin, begin + window, row, column);
      }
    }
  };
}

/** As many numbers as there are channels, zeros without a bias. */
export function biasOrZeros(bias: Floats | undefined, weight: Floats, channels: number): Floats {
  return bias ?? emptyLike(weight, channels);
}
