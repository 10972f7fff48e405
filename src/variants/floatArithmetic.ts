import { attribute, type Attribute } from '../ir/attribute';
import { dataTypeCode } from '../ir/dataType';
import type { MutableGraph, MutableNode } from '../ir/mutableGraph';
import { elementCount, float32Tensor } from '../ir/tensor';
import { floatsAtHand } from '../ir/tensorValues';
import { intOf } from './nodeAttributes';
import { floatLstm } from './quantizedNetworks';
import { Rewriter } from './rewriter';

/** Operators that rearrange or select integers and mean the same on what these stand for. */
const PASSING: ReadonlySet<string> = new Set([
  'Flatten',
  'Identity',
  'MaxPool',
  'Reshape',
  'Slice',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
]);

/** Such operators in a row that are looked through; a broken file may have a ring of them. */
const MOST_PASSED = 16;

/** An operator on quantized tensors: its float counterpart, where its tensors stand, and where its output's scale does. */
interface QuantizedOperator {
  readonly domain: string;
  readonly float: string;
  /** First of value, scale and zero point of each input. */
  readonly operands: readonly number[];
  /** The scale of the output, whose zero point follows; undefined where the output is a float. */
  readonly output?: number;
  /** Integers in units of the product of the first two scales. */
  readonly bias?: number;
}

const MICROSOFT = 'com.microsoft';

const quantizedOperators: Readonly<Record<string, QuantizedOperator>> = {
  QLinearConv: { domain: '', float: 'Conv', operands: [0, 3], output: 6, bias: 8 },
  QLinearMatMul: { domain: '', float: 'MatMul', operands: [0, 3], output: 6 },
  QGemm: { domain: MICROSOFT, float: 'Gemm', operands: [0, 3], output: 7, bias: 6 },
  QLinearAdd: { domain: MICROSOFT, float: 'Add', operands: [0, 3], output: 6 },
  QLinearMul: { domain: MICROSOFT, float: 'Mul', operands: [0, 3], output: 6 },
  QLinearSigmoid: { domain: MICROSOFT, float: 'Sigmoid', operands: [0], output: 3 },
  QLinearLeakyRelu: { domain: MICROSOFT, float: 'LeakyRelu', operands: [0], output: 3 },
  QLinearGlobalAveragePool: { domain: MICROSOFT, float: 'GlobalAveragePool', operands: [0], output: 3 },
  QLinearAveragePool: { domain: MICROSOFT, float: 'AveragePool', operands: [0], output: 3 },
};

/**
 * Rewrites arithmetic on quantized integers as arithmetic on the numbers that these stand for, between QuantizeLinear and
 * DequantizeLinear, in place: QLinearConv, QLinearMatMul, MatMulInteger, ConvInteger, and of com.microsoft what ONNX Runtime's quantizer
 * writes. Values are the same up to the rounding of float32; weights can be trained, and gradients pass what is quantized straight
 * through (see quantizedForms.ts). Values and nodes keep their names.
 * @returns how many nodes were rewritten
 */
export function toFloatArithmetic(graph: MutableGraph): number {
  if (!graph.nodes.some(isOfIntegers)) return 0;
  return new FloatArithmetic(graph).run();
}

function isOfIntegers({ domain, opType }: MutableNode): boolean {
  if (domain === '' && (opType === 'MatMulInteger' || opType === 'ConvInteger')) return true;
  if (domain === MICROSOFT && (opType === 'DynamicQuantizeMatMul' || opType === 'MatMulIntegerToFloat')) return true;
  if (domain === MICROSOFT && ['QLinearConcat', 'QAttention', 'DynamicQuantizeLSTM'].includes(opType)) return true;
  return Object.hasOwn(quantizedOperators, opType) && quantizedOperators[opType].domain === domain;
}

/** False for nodes of a broken file that lack a value or a scale. */
function hasOperands({ opType, inputs }: MutableNode): boolean {
  const needed: Readonly<Record<string, readonly number[]>> = {
    MatMulInteger: [0, 1],
    ConvInteger: [0, 1],
    DynamicQuantizeMatMul: [0, 1, 2],
    MatMulIntegerToFloat: [0, 1, 2, 3],
    QLinearConcat: [0, 2, 3],
    QAttention: [0, 1, 2, 3, 4],
    DynamicQuantizeLSTM: [0, 1, 2, 8, 10],
  };
  const own = needed[opType] ?? quantizedOperators[opType].operands.flatMap((at) => [at, at + 1]);
  return own.every((at) => inputs[at]) && (opType !== 'QLinearConcat' || inputs.length % 3 === 2);
}

class FloatArithmetic {
  private readonly r: Rewriter;
  private readonly consumers: ReadonlyMap<string, readonly MutableNode[]>;
  /** The floats that integers of the new graph are made of, by the integers' name. */
  private readonly floats = new Map<string, string>();

  constructor(private readonly graph: MutableGraph) {
    this.r = new Rewriter(graph);
    this.consumers = graph.uses().consumers;
  }

  run(): number {
    let count = 0;
    this.r.run((node) => {
      const isRewritten = this.rewrite(node);
      if (isRewritten && isOfIntegers(node)) count++;
      return isRewritten;
    });
    return count;
  }

  private rewrite(node: MutableNode): boolean {
    if (node.opType === 'Cast' && node.domain === '') return this.castBack(node);
    if (node.opType === 'DequantizeLinear' && node.domain === '') return this.behindPassing(node);
    if (!isOfIntegers(node) || !hasOperands(node)) return false;
    if (node.opType === 'MatMulInteger') return this.integers(node, 'MatMul');
    if (node.opType === 'ConvInteger') return this.integers(node, 'Conv');
    if (node.opType === 'DynamicQuantizeMatMul') return this.dynamicMatMul(node);
    if (node.opType === 'MatMulIntegerToFloat') return this.matMulToFloat(node);
    if (node.opType === 'QLinearConcat') return this.concat(node);
    if (node.opType === 'QAttention') return this.attention(node);
    if (node.opType === 'DynamicQuantizeLSTM') return floatLstm(node, this.r);
    return this.quantized(node, quantizedOperators[node.opType]);
  }

  private quantized(node: MutableNode, { float, operands, output, bias }: QuantizedOperator): boolean {
    const { inputs } = node;
    const attributes = new Map(node.attributes);
    if (intOf(node, 'channels_last', 0) !== 0) return false;
    attributes.delete('channels_last');
    const isConv = float === 'Conv';
    const values = operands.map((at, i) => {
      // scales of a convolution's weight run along its outputs, those of a matrix along its columns
      const along = i === 0 ? undefined : isConv ? 0 : intOf(node, 'transB', 0) !== 0 ? 0 : -1;
      return this.dequantized(inputs[at], inputs[at + 1], inputs[at + 2], along);
    });
    if (bias !== undefined && inputs[bias]) values.push(this.bias(inputs[bias], inputs[1], inputs[4]));
    const scale = output === undefined ? undefined : inputs[output];
    const result = this.named(node, float, values, attributes, scale ? undefined : node.outputs[0]);
    if (scale) this.quantize(result, scale, inputs[output! + 1], node.outputs[0]);
    return true;
  }

  /** QLinearConcat: scale and zero point of the output, then value, scale and zero point of each input. */
  private concat(node: MutableNode): boolean {
    const [scale, zero, ...rest] = node.inputs;
    const values: string[] = [];
    for (let i = 0; i < rest.length; i += 3) values.push(this.dequantized(rest[i], rest[i + 1], rest[i + 2]));
    this.quantize(this.named(node, 'Concat', values, node.attributes), scale, zero, node.outputs[0]);
    return true;
  }

  /** MatMulInteger, ConvInteger (opset 10): (a - its zero point) by (b - its zero point), as int32. */
  private integers(node: MutableNode, float: string): boolean {
    const [a, b, aZero, bZero] = node.inputs;
    const scale = this.graph.initializers.has(b) ? this.scaleBehind(node) : undefined;
    if (this.count(aZero) > 1 || (scale === undefined && this.count(bZero) > 1)) return false;
    const left = this.dequantized(a, this.one(aZero), aZero);
    // a weight is trained in the units that it has in the network, not in steps of its grid
    const along = this.count(scale) > 1 ? -1 : undefined;
    const right = this.dequantized(b, scale ?? this.one(bZero), bZero, along);
    const product = this.named(node, float, [left, right], node.attributes);
    const result = scale === undefined ? product : this.r.add('Div', [product, scale]);
    this.floats.set(node.outputs[0], result);
    this.r.add('Cast', [result], { to: attribute.int(dataTypeCode('int32')) }, node.outputs[0]);
    return true;
  }

  /** The constant scale that the integers of a node are multiplied with once they are floats, alone or in a product of two. */
  private scaleBehind(node: MutableNode): string | undefined {
    for (const cast of this.consumers.get(node.outputs[0]) ?? []) {
      if (cast.opType !== 'Cast') continue;
      for (const product of this.consumers.get(cast.outputs[0]) ?? []) {
        if (product.opType !== 'Mul') continue;
        const other = product.inputs.find((v) => v !== cast.outputs[0]) ?? '';
        const factors = [other, ...(this.r.producer(other)?.opType === 'Mul' ? this.r.producer(other)!.inputs : [])];
        const scale = factors.find((v) => this.isScale(v, node));
        if (scale !== undefined) return scale;
      }
    }
    return undefined;
  }

  /** One number, or one for each column of a MatMulInteger's weight, as the zero point has it. */
  private isScale(value: string, { opType, inputs: [, b, , zero] }: MutableNode): boolean {
    const tensor = this.graph.initializers.get(value);
    if (tensor?.dtype !== 'float32') return false;
    const zeros = zero ? this.graph.initializers.get(zero)?.dims : tensor.dims;
    if (zeros?.join() !== tensor.dims.join()) return false;
    if (elementCount(tensor.dims) === 1) return true;
    const columns = this.graph.initializers.get(b)?.dims.at(-1);
    return opType === 'MatMulInteger' && tensor.dims.length === 1 && tensor.dims[0] === columns;
  }

  /** Integers that are made floats again: the floats that they were made of. */
  private castBack(node: MutableNode): boolean {
    const to = node.attributes.get('to');
    const float = this.floats.get(node.inputs[0]);
    if (float === undefined || to?.type !== 'int' || to.value !== dataTypeCode('float32')) return false;
    this.r.add('Identity', [float], {}, node.outputs[0]);
    return true;
  }

  /** DynamicQuantizeMatMul: A, B, scale and zero point of B, bias. */
  private dynamicMatMul(node: MutableNode): boolean {
    const [a, b, scale, zero, bias] = node.inputs;
    const [integers, aScale, aZero] = this.r.addNode('DynamicQuantizeLinear', [a], {}, { outputs: 3 });
    this.biased(
      node,
      [this.r.add('DequantizeLinear', [integers, aScale, aZero]), this.dequantized(b, scale, zero, -1)],
      bias,
    );
    return true;
  }

  /** MatMulIntegerToFloat: A, B, their scales, their zero points, bias. */
  private matMulToFloat(node: MutableNode): boolean {
    const [a, b, aScale, bScale, aZero, bZero, bias] = node.inputs;
    this.biased(node, [this.dequantized(a, aScale, aZero), this.dequantized(b, bScale, bZero, -1)], bias);
    return true;
  }

  /** QAttention: input, weight, bias, their scales, mask, their zero points, past. */
  private attention(node: MutableNode): boolean {
    const [x, w, bias, xScale, wScale, mask, xZero, wZero, past] = node.inputs;
    const operands = [this.dequantized(x, xScale, xZero), this.dequantized(w, wScale, wZero, -1), bias, mask, past];
    const inputs = operands.map((operand: string | undefined) => operand ?? '');
    while (inputs.at(-1) === '') inputs.pop();
    this.r.addNode('Attention', inputs, Object.fromEntries(node.attributes), {
      ...{ domain: MICROSOFT, outputs: node.outputs, name: node.name || node.outputs[0] },
    });
    return true;
  }

  private biased(node: MutableNode, operands: readonly string[], bias: string | undefined): void {
    const result = this.named(node, 'MatMul', operands, new Map(), bias ? undefined : node.outputs[0]);
    if (bias) this.r.add('Add', [result, bias], {}, node.outputs[0]);
  }

  /** What quantized integers stand for, taken in front of operators that only rearrange them. */
  private dequantized(
    value: string,
    scale: string,
    zero: string | undefined,
    along?: number,
    output?: string,
    passed = 0,
  ): string {
    const before = passed < MOST_PASSED && this.count(scale) === 1 ? this.r.producer(value) : undefined;
    if (before?.domain === '' && PASSING.has(before.opType) && !before.outputs[1] && before.inputs[0]) {
      const [data, ...rest] = before.inputs;
      const inputs = [this.dequantized(data, scale, zero, undefined, undefined, passed + 1), ...rest];
      return this.r.add(before.opType, inputs, Object.fromEntries(before.attributes), output);
    }
    const attributes: Record<string, Attribute> = {};
    if (along !== undefined && this.count(scale) > 1) attributes.axis = attribute.int(along);
    return this.r.add('DequantizeLinear', zero ? [value, scale, zero] : [value, scale], attributes, output);
  }

  private behindPassing(node: MutableNode): boolean {
    const [value, scale, zero] = node.inputs;
    const before = this.r.producer(value);
    if (!scale || before === undefined || !PASSING.has(before.opType) || this.count(scale) !== 1) return false;
    this.dequantized(value, scale, zero, undefined, node.outputs[0]);
    return true;
  }

  private bias(value: string, xScale: string, weightScale: string): string {
    const [x, w] = [xScale, weightScale].map((name) => floatsAtHand(this.graph.initializers.get(name)));
    if (x?.length === 1 && w !== undefined) {
      const dims = w.length === 1 ? [] : [w.length];
      const scales = Float32Array.from(w, (v) => v * x[0]);
      const scale = this.r.tensor(`${value}/scale`, (name) => float32Tensor(name, dims, scales));
      return this.r.add('DequantizeLinear', [value, scale], dims.length > 0 ? { axis: attribute.int(0) } : {});
    }
    const float = this.r.add('Cast', [value], { to: attribute.int(dataTypeCode('float32')) });
    return this.r.add('Mul', [float, this.r.add('Mul', [xScale, weightScale])]);
  }

  private quantize(value: string, scale: string, zero: string | undefined, output: string): void {
    this.r.addNode('QuantizeLinear', zero ? [value, scale, zero] : [value, scale], {}, { outputs: [output], name: '' });
  }

  /** The float operator in a node's place, under the node's name, which its layer is known by; else that of its output. */
  private named(
    node: MutableNode,
    opType: string,
    inputs: readonly string[],
    attributes: MutableNode['attributes'],
    output?: string,
  ): string {
    const options = output === undefined ? { hint: `${node.outputs[0]}/float` } : { outputs: [output] };
    return this.r.addNode(opType, inputs, Object.fromEntries(attributes), {
      ...options,
      name: node.name || node.outputs[0],
    })[0];
  }

  /** A scale of one, of the rank of a zero point. */
  private one(zero: string | undefined): string {
    const dims = (zero && this.graph.initializers.get(zero)?.dims) || [];
    return dims.length === 0 ? this.r.scalar(1) : this.r.tensor('one', (name) => float32Tensor(name, dims, [1]));
  }

  /** Elements of a constant; 1 of what is computed, as DynamicQuantizeLinear does. */
  private count(value: string | undefined): number {
    const tensor = this.graph.initializers.get(value ?? '');
    return tensor === undefined ? 1 : elementCount(tensor.dims);
  }
}
