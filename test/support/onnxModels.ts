import { onnx } from 'onnx-proto';
import { BytesSource, type ByteSource, type ModelFolder } from '../../src/ir/byteSource';
import { ModelError } from '../../src/ir/errors';
import type { Model } from '../../src/ir/model';
import { openModel } from '../../src/formats/openModel';

const { AttributeType } = onnx.AttributeProto;
export const FLOAT = onnx.TensorProto.DataType.FLOAT;
export const INT64 = onnx.TensorProto.DataType.INT64;

/** The bytes of a model with this graph, made by onnx-proto. */
export function modelBytes(graph: onnx.IGraphProto, model: onnx.IModelProto = {}): Uint8Array {
  const opsetImport = [{ domain: '', version: 18 }];
  return onnx.ModelProto.encode({ irVersion: 8, opsetImport, ...model, graph: { name: 'g', ...graph } }).finish();
}

export function openBytes(bytes: Uint8Array, files: Readonly<Record<string, Uint8Array>> = {}): Promise<Model> {
  return openModel(new FilesFolder({ 'model.onnx': bytes, ...files }), 'model.onnx');
}

export function openGraph(graph: onnx.IGraphProto, model?: onnx.IModelProto): Promise<Model> {
  return openBytes(modelBytes(graph, model));
}

/** A folder of files in memory, which does not check what it is asked for. */
export class FilesFolder implements ModelFolder {
  /** Paths asked for. */
  readonly opened: string[] = [];

  constructor(private readonly files: Readonly<Record<string, Uint8Array>>) {}

  open(relativePath: string): Promise<ByteSource> {
    this.opened.push(relativePath);
    const bytes = Object.hasOwn(this.files, relativePath) ? this.files[relativePath] : undefined;
    if (!bytes) return Promise.reject(new ModelError('not-found', `there is no file ${relativePath}`));
    return Promise.resolve(new BytesSource(bytes));
  }
}

export function valueInfo(
  name: string,
  dims?: readonly (number | string)[],
  elemType: number = FLOAT,
): onnx.IValueInfoProto {
  const dim = dims?.map((d) => (typeof d === 'number' ? { dimValue: d } : { dimParam: d }));
  return { name, type: { tensorType: { elemType, ...(dim && { shape: { dim } }) } } };
}

export function node(
  opType: string,
  input: string[],
  output: string[],
  attribute: onnx.IAttributeProto[] = [],
): onnx.INodeProto {
  return { opType, input, output, name: `${opType} ${output[0]}`, attribute };
}

/** A float32 initializer in raw_data. */
export function floats(
  name: string,
  dims: number[],
  values: number[] = new Array<number>(size(dims)).fill(1),
): onnx.ITensorProto {
  return { name, dims, dataType: FLOAT, rawData: new Uint8Array(Float32Array.from(values).buffer) };
}

/** An int64 initializer in raw_data. */
export function longs(name: string, dims: number[], values: number[]): onnx.ITensorProto {
  return { name, dims, dataType: INT64, rawData: new Uint8Array(BigInt64Array.from(values, BigInt).buffer) };
}

export const attr = {
  int: (name: string, i: number): onnx.IAttributeProto => ({ name, type: AttributeType.INT, i }),
  float: (name: string, f: number): onnx.IAttributeProto => ({ name, type: AttributeType.FLOAT, f }),
  string: (name: string, s: string): onnx.IAttributeProto => ({ name, type: AttributeType.STRING, s: Buffer.from(s) }),
  ints: (name: string, ints: number[]): onnx.IAttributeProto => ({ name, type: AttributeType.INTS, ints }),
  tensor: (name: string, t: onnx.ITensorProto): onnx.IAttributeProto => ({ name, type: AttributeType.TENSOR, t }),
  graph: (name: string, g: onnx.IGraphProto): onnx.IAttributeProto => ({ name, type: AttributeType.GRAPH, g }),
  reference: (name: string, refAttrName: string): onnx.IAttributeProto => ({
    name,
    refAttrName,
    type: AttributeType.INT,
  }),
};

function size(dims: readonly number[]): number {
  return dims.reduce((a, b) => a * b, 1);
}
