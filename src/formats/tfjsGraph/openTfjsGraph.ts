import type { ModelFolder } from '../../ir/byteSource';
import { isFloat } from '../../ir/dataType';
import type { Model } from '../../ir/model';
import { elementCount } from '../../ir/tensor';
import { graphHash } from '../graphHash';
import { member, stringMember } from '../tfjs/jsonAccess';
import { finished, JsonFile, once, opening } from '../tfjs/jsonFile';
import { JsonPlace } from '../tfjs/jsonPlace';
import { WeightManifest } from '../tfjs/weightManifest';
import { readAllConstants, type Constant, type Constants } from './constants';
import { readGraphDef, type GraphDefinition, type NodeDefinition } from './graphDef';
import { GraphLowering } from './graphLowering';

/**
 * Opens a TensorFlow.js graph model (a GraphDef as JSON, with or without its weights) as a graph of ONNX operators (opset 18).
 * Inputs and outputs keep the file's layout. Of the weights only shapes, axes and the like are read, which decide how a node
 * is expressed. Calls of functions are replaced by their bodies; branches and loops become If and Loop. Nodes that cannot be
 * expressed become nodes of the domain `tfjs`.
 *
 * @param folder the folder of the file, from which the weight files are opened
 * @param path the file as the user named it, for messages
 * @param text the file's text
 * @throws ModelError when the text is no JSON, or JSON without a list of nodes
 */
export function openTfjsGraph(folder: ModelFolder, path: string, text: string): Promise<Model> {
  return opening(path, () => open(folder, new JsonFile(text)));
}

async function open(folder: ModelFolder, json: JsonFile): Promise<Model> {
  const { report } = json;
  const definition = readGraphDef(json.parse(), report);
  const { file } = definition;
  const place = JsonPlace.root.to('weightsManifest');
  const manifest = await WeightManifest.open(member(file, 'weightsManifest'), folder, place, report);
  const constants = await readAllConstants(definition, manifest);
  const lowering = once(() => {
    const origin = ({ op, settings, place: at }: NodeDefinition, layer: string) =>
      json.origin(at, { layer, kind: op, config: settings, isNode: true });
    const lowered = new GraphLowering(definition, constants, origin, report);
    lowered.lower();
    return lowered;
  });
  const graph = once(() => finished(lowering()));
  const hash = once(() => graphHash(graph()));
  return {
    format: 'tfjs-graph',
    producer: [stringMember(file, 'generatedBy'), stringMember(file, 'convertedBy')].filter(Boolean).join(' / '),
    functions: [],
    metadata: metadataOf(definition),
    nodeCount: definition.nodeCount,
    parameterCount: parameterCount(manifest, constants),
    weights: weightsOf(constants),
    purpose: 'inference',
    lines: json.lines,
    get opsets() {
      return lowering().graph.opsets;
    },
    get graph() {
      return graph();
    },
    get problems() {
      lowering();
      return json.problems();
    },
    get graphHash() {
      return hash();
    },
  };
}

/** Every float weight that the file lists, used or not; where it lists none, the constants of the graph. */
function parameterCount(manifest: WeightManifest, constants: Constants): number {
  let count = 0;
  for (const { dtype, dims } of manifest.isStated ? manifest.all : allOf(constants)) {
    if (isFloat(dtype)) count += elementCount(dims);
  }
  return count;
}

function allOf(constants: Constants): Constant[] {
  return [...new Set([...constants.values()].flatMap((ofBody) => [...ofBody.values()]))];
}

function weightsOf(constants: Constants): Model['weights'] {
  const weights = allOf(constants).filter((c) => isFloat(c.dtype));
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
