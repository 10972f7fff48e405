import { ModelError } from '../../ir/errors';
import { isObject, member, objectMember, stringMember, type JsonObject } from '../tfjs/jsonAccess';
import { JsonPlace } from '../tfjs/jsonPlace';
import { shown, type Report } from '../tfjs/topology';
import { settingsOf } from './attributeValues';

/** One output of a node: `name`, `name:1`, or in function bodies `name:output:0`. */
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

export interface GraphDefinition {
  /** Nodes after those that they read, otherwise in the order of the file; those on a cycle come last. */
  readonly nodes: readonly NodeDefinition[];
  readonly byName: ReadonlyMap<string, NodeDefinition>;
  /** Nodes that the file lists. */
  readonly nodeCount: number;
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
      'this is a TensorFlow.js graph model without a graph: its modelTopology has no list of nodes. Convert the model again.',
      { jsonPath: place.toString() },
    );
  }
  const byName = new Map<string, NodeDefinition>();
  list.forEach((entry: unknown, i) => {
    const at = place.to('node', i);
    const name = isObject(entry) ? stringMember(entry, 'name') : undefined;
    const op = isObject(entry) ? stringMember(entry, 'op') : undefined;
    if (!isObject(entry) || name === undefined || name === '' || op === undefined) {
      report('invalid-node', `node ${i} needs a name and an op and is left out`, at);
    } else if (byName.has(name)) {
      report('duplicate-name', `the name ${shown(name)} is used by several nodes; the first counts`, at);
    } else byName.set(name, nodeOf(entry, name, op, at));
  });
  const signature =
    objectMember(file, 'signature') ?? objectMember(objectMember(file, 'userDefinedMetadata') ?? {}, 'signature');
  const nodes = sorted(byName, report);
  return { nodes, byName, nodeCount: list.length, signature, file, topology, place };
}

function nodeOf(entry: JsonObject, name: string, op: string, place: JsonPlace): NodeDefinition {
  const stated = member(entry, 'input');
  const inputs = (Array.isArray(stated) ? stated : [])
    .filter((input): input is string => typeof input === 'string' && !input.startsWith('^'))
    .map(tensorRef);
  const attr = member(entry, 'attr');
  const value = objectMember(isObject(attr) ? attr : {}, 'value');
  return { name, op, inputs, settings: settingsOf(attr), tensor: value && objectMember(value, 'tensor'), place };
}

export function tensorRef(text: string): TensorRef {
  const [, node, output] = /^([^:]*)(?::(?:[^:]*:)?(\d{1,6}))?/.exec(text)!;
  return { node, output: Number(output ?? 0) };
}

/** Kahn's algorithm with the nodes that are ready in the order of the file. */
function sorted(byName: ReadonlyMap<string, NodeDefinition>, report: Report): NodeDefinition[] {
  const waiting = new Map<NodeDefinition, number>();
  const readers = new Map<NodeDefinition, NodeDefinition[]>();
  const ready: NodeDefinition[] = [];
  for (const node of byName.values()) {
    const sources = new Set(node.inputs.map((i) => byName.get(i.node)).filter((n) => n !== undefined));
    waiting.set(node, sources.size);
    for (const source of sources) {
      const list = readers.get(source);
      if (list) list.push(node);
      else readers.set(source, [node]);
    }
    if (sources.size === 0) ready.push(node);
  }
  for (let i = 0; i < ready.length; i++) {
    for (const reader of readers.get(ready[i]) ?? []) {
      const left = waiting.get(reader)! - 1;
      waiting.set(reader, left);
      if (left === 0) ready.push(reader);
    }
  }
  if (ready.length < byName.size) {
    const rest = [...byName.values()].filter((node) => waiting.get(node)! > 0);
    report('cycle', `${rest.length} nodes lie on or behind a cycle, among them ${shown(rest[0].name)}`, rest[0].place);
    for (const node of rest) ready.push(node);
  }
  return ready;
}
