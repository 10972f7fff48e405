import type { ByteSource } from '../../ir/byteSource';
import { stringTensor } from '../../ir/constants';
import { dataTypeOfCode, type DataType } from '../../ir/dataType';
import { ModelError } from '../../ir/errors';
import {
  elementCount,
  missingTensor,
  payloadBytes,
  SMALL_TENSOR_BYTES,
  tensorFromBytes,
  type Tensor,
} from '../../ir/tensor';
import type { ExternalFile, ExternalFiles } from './externalFiles';
import type { Problems } from './problems';
import { EntryField, TensorField } from './schema';
import { packTypedData } from './typedData';
import { Wire } from './wire';

const EXTERNAL = 1;

/** What a TensorProto says, its payload as ranges of the file. */
interface Description {
  name: string;
  dtype: DataType;
  dims: number[];
  /** raw_data: file range. */
  rawFrom: number;
  rawLength: number;
  /** Where raw_data is in memory, if it was read along. */
  segment: Uint8Array | undefined;
  segmentFrom: number;
  /** Fields of the typed data: file range from the first tag to the end of the last. */
  typedFrom: number;
  typedTo: number;
  strings: string[] | undefined;
  isExternal: boolean;
  external: Map<string, string> | undefined;
}

/** Makes lazy tensors of TensorProto messages: small payloads are kept, large ones stay in the file until they are read. */
export class TensorReader {
  private readonly external: { tensor: ExternalTensor; offset: number }[] = [];

  constructor(
    private readonly source: ByteSource,
    private readonly files: ExternalFiles,
    private readonly problems: Problems,
  ) {}

  /**
   * @param wire has entered a TensorProto that ends at file offset `end`
   * @param nameOf decodes the current field as the tensor's name
   */
  read(wire: Wire, end: number, nameOf?: (wire: Wire) => string): Tensor {
    const start = wire.offset;
    const d = this.describe(wire, end, nameOf);
    if (d.dims.some((size) => size < 0 || !Number.isSafeInteger(size))) {
      this.problems.add('invalid-shape', `tensor ${d.name} has the impossible shape [${d.dims.join(', ')}]`, {
        offset: start,
      });
      return unreadable(d, `tensor ${d.name} has the impossible shape [${d.dims.join(', ')}]`);
    }
    const size = payloadBytes(d.dtype, d.dims);
    if (d.isExternal) return this.fromFile(d, size, start);
    if (d.dtype === 'string') return this.fromStrings(d, start);
    if (d.dtype === 'undefined') {
      this.problems.add('unknown-type', `tensor ${d.name} has an element type that is not known`, { offset: start });
      return unreadable(d, `tensor ${d.name} has an element type that is not known`);
    }
    if (size === 0) return tensorFromBytes(d.name, d.dtype, d.dims, new Uint8Array(0));
    if (d.rawLength > 0) return this.fromRaw(d, size, start);
    if (d.typedFrom >= 0) return this.fromTyped(d, wire, size);
    return missingTensor(d.name, d.dtype, d.dims);
  }

  /** Compares external tensors with the files found: to be called after `ExternalFiles.find`. */
  checkExternal(): void {
    for (const { tensor, offset } of this.external) {
      const found = tensor.file.size;
      if (found === undefined || tensor.offset + tensor.length <= found) continue;
      this.problems.add(
        'external-data-size',
        `tensor ${tensor.name} needs bytes ${tensor.offset} to ${tensor.offset + tensor.length} of ${tensor.file.location}, which has ${found}`,
        { offset },
      );
    }
  }

  private describe(wire: Wire, end: number, nameOf?: (wire: Wire) => string): Description {
    const d: Description = {
      name: '',
      dtype: 'undefined',
      dims: [],
      rawFrom: -1,
      rawLength: 0,
      segment: undefined,
      segmentFrom: 0,
      typedFrom: -1,
      typedTo: -1,
      strings: undefined,
      isExternal: false,
      external: undefined,
    };
    while (wire.next(end)) {
      switch (wire.field) {
        case TensorField.dims:
          wire.pushInts(d.dims);
          break;
        case TensorField.dataType:
          d.dtype = dataTypeOfCode(wire.int());
          break;
        case TensorField.name:
          d.name = nameOf === undefined ? wire.text() : nameOf(wire);
          break;
        case TensorField.rawData:
          wire.expect(2);
          d.rawFrom = wire.payloadStart;
          d.rawLength = wire.length;
          d.segment = wire.bytes;
          d.segmentFrom = wire.from;
          break;
        case TensorField.stringData:
          if (wire.inMemory) (d.strings ??= []).push(wire.text());
          break;
        case TensorField.floatData:
        case TensorField.int32Data:
        case TensorField.int64Data:
        case TensorField.doubleData:
        case TensorField.uint64Data:
          if (d.typedFrom < 0) d.typedFrom = wire.fieldStart;
          d.typedTo = wire.offset;
          break;
        case TensorField.externalData: {
          const [key, value] = readEntry(wire);
          (d.external ??= new Map<string, string>()).set(key, value);
          break;
        }
        case TensorField.dataLocation:
          d.isExternal = wire.int() === EXTERNAL;
          break;
      }
    }
    return d;
  }

  private fromStrings(d: Description, start: number): Tensor {
    const { name, dtype, dims, strings = [] } = d;
    if (strings.length === elementCount(dims)) return stringTensor(name, dims, strings);
    if (strings.length === 0) return missingTensor(name, dtype, dims);
    const what = `tensor ${name} holds ${strings.length} strings, but its shape is [${dims.join(', ')}]`;
    this.problems.add('data-size', what, { offset: start });
    return unreadable(d, what);
  }

  private fromRaw(d: Description, size: number, start: number): Tensor {
    const { name, dtype, dims, rawFrom, rawLength, segment, segmentFrom } = d;
    if (rawLength !== size) {
      const what = `tensor ${name} holds ${rawLength} bytes of data, but ${dtype}[${dims.join(', ')}] needs ${size}`;
      this.problems.add('data-size', what, { offset: start });
      return unreadable(d, what);
    }
    return segment && size <= SMALL_TENSOR_BYTES
      ? new HeldTensor(name, dtype, dims, segment, segmentFrom, size)
      : new FileTensor(name, dtype, dims, this.source, rawFrom, size);
  }

  private fromTyped(d: Description, wire: Wire, size: number): Tensor {
    const { name, dtype, dims, typedFrom, typedTo } = d;
    const length = typedTo - typedFrom;
    if (size <= SMALL_TENSOR_BYTES && length <= 16 * SMALL_TENSOR_BYTES) {
      const resume = wire.offset;
      wire.seek(typedFrom);
      try {
        return new HeldTensor(name, dtype, dims, packTypedData(wire, typedTo, dtype, size, name), 0, size);
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
        this.problems.add('data-size', error.message, { offset: typedFrom });
        return unreadable(d, error.message);
      } finally {
        wire.seek(resume);
      }
    }
    const read = async () => {
      const bytes = await this.source.read(typedFrom, length);
      return packTypedData(new Wire([{ start: typedFrom, bytes }]), typedTo, dtype, size, name);
    };
    return { name, dtype, dims, location: 'file', read };
  }

  private fromFile(d: Description, size: number, start: number): Tensor {
    const number = (key: string) => {
      const text = d.external?.get(key);
      return text === undefined ? undefined : /^\d{1,16}$/.test(text) ? Number(text) : NaN;
    };
    const location = d.external?.get('location') ?? '';
    const offset = number('offset') ?? 0;
    const length = number('length') ?? size;
    const stated = Number.isNaN(offset) || Number.isNaN(length);
    if (stated || length !== size || d.dtype === 'undefined' || d.dtype === 'string') {
      const what = `tensor ${d.name} states ${stated ? 'no valid range' : `${length} bytes`} of ${location || 'an external file'}, but ${d.dtype}[${d.dims.join(', ')}] needs ${size} bytes`;
      this.problems.add('external-data-size', what, { offset: start });
      return unreadable(d, what);
    }
    const tensor = new ExternalTensor(d.name, d.dtype, d.dims, this.files.file(location), offset, size);
    this.external.push({ tensor, offset: start });
    return tensor;
  }
}

/** A tensor whose payload lies in the model file. A class, since models have many: an object with a function each takes twice the memory. */
class FileTensor implements Tensor {
  constructor(
    readonly name: string,
    readonly dtype: DataType,
    readonly dims: readonly number[],
    private readonly source: ByteSource,
    private readonly offset: number,
    private readonly length: number,
  ) {}

  get location(): 'file' {
    return 'file';
  }

  read(): Promise<Uint8Array> {
    return this.source.read(this.offset, this.length);
  }
}

/** A tensor of the model file whose payload was small enough to keep: a part of what the reader holds in memory. */
class HeldTensor implements Tensor {
  constructor(
    readonly name: string,
    readonly dtype: DataType,
    readonly dims: readonly number[],
    private readonly held: Uint8Array,
    private readonly from: number,
    private readonly length: number,
  ) {}

  get location(): 'file' {
    return 'file';
  }

  get bytes(): Uint8Array {
    return this.held.subarray(this.from, this.from + this.length);
  }

  read(): Promise<Uint8Array> {
    return Promise.resolve(this.bytes);
  }
}

/** A tensor whose payload lies in a file beside the model. */
class ExternalTensor implements Tensor {
  constructor(
    readonly name: string,
    readonly dtype: DataType,
    readonly dims: readonly number[],
    readonly file: ExternalFile,
    readonly offset: number,
    readonly length: number,
  ) {}

  get location(): 'external' | 'missing' {
    const { error, size } = this.file;
    return error !== undefined || (size !== undefined && this.offset + this.length > size) ? 'missing' : 'external';
  }

  async read(): Promise<Uint8Array> {
    const { name, file } = this;
    if (file.error) throw new ModelError('missing-weights', `tensor ${name}: ${file.error.message}`);
    const source = await file.open();
    if (this.offset + this.length > source.size) {
      throw new ModelError(
        'missing-weights',
        `tensor ${name} needs bytes ${this.offset} to ${this.offset + this.length} of ${file.location}, which has ${source.size}`,
      );
    }
    return source.read(this.offset, this.length);
  }
}

/** A tensor that is there but makes no sense: its values stay unknown. */
function unreadable({ name, dtype, dims }: Description, why: string): Tensor {
  return { name, dtype, dims, location: 'missing', read: () => Promise.reject(new ModelError('corrupt', why)) };
}

/** The current field as a StringStringEntryProto. */
export function readEntry(wire: Wire): [key: string, value: string] {
  const end = wire.enterMessage();
  let key = '';
  let value = '';
  while (wire.next(end)) {
    if (wire.field === EntryField.key) key = wire.text();
    else if (wire.field === EntryField.value) value = wire.text();
  }
  return [key, value];
}
