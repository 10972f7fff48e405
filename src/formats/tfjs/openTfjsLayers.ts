import type { ModelFolder } from '../../ir/byteSource';
import type { Model } from '../../ir/model';
import { GraphHash } from '../graphHash';
import { FollowedLowering, parametersIn } from './followedLowering';
import { isObject, member, stringMember } from './jsonAccess';
import { finishedWithLayouts, JsonFile, once, opening } from './jsonFile';
import { LayersFollower } from './layersFollower';
import { ModelLowering } from './modelLowering';
import { findModel, readTopology, type StatedModel } from './topology';
import { WeightManifest } from './weightManifest';

/**
 * Opens a TensorFlow.js layers model, or the architecture of a Keras model, as a graph of ONNX operators (opset 18).
 * Inputs and outputs keep the file's layout. Weight files are opened but not read; where they are missing, the weights are
 * declared without data. Layers that cannot be expressed in operators become nodes of the domain `tfjs`. Opening parses the JSON;
 * the layers are gone through when somebody asks for the graph or what follows from it.
 *
 * @param folder the folder of the file, from which the weight files are opened
 * @param path the file as the user named it, for messages
 * @param text the file's text
 * @throws ModelError when the text is no JSON, or JSON that describes no layers model
 */
export function openTfjsLayers(folder: ModelFolder, path: string, text: string): Promise<Model> {
  return opening(path, () => open(folder, text));
}

async function open(folder: ModelFolder, text: string): Promise<Model> {
  const file = new JsonFile(text);
  const { report } = file;
  const stated = findModel(file.parse());
  const manifest = await WeightManifest.open(stated.weightsManifest, folder, stated.manifestPlace, report);

  const topology = once(() => readTopology(stated, report));
  const lowering = once(() => {
    const lowered = new ModelLowering(
      manifest,
      ({ place, className, config }, layer) => file.origin(place, { layer, kind: className, config }),
      report,
    );
    lowered.lower(topology().model);
    lowered.graph.name = topology().model.name;
    return lowered;
  });
  const finished = once(() => finishedWithLayouts(lowering()));
  const parameters = () =>
    // every weight that the file lists, used or not, counts; where it lists none, those that the layers ask for
    parametersIn(manifest.isStated ? manifest.all : lowering().graph.initializers.values());
  const hash = once(() => GraphHash.of(finished().graph));
  return {
    format: isTfjs(stated) ? 'tfjs-layers' : 'keras',
    producer: producerOf(stated),
    functions: [],
    metadata: metadataOf(stated),
    purpose: 'definition',
    lines: file.lines,
    get opsets() {
      return lowering().graph.opsets;
    },
    get graph() {
      return finished().graph;
    },
    get nodeCount() {
      return topology().layerCount;
    },
    get parameterCount() {
      return parameters();
    },
    get weights() {
      const { weightsPresent: present, weightsMissing: missing } = lowering();
      return missing === 0 ? 'present' : present === 0 ? 'missing' : 'partial';
    },
    get problems() {
      lowering();
      return file.problems();
    },
    get graphHash() {
      return hash().hex;
    },
    follow(graph) {
      const { moved, cancellation, nodes } = finished();
      const problems = file.problems();
      const problemCount = problems.length;
      const read = { graph, moved, cancellation, nodes, lowering: lowering(), manifest };
      return new LayersFollower({
        text,
        model: topology().model,
        layerCount: topology().layerCount,
        hasTwins: problems.some(({ code }) => code === 'duplicate-name'),
        lowering: lowering(),
        lowered: new FollowedLowering({ ...read, hash: hash().copy(), parameterCount: parameters(), problemCount }),
        manifest,
        folder,
        spanOf: (place) => file.spanOf(place),
      });
    },
  };
}

/** What tfjs writes has the model under modelTopology; Keras writes the model alone. */
function isTfjs({ file }: StatedModel): boolean {
  return ['modelTopology', 'weightsManifest'].some((key) => member(file, key) !== undefined);
}

/** Who wrote and who converted the file, as it says: `keras v2.9.0 / TensorFlow.js Converter v1.3.1`. */
function producerOf({ file, holder }: StatedModel): string {
  const stated = [stringMember(file, 'generatedBy'), stringMember(file, 'convertedBy')].filter((s) => s !== undefined);
  const version = stringMember(holder, 'keras_version');
  return stated.length > 0 ? stated.join(' / ') : version === undefined ? '' : `keras ${version}`;
}

function metadataOf({ file, holder, className }: StatedModel): ReadonlyMap<string, string> {
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
  metadata.set('model_class', className);
  const training = member(holder, 'training_config') ?? member(file, 'trainingConfig');
  if (isObject(training)) {
    const loss = member(training, 'loss');
    if (typeof loss === 'string') metadata.set('loss', loss);
  }
  return metadata;
}
