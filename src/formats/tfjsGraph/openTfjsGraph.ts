import type { ModelFolder } from '../../ir/byteSource';
import { isFloat } from '../../ir/dataType';
import { ModelError } from '../../ir/errors';
import type { Model } from '../../ir/model';
import type { Origin } from '../../ir/origin';
import { elementCount } from '../../ir/tensor';
import { TextLines } from '../../ir/textLines';
import { graphHash } from '../graphHash';
import { cancelTransposes } from '../tfjs/cancelTransposes';
import { declareTypes } from '../tfjs/declareTypes';
import { member, stringMember } from '../tfjs/jsonAccess';
import { JsonIndex } from '../tfjs/jsonIndex';
import { JsonPlace } from '../tfjs/jsonPlace';
import { parseJson } from '../tfjs/parseJson';
import { ProblemList } from '../tfjs/problems';
import { WeightManifest } from '../tfjs/weightManifest';
import { readConstants, type Constant } from './constants';
import { readGraphDef, type GraphDefinition, type NodeDefinition } from './graphDef';
import { GraphLowering } from './graphLowering';

/**
 * Opens a TensorFlow.js graph model (a GraphDef as JSON, with or without its weights) as a graph of ONNX operators (opset 18).
 * Inputs and outputs keep the file's layout. Of the weights only shapes, axes and the like are read, which decide how a node
 * is expressed. Nodes that cannot be expressed, control flow and calls of functions among them, become nodes of the domain `tfjs`.
 *
 * @param folder the folder of the file, from which the weight files are opened
 * @param path the file as the user named it, for messages
 * @param text the file's text
 * @throws ModelError when the text is no JSON, or JSON without a list of nodes
 */
export async function openTfjsGraph(folder: ModelFolder, path: string, text: string): Promise<Model> {
  try {
    return await open(folder, text);
  } catch (error) {
    throw error instanceof ModelError ? error.withPath(path) : error;
  }
}

async function open(folder: ModelFolder, text: string): Promise<Model> {
  const lines = new TextLines(text);
  let index: JsonIndex | undefined;
  const indexOf = () => (index ??= new JsonIndex(text));
  const problems = new ProblemList(lines, indexOf);
  const report = problems.add.bind(problems);

  const definition = readGraphDef(parseJson(text), report);
  const { file } = definition;
  const place = JsonPlace.root.to('weightsManifest');
  const manifest = await WeightManifest.open(member(file, 'weightsManifest'), folder, place, report);
  const constants = await readConstants(definition, manifest);
  const lowering = new GraphLowering(definition, constants, (node) => originOf(node, indexOf), report);
  lowering.lower();
  const { graph } = lowering;
  declareTypes(graph, lowering.values, cancelTransposes(graph, lowering.layoutTransposes));
  const frozen = graph.freeze();

  return {
    format: 'tfjs-graph',
    producer: [stringMember(file, 'generatedBy'), stringMember(file, 'convertedBy')].filter(Boolean).join(' / '),
    opsets: graph.opsets,
    graph: frozen,
    functions: [],
    metadata: metadataOf(definition),
    nodeCount: definition.nodeCount,
    parameterCount: parameterCount(manifest, constants),
    weights: weightsOf(constants),
    purpose: 'inference',
    problems: problems.list(),
    lines,
    graphHash: graphHash(frozen),
  };
}

function originOf({ name, op, settings, place }: NodeDefinition, index: () => JsonIndex): Origin {
  const span = () => index().value(place.steps()) ?? { offset: 0, length: 0 };
  return {
    layer: name,
    kind: op,
    config: settings,
    isNode: true,
    get offset() {
      return span().offset;
    },
    get length() {
      return span().length;
    },
  };
}

/** Every float weight that the file lists, used or not; where it lists none, the constants of the graph. */
function parameterCount(manifest: WeightManifest, constants: ReadonlyMap<string, Constant>): number {
  let count = 0;
  for (const { dtype, dims } of manifest.isStated ? manifest.all : constants.values()) {
    if (isFloat(dtype)) count += elementCount(dims);
  }
  return count;
}

function weightsOf(constants: ReadonlyMap<string, Constant>): Model['weights'] {
  const weights = [...constants.values()].filter((c) => isFloat(c.dtype));
  const present = weights.filter((c) => c.present).length;
  return present === weights.length ? 'present' : present === 0 ? 'missing' : 'partial';
}

function metadataOf({ file }: GraphDefinition): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  for (const key of ['format', 'generatedBy', 'convertedBy']) {
    const value = stringMember(file, key);
    if (value !== undefined) metadata.set(key, value);
  }
  return metadata;
}
