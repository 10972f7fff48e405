import { onnx } from 'onnx-proto';
import type { ByteSource } from '../../ir/byteSource';
import { ModelError } from '../../ir/errors';
import type { Model, ModelFunction } from '../../ir/model';
import type { MutableGraph } from '../../ir/mutableGraph';
import { say } from '../../texts/say';
import { ExternalWeights } from './externalWeights';
import { GraphEncoder, opsetImports } from './graphEncoder';
import { defaultDomain } from './graphReader';
import { GraphRewriter } from './graphRewriter';
import { versionOfOpset, versionOfParts } from './irVersion';
import { fieldRanges, withFields, type FieldRange } from './messageFields';
import { MessageParts, numberField, type ByteSink } from './messageParts';
import { functionKey } from './modelCounts';
import { graphHoldsExternal } from './sameParts';
import { FunctionField, ModelField } from './schema';
import { readStructure } from './structure';
import { Wire } from './wire';

export type { ByteSink };

/** A protobuf message holds 2 GiB at most; beyond that the weights of an ONNX model belong into files beside it. */
const LARGEST_MODEL = 2 ** 31 - 1;

/** The model that a graph was edited from, and its file: what is as it was is copied from there, byte for byte. */
export interface OriginalFile {
  readonly model: Model;
  readonly source: ByteSource;
  /**
   * Keep references to files of weights as they are: for a copy that is written into the folder of the original. Otherwise these
   * weights are read and stored anew.
   */
  readonly keepsReferences?: boolean;
}

export interface OnnxWriterOptions {
  /** Default: the original's version, or the one that came with the graph's opset, or later where its parts need it. */
  readonly irVersion?: number;
  /** Default: the original's, or this program. */
  readonly producer?: string;
  /** Model-local functions that nodes of the graph call; default those of the original. */
  readonly functions?: readonly ModelFunction[];
  readonly original?: OriginalFile;
  /** A file for weights beside the model, for models of any size: its location relative to the model, and where its bytes go. */
  readonly weights?: { readonly location: string; readonly write: ByteSink };
}

/**
 * The bytes of an ONNX model (ModelProto) with this graph: `writeOnnx` into memory.
 * @throws ModelError `too-large` beyond 2 GiB, before any weights are read, and whatever reading a tensor throws
 */
export async function encodeOnnx(graph: MutableGraph, options: OnnxWriterOptions = {}): Promise<Uint8Array> {
  const { model, weights } = await plan(graph, options);
  const bytes = new Uint8Array(model.length);
  let at = 0;
  await model.write((piece) => {
    bytes.set(piece, at);
    at += piece.length;
  });
  if (options.weights) await weights?.write(options.weights.write);
  return bytes;
}

/**
 * Writes a graph as an ONNX model (ModelProto), piece by piece: the weights of one tensor are in memory at a time. With an original,
 * nodes, tensors and everything else that is unchanged are copied from its file; what is new is encoded, tensors as raw_data
 * or into the file of weights. Tensors without data are declared without.
 * @throws ModelError `too-large` when the model alone would have more than 2 GiB, before anything is written, and whatever reading a tensor throws
 */
export async function writeOnnx(graph: MutableGraph, sink: ByteSink, options: OnnxWriterOptions = {}): Promise<void> {
  const { model, weights } = await plan(graph, options);
  await model.write(sink);
  if (options.weights) await weights?.write(options.weights.write);
}

async function plan(graph: MutableGraph, options: OnnxWriterOptions) {
  const weights = options.weights && new ExternalWeights(options.weights.location);
  const encoder = new GraphEncoder(weights);
  const model = options.original
    ? await new ModelRewriter(graph, encoder, options, options.original).rewrite()
    : encodeModel(graph, encoder, options);
  if (model.length > LARGEST_MODEL) {
    throw new ModelError(
      'too-large',
      say`the model would have ${model.length} bytes; one ONNX file holds 2 GiB at most, weights beyond that belong into files beside it`,
    );
  }
  return { model, weights };
}

function encodeModel(graph: MutableGraph, encoder: GraphEncoder, options: OnnxWriterOptions): MessageParts {
  const { functions = [], producer = 'normscope' } = options;
  const graphParts = encoder.graph(graph);
  const functionParts = functions.map((f) => encoder.function(f));
  const model = new MessageParts(
    onnx.ModelProto.encode({
      irVersion:
        options.irVersion ??
        Math.max(versionOfOpset(graph.opsets.get('') ?? 1), versionOfParts(encoder.types, functions)),
      producerName: producer,
      opsetImport: opsetImports(graph.opsets),
    }).finish(),
  ).nest(ModelField.graph, graphParts);
  for (const f of functionParts) model.nest(ModelField.functions, f);
  return model;
}

/** Encodes an edited graph against the ModelProto that it came from. */
class ModelRewriter {
  constructor(
    private readonly graph: MutableGraph,
    private readonly encoder: GraphEncoder,
    private readonly options: OnnxWriterOptions,
    private readonly original: OriginalFile,
  ) {}

  async rewrite(): Promise<MessageParts> {
    const { graph, encoder, options } = this;
    const { model, source, keepsReferences = false } = this.original;
    const wire = new Wire(await readStructure(source));
    let bounds: [from: number, to: number] = [0, 0];
    const keys = new Map<number, string>();
    const ranges = fieldRanges(wire, 0, source.size, (w, i) => {
      if (w.field === ModelField.graph) bounds = [w.base + w.from, w.base + w.from + w.length];
      else if (w.field === ModelField.functions) keys.set(i, keyOfFunction(w));
    });
    const rewriter = new GraphRewriter(source, wire, ...bounds, model.graph, encoder, keepsReferences);
    const replaced = new Map<number, readonly MessageParts[]>();
    const contents = rewriter.rewrite(graph);
    // the length of a message can be written in more than one way
    if (!contents.isRange(...bounds))
      replaced.set(ModelField.graph, [new MessageParts().nest(ModelField.graph, contents)]);
    const functions = this.functions(ranges, keys);
    if (functions) replaced.set(ModelField.functions, functions);
    const opsetsChanged = !sameOpsets(graph.opsets, model.opsets);
    if (opsetsChanged) {
      const imports = opsetImports(graph.opsets).map((i) => onnx.ModelProto.encode({ opsetImport: [i] }).finish());
      replaced.set(
        ModelField.opsetImport,
        imports.map((fields) => new MessageParts(fields)),
      );
    }
    const version =
      options.irVersion ??
      Math.max(
        model.irVersion ?? 0,
        opsetsChanged ? versionOfOpset(graph.opsets.get('') ?? 1) : 0,
        versionOfParts(encoder.types, options.functions ?? []),
        rewriter.addsInitializers(graph) ? 4 : 0,
      );
    if (version !== model.irVersion)
      replaced.set(ModelField.irVersion, [new MessageParts(numberField(ModelField.irVersion, version))]);
    if (options.producer !== undefined)
      replaced.set(ModelField.producerName, [new MessageParts().text(ModelField.producerName, options.producer)]);
    return withFields(source, ranges, replaced);
  }

  /** Undefined when all functions are those of the file. */
  private functions(
    ranges: readonly FieldRange[],
    keys: ReadonlyMap<number, string>,
  ): readonly MessageParts[] | undefined {
    const { model, source, keepsReferences } = this.original;
    const { functions = model.functions } = this.options;
    const stated = new Map([...keys].reverse().map(([i, key]) => [key, ranges[i]]));
    const isKept = (f: ModelFunction) =>
      model.functions.includes(f) && (keepsReferences === true || !graphHoldsExternal(f.body));
    if (functions.length === model.functions.length && functions.every((f, i) => f === model.functions[i] && isKept(f)))
      return undefined;
    return functions.map((f) => {
      const range = isKept(f) ? stated.get(functionKey(f.domain, f.name, f.overload)) : undefined;
      return range
        ? new MessageParts().copy(source, range.from, range.to)
        : new MessageParts().nest(ModelField.functions, this.encoder.function(f));
    });
  }
}

function sameOpsets(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean {
  return a.size === b.size && [...a].every(([domain, version]) => b.get(domain) === version);
}

/** The current field as a FunctionProto: what calls name it by. */
function keyOfFunction(wire: Wire): string {
  const end = wire.enterMessage();
  let [domain, name, overload] = ['', '', ''];
  while (wire.next(end)) {
    if (wire.field === FunctionField.domain) domain = defaultDomain(wire.text());
    else if (wire.field === FunctionField.name) name = wire.text();
    else if (wire.field === FunctionField.overload) overload = wire.text();
  }
  return functionKey(domain, name, overload);
}
