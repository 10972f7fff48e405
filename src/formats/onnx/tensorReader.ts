import type { ByteSource, ModelFolder } from '../../ir/byteSource';
import { stringTensor } from '../../ir/constants';
import { dataTypeOfCode, type DataType } from '../../ir/dataType';
import { ModelError } from '../../ir/errors';
import { ABSENT, type ValueId } from '../../ir/graph';
import {
  elementCount,
  missingTensor,
  payloadBytes,
  SMALL_TENSOR_BYTES,
  tensorFromBytes,
  type Tensor,
  type TensorLocation,
} from '../../ir/tensor';
import { say } from '../../texts/say';
import { ExternalFiles, type ExternalFile } from './externalFiles';
import type { Problems } from './problems';
import { EntryField, EXTERNAL, TensorField } from './schema';
import { packTypedData } from './typedData';
import { BYTES, Wire } from './wire';

/** Names of a graph's values: tensors that are values decode theirs when somebody asks. */
export interface ValueNames {
  valueName(value: ValueId): string;
}

/** What a TensorProto says, its payload as ranges of the file. */
interface Description {
  /** The name is that of a value where `names` are given. */
  readonly names: ValueNames | undefined;
  value: ValueId;
  text: string;
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

function describe(wire: Wire, end: number, names?: ValueNames, value = ABSENT): Description {
  const d: Description = {
    names,
    value,
    text: '',
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
        if (names === undefined) d.text = wire.text();
        break;
      case TensorField.rawData:
        if (wire.type !== BYTES) wire.expect(BYTES);
        d.rawFrom = wire.base + wire.from;
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
        if (d.typedFrom < 0) d.typedFrom = wire.base + wire.head;
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

function areSizes(dims: readonly number[]): boolean {
  for (let i = 0; i < dims.length; i++) if (!(dims[i] >= 0 && dims[i] <= Number.MAX_SAFE_INTEGER)) return false;
  return true;
}

function nameOf({ names, value, text }: Description): string {
  return names === undefined ? text : names.valueName(value);
}

/** Makes lazy tensors of TensorProto messages: small payloads are kept, large ones stay in the file until they are read. */
export class TensorReader {
  /** Those that are named; undefined while none is. */
  files: ExternalFiles | undefined;
  private readonly external: { tensor: ExternalTensor; offset: number }[] = [];

  /**
   * @param source of the model's file
   * @param folder where external data is looked for
   * @param path of the model inside the folder
   */
  constructor(
    private readonly source: ByteSource,
    private readonly folder: ModelFolder,
    private readonly path: string,
    private readonly problems: Problems,
  ) {}

  /** The file of weights that a tensor names: it is looked for with the others when the file has been read. */
  externalFile(location: string): ExternalFile {
    this.files ??= new ExternalFiles(this.folder, this.path);
    return this.files.file(location);
  }

  /** @param wire has entered a TensorProto that ends at file offset `end` */
  read(wire: Wire, end: number): Tensor {
    return this.tensor(wire, wire.offset, describe(wire, end));
  }

  /**
   * A tensor that is a value of a graph. It is read after the file was opened: a damaged one is a problem and has no data.
   * @param place file offset of the field that holds it
   */
  readAt(wire: Wire, place: number, value: ValueId, names: ValueNames): Tensor {
    try {
      wire.seek(place);
      wire.next(Infinity);
      const end = wire.enterMessage();
      return this.tensor(wire, wire.offset, describe(wire, end, names, value));
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      const name = names.valueName(value);
      this.problems.add('damaged-tensor', say`tensor ${name} cannot be read: ${error.message}`, error.place);
      return missingTensor(name, 'undefined', []);
    }
  }

  private tensor(wire: Wire, start: number, d: Description): Tensor {
    if (!areSizes(d.dims)) {
      this.problems.add('invalid-shape', say`tensor ${nameOf(d)} has the impossible shape [${d.dims.join(', ')}]`, {
        offset: start,
      });
      return unreadable(d, say`tensor ${nameOf(d)} has the impossible shape [${d.dims.join(', ')}]`);
    }
    const size = payloadBytes(d.dtype, d.dims);
    if (d.isExternal) return this.fromFile(d, size, start);
    if (d.dtype === 'string') return this.fromStrings(d, start);
    if (d.dtype === 'undefined') {
      this.problems.add('unknown-type', say`tensor ${nameOf(d)} has an element type that is not known`, {
        offset: start,
      });
      return unreadable(d, say`tensor ${nameOf(d)} has an element type that is not known`);
    }
    if (size === 0) return tensorFromBytes(nameOf(d), d.dtype, d.dims, new Uint8Array(0));
    if (d.rawLength > 0) return this.fromRaw(d, size, start);
    if (d.typedFrom >= 0) return this.fromTyped(d, wire, size);
    return missingTensor(nameOf(d), d.dtype, d.dims);
  }

  /** Looks for the files that are named. */
  async findFiles(): Promise<void> {
    for (const { error } of await this.files!.find()) if (error) this.problems.add('external-data', error.message);
  }

  /** Compares the external tensors described so far with the files found: to be called after `ExternalFiles.find`. */
  checkExternal(): void {
    for (const { tensor, offset } of this.external) {
      const found = tensor.file.size;
      if (found === undefined || tensor.offset + tensor.length <= found) continue;
      this.problems.add(
        'external-data-size',
        say`tensor ${tensor.name} needs bytes ${tensor.offset} to ${tensor.offset + tensor.length} of ${tensor.file.location}, which has ${found}`,
        { offset },
      );
    }
  }

  private fromStrings(d: Description, start: number): Tensor {
    const { dtype, dims, strings = [] } = d;
    const name = nameOf(d);
    if (strings.length === elementCount(dims)) return stringTensor(name, dims, strings);
    if (strings.length === 0) return missingTensor(name, dtype, dims);
    const what = say`tensor ${name} holds ${strings.length} strings, but its shape is [${dims.join(', ')}]`;
    this.problems.add('data-size', what, { offset: start });
    return unreadable(d, what);
  }

  private fromRaw(d: Description, size: number, start: number): Tensor {
    const { dtype, dims, rawLength, segment } = d;
    if (rawLength !== size) {
      const what = say`tensor ${nameOf(d)} holds ${rawLength} bytes of data, but ${dtype}[${dims.join(', ')}] needs ${size}`;
      this.problems.add('data-size', what, { offset: start });
      return unreadable(d, what);
    }
    return segment && size <= SMALL_TENSOR_BYTES
      ? new HeldTensor(d, segment, d.segmentFrom, size)
      : new FileTensor(d, this.source, d.rawFrom, size);
  }

  private fromTyped(d: Description, wire: Wire, size: number): Tensor {
    const { dtype, dims, typedFrom, typedTo } = d;
    const name = nameOf(d);
    const length = typedTo - typedFrom;
    if (size <= SMALL_TENSOR_BYTES && length <= 16 * SMALL_TENSOR_BYTES) {
      const resume = wire.offset;
      wire.seek(typedFrom);
      try {
        return new HeldTensor(d, packTypedData(wire, typedTo, dtype, size, name), 0, size);
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
      const [of, type] = [location || say`an external file`, `${d.dtype}[${d.dims.join(', ')}]`];
      const what = stated
        ? say`tensor ${nameOf(d)} states no valid range of ${of}, but ${type} needs ${size} bytes`
        : say`tensor ${nameOf(d)} states ${length} bytes of ${of}, but ${type} needs ${size} bytes`;
      this.problems.add('external-data-size', what, { offset: start });
      return unreadable(d, what);
    }
    const tensor = new ExternalTensor(d, this.externalFile(location), offset, size);
    this.external.push({ tensor, offset: start });
    return tensor;
  }
}

/** What tensors with a payload somewhere have in common. Classes, since models have many: an object with a function each takes twice the memory. */
abstract class Described implements Tensor {
  readonly dtype: DataType;
  readonly dims: readonly number[];
  private readonly names: ValueNames | undefined;
  private readonly value: ValueId;
  private readonly text: string;

  constructor({ names, value, text, dtype, dims }: Description) {
    this.names = names;
    this.value = value;
    this.text = text;
    this.dtype = dtype;
    this.dims = dims;
  }

  get name(): string {
    return this.names === undefined ? this.text : this.names.valueName(this.value);
  }

  abstract readonly location: TensorLocation;
  abstract read(): Promise<Uint8Array>;
}

/** A tensor whose payload lies in the model file. */
class FileTensor extends Described {
  constructor(
    d: Description,
    private readonly source: ByteSource,
    private readonly offset: number,
    private readonly length: number,
  ) {
    super(d);
  }

  get location(): 'file' {
    return 'file';
  }

  read(): Promise<Uint8Array> {
    return this.source.read(this.offset, this.length);
  }
}

/** A tensor of the model file whose payload was small enough to keep: a part of what the reader holds in memory. */
class HeldTensor extends Described {
  constructor(
    d: Description,
    private readonly held: Uint8Array,
    private readonly from: number,
    private readonly length: number,
  ) {
    super(d);
  }

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
class ExternalTensor extends Described {
  constructor(
    d: Description,
    readonly file: ExternalFile,
    readonly offset: number,
    readonly length: number,
  ) {
    super(d);
  }

  get location(): 'external' | 'missing' {
    const { error, size } = this.file;
    return error !== undefined || (size !== undefined && this.offset + this.length > size) ? 'missing' : 'external';
  }

  async read(): Promise<Uint8Array> {
    const { name, file } = this;
    if (file.error) throw new ModelError('missing-weights', say`tensor ${name}: ${file.error.message}`);
    const source = await file.open();
    if (this.offset + this.length > source.size) {
      throw new ModelError(
        'missing-weights',
        say`tensor ${name} needs bytes ${this.offset} to ${this.offset + this.length} of ${file.location}, which has ${source.size}`,
      );
    }
    return source.read(this.offset, this.length);
  }
}

/** A tensor that is there but makes no sense: its values stay unknown. */
function unreadable(d: Description, why: string): Tensor {
  const { dtype, dims } = d;
  return {
    name: nameOf(d),
    dtype,
    dims,
    location: 'missing',
    read: () => Promise.reject(new ModelError('corrupt', why)),
  };
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
