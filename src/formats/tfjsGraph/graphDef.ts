import { ModelError } from '../../ir/errors';
import { isObject, member, objectMember, stringMember, type JsonObject } from '../tfjs/jsonAccess';
import { JsonPlace } from '../tfjs/jsonPlace';
import { shown, type Report } from '../tfjs/topology';
import { say } from '../../texts/say';
import { settingsOf } from './attributeValues';
import { inFunctionalForm } from './controlFlow';
import { FunctionLibrary } from './functionLibrary';
import { sorted } from './sortedNodes';

/** One output of a node: `name`, `name:1`, or in function bodies `name:output:0` with the output's own name. */
export interface TensorRef {
  readonly node: string;
  readonly output: number;
}

/** A node of the graph as the file states it. */
export interface NodeDefinition {
  /** Unique in its graph. */
  readonly name: string;
  readonly op: string;
  /** Data inputs; control inputs only say what runs first, which the data says as well. */
  readonly inputs: readonly TensorRef[];
  /** The attributes as plain settings. */
  readonly settings: JsonObject;
  /** The value of a Const that stands in the graph itself (TensorProto). */
  readonly tensor: JsonObject | undefined;
  readonly place: JsonPlace;
}

/** The nodes of the graph, or of a function. */
export interface GraphBody {
  /** Nodes after those that they read, otherwise in the order of the file; those on a cycle come last. */
  readonly nodes: readonly NodeDefinition[];
  readonly byName: ReadonlyMap<string, NodeDefinition>;
}

/** A function of the file's library, or one that a loop or branch of the older kind was made into. */
export interface FunctionDefinition extends GraphBody {
  readonly name: string;
  /** Names by which its nodes read the arguments. */
  readonly inputs: readonly string[];
  readonly outputs: readonly TensorRef[];
  readonly place: JsonPlace;
}

export interface GraphDefinition extends GraphBody {
  /** Nodes that the file lists, without those of functions. */
  readonly nodeCount: number;
  readonly library: FunctionLibrary;
  /** What a saved model says of its inputs and outputs; undefined where the file has no signature. */
  readonly signature: JsonObject | undefined;
  readonly file: JsonObject;
  readonly topology: JsonObject;
  readonly place: JsonPlace;
}

/**
 * The GraphDef of a tfjs graph model, or one that stands alone.
 * @throws ModelError `not-a-model` when it has no list of nodes
 */
export function readGraphDef(value: unknown, report: Report): GraphDefinition {
  const file: JsonObject = isObject(value) ? value : {};
  const inner = objectMember(file, 'modelTopology');
  const topology = inner ?? file;
  const place = inner === undefined ? JsonPlace.root : JsonPlace.root.to('modelTopology');
  const list = member(topology, 'node');
  if (!Array.isArray(list)) {
    throw new ModelError(
      'not-a-model',
      say`this is a TensorFlow.js graph model without a graph: its modelTopology has no list of nodes. Convert the model again.`,
      { jsonPath: place.toString() },
    );
  }
  const library = readLibrary(objectMember(topology, 'library'), place.to('library'), report);
  const listed = readNodes(list, place.to('node'), report);
  const signature =
    objectMember(file, 'signature') ?? objectMember(objectMember(file, 'userDefinedMetadata') ?? {}, 'signature');
  const byName = inFunctionalForm(listed, library);
  const nodes = sorted(byName, report);
  return { nodes, byName, nodeCount: list.length, library, signature, file, topology, place };
}

/** FunctionDefs: bodies in which the arguments are read by their names, and each result names the output that it is. */
function readLibrary(stated: JsonObject | undefined, place: JsonPlace, report: Report): FunctionLibrary {
  const library = new FunctionLibrary();
  const list = stated === undefined ? undefined : member(stated, 'function');
  (Array.isArray(list) ? list : []).forEach((entry: unknown, i) => {
    const at = place.to('function', i);
    const signature = isObject(entry) ? (objectMember(entry, 'signature') ?? {}) : {};
    const name = stringMember(signature, 'name');
    const nodes = isObject(entry) ? member(entry, 'nodeDef') : undefined;
    if (!isObject(entry) || name === undefined) {
      report('invalid-function', say`function ${i} needs a signature with a name and is left out`, at);
      return;
    }
    if (library.has(name)) {
      report('duplicate-name', say`the name ${shown(name)} is used by several functions; the first counts`, at);
      return;
    }
    const listed = readNodes(Array.isArray(nodes) ? nodes : [], at.to('nodeDef'), report);
    const results = objectMember(entry, 'ret') ?? {};
    const outputs = namesOf(member(signature, 'outputArg')).map((output) => stringMember(results, output) ?? '');
    library.add({
      name,
      inputs: namesOf(member(signature, 'inputArg')),
      outputs: outputs.map((output) => tensorRef(output, listed)),
      nodes: sorted(listed, report),
      byName: listed,
      place: at,
    });
  });
  return library;
}

function namesOf(args: unknown): string[] {
  return (Array.isArray(args) ? args : []).map((arg) => (isObject(arg) ? stringMember(arg, 'name') : '') ?? '');
}

function readNodes(list: readonly unknown[], place: JsonPlace, report: Report): Map<string, NodeDefinition> {
  const entries = new Map<string, { entry: JsonObject; op: string; at: JsonPlace }>();
  list.forEach((entry: unknown, i) => {
    const at = place.to(i);
    const name = isObject(entry) ? stringMember(entry, 'name') : undefined;
    const op = isObject(entry) ? stringMember(entry, 'op') : undefined;
    if (!isObject(entry) || name === undefined || name === '' || op === undefined) {
      report('invalid-node', say`node ${i} needs a name and an op and is left out`, at);
    } else if (entries.has(name)) {
      report('duplicate-name', say`the name ${shown(name)} is used by several nodes; the first counts`, at);
    } else entries.set(name, { entry, op, at });
  });
  const nodes = new Map<string, NodeDefinition>();
  for (const [name, { entry, op, at }] of entries) nodes.set(name, nodeOf(entry, name, op, at, entries));
  return nodes;
}

type Operators = ReadonlyMap<string, { readonly op: string }>;

function nodeOf(entry: JsonObject, name: string, op: string, place: JsonPlace, all: Operators): NodeDefinition {
  const stated = member(entry, 'input');
  const inputs = (Array.isArray(stated) ? stated : [])
    .filter((input): input is string => typeof input === 'string' && !input.startsWith('^'))
    .map((input) => tensorRef(input, all));
  const attr = member(entry, 'attr');
  const value = objectMember(isObject(attr) ? attr : {}, 'value');
  return { name, op, inputs, settings: settingsOf(attr), tensor: value && objectMember(value, 'tensor'), place };
}

/** Outputs that function bodies read by names of their own, in the operators' order (TensorFlow's op definitions). */
const namedOutputs: Readonly<Record<string, readonly string[]>> = {
  FusedBatchNorm: ['y', 'batch_mean', 'batch_variance', 'reserve_space_1', 'reserve_space_2'],
  FusedBatchNormV2: ['y', 'batch_mean', 'batch_variance', 'reserve_space_1', 'reserve_space_2'],
  FusedBatchNormV3: ['y', 'batch_mean', 'batch_variance', 'reserve_space_1', 'reserve_space_2', 'reserve_space_3'],
  Merge: ['output', 'value_index'],
  NonMaxSuppressionV4: ['selected_indices', 'valid_outputs'],
  NonMaxSuppressionV5: ['selected_indices', 'selected_scores', 'valid_outputs'],
  SparseFillEmptyRows: ['output_indices', 'output_values', 'empty_row_indicator', 'reverse_index_map'],
  SparseReshape: ['output_indices', 'output_shape'],
  Switch: ['output_false', 'output_true'],
  TensorArrayV3: ['handle', 'flow'],
  TopKV2: ['values', 'indices'],
  Unique: ['y', 'idx'],
  UniqueV2: ['y', 'idx'],
};

/** @param all the operators that the name may stand for */
export function tensorRef(text: string, all: Operators): TensorRef {
  const [, node, name, index] = /^([^:]*)(?::(?:([^:]*):)?(\d{1,6}))?/.exec(text)!;
  const op = name === undefined ? undefined : all.get(node)?.op;
  const names = op !== undefined && Object.hasOwn(namedOutputs, op) ? namedOutputs[op] : [];
  return { node, output: Math.max(0, names.indexOf(name)) + Number(index ?? 0) };
}
