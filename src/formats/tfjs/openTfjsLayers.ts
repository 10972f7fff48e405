import type { ModelFolder } from '../../ir/byteSource';
import { ModelError } from '../../ir/errors';
import { isFloat } from '../../ir/dataType';
import type { Model } from '../../ir/model';
import type { MutableGraph } from '../../ir/mutableGraph';
import type { Origin } from '../../ir/origin';
import { elementCount } from '../../ir/tensor';
import { TextLines } from '../../ir/textLines';
import { graphHash } from '../graphHash';
import { cancelTransposes } from './cancelTransposes';
import { declareTypes } from './declareTypes';
import { isObject, member, stringMember } from './jsonAccess';
import { JsonIndex } from './jsonIndex';
import { ModelLowering } from './modelLowering';
import { parseJson } from './parseJson';
import { ProblemList } from './problems';
import { readTopology, type LayerDefinition, type Topology } from './topology';
import { WeightManifest } from './weightManifest';

/**
 * Opens a TensorFlow.js layers model, or the architecture of a Keras model, as a graph of ONNX operators (opset 18).
 * Inputs and outputs keep the file's layout. Weight files are opened but not read; where they are missing, the weights are
 * declared without data. Layers that cannot be expressed in operators become nodes of the domain `tfjs`.
 *
 * @param folder the folder of the file, from which the weight files are opened
 * @param path the file as the user named it, for messages
 * @param text the file's text
 * @throws ModelError when the text is no JSON, or JSON that describes no layers model
 */
export async function openTfjsLayers(folder: ModelFolder, path: string, text: string): Promise<Model> {
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

  const topology = readTopology(parseJson(text), report);
  const manifest = await WeightManifest.open(topology.weightsManifest, folder, topology.manifestPlace, report);
  const lowering = new ModelLowering(manifest, (layer, name) => originOf(layer, name, indexOf), report);
  lowering.lower(topology.model);
  const { graph } = lowering;
  graph.name = topology.model.name;
  declareTypes(graph, lowering.values, cancelTransposes(graph, lowering.layoutTransposes));
  const frozen = graph.freeze();

  const { weightsPresent: present, weightsMissing: missing } = lowering;
  return {
    format: isTfjs(topology) ? 'tfjs-layers' : 'keras',
    producer: producerOf(topology),
    opsets: graph.opsets,
    graph: frozen,
    functions: [],
    metadata: metadataOf(topology),
    nodeCount: topology.layerCount,
    parameterCount: parameterCount(graph, manifest),
    weights: missing === 0 ? 'present' : present === 0 ? 'missing' : 'partial',
    purpose: 'definition',
    problems: problems.list(),
    lines,
    graphHash: graphHash(frozen),
  };
}

/** Offsets are looked up when somebody asks for them: opening a model does not pay for its positions. */
function originOf(layer: LayerDefinition, name: string, index: () => JsonIndex): Origin {
  const span = () => index().value(layer.place.steps()) ?? { offset: 0, length: 0 };
  return {
    layer: name,
    kind: layer.className,
    config: layer.config,
    get offset() {
      return span().offset;
    },
    get length() {
      return span().length;
    },
  };
}

/** Every weight that the file lists, used or not; where it lists none, those that the layers ask for. */
function parameterCount(graph: MutableGraph, manifest: WeightManifest): number {
  const weights = manifest.isStated ? manifest.all : graph.initializers.values();
  let count = 0;
  for (const { dtype, dims } of weights) if (isFloat(dtype)) count += elementCount(dims);
  return count;
}

/** What tfjs writes has the model under modelTopology; Keras writes the model alone. */
function isTfjs({ file }: Topology): boolean {
  return ['modelTopology', 'weightsManifest'].some((key) => member(file, key) !== undefined);
}

/** Who wrote and who converted the file, as it says: `keras v2.9.0 / TensorFlow.js Converter v1.3.1`. */
function producerOf({ file, holder }: Topology): string {
  const stated = [stringMember(file, 'generatedBy'), stringMember(file, 'convertedBy')].filter((s) => s !== undefined);
  const version = stringMember(holder, 'keras_version');
  return stated.length > 0 ? stated.join(' / ') : version === undefined ? '' : `keras ${version}`;
}

function metadataOf({ file, holder, model }: Topology): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  for (const [object, keys] of [
    [file, ['format', 'generatedBy', 'convertedBy']],
    [holder, ['keras_version', 'backend']],
  ] as const) {
    for (const key of keys) {
      const value = stringMember(object, key);
      if (value !== undefined) metadata.set(key, value);
    }
  }
  metadata.set('model_class', model.className);
  const training = member(holder, 'training_config') ?? member(file, 'trainingConfig');
  if (isObject(training)) {
    const loss = member(training, 'loss');
    if (typeof loss === 'string') metadata.set('loss', loss);
  }
  return metadata;
}
