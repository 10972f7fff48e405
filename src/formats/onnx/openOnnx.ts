import { SMALL_FILE, type ByteSource, type ModelFolder } from '../../ir/byteSource';
import { ModelError } from '../../ir/errors';
import type { Graph } from '../../ir/graph';
import type { Model, Problem } from '../../ir/model';
import { graphHash } from '../graphHash';
import { ExternalFiles } from './externalFiles';
import { countNodes, countWeights, type WeightCounts } from './modelCounts';
import { ModelReader } from './modelReader';
import { Problems } from './problems';
import { ReadContext } from './readContext';
import { readStructure } from './structure';
import { TensorReader } from './tensorReader';
import { Wire } from './wire';

/**
 * Opens an ONNX file of any IR version: reads its structure and leaves the weights where they are. Unknown fields are skipped;
 * what is wrong with the file without making it unreadable is in `problems`.
 * @param folder where external data is looked for
 * @param path of the model inside the folder
 * @throws ModelError `not-a-model`, `truncated` or `corrupt` with the offset
 */
export async function openOnnx(folder: ModelFolder, path: string, source: ByteSource): Promise<Model> {
  const isSmall = source.size <= SMALL_FILE;
  const structure = isSmall
    ? [{ start: 0, bytes: source.readNow?.(0, source.size) ?? (await source.read(0, source.size)) }]
    : await readStructure(source);
  const problems = new Problems();
  const files = new ExternalFiles(folder, path);
  const tensors = new TensorReader(source, files, problems);
  const context = new ReadContext(structure, tensors, problems);
  const contents = new ModelReader(context);
  let graph: Graph;
  try {
    graph = contents.read(new Wire(structure), source.size);
  } catch (error) {
    // going through the structure by itself tells more exactly what is wrong
    if (isSmall && error instanceof ModelError) await readStructure(source);
    throw error;
  }
  if (files.areNamed)
    for (const { error } of await files.find()) if (error) problems.add('external-data', error.message);
  const { functions, irVersion, metadata } = contents;
  let counts: (WeightCounts & { nodeCount: number; problems: Problem[] }) | undefined;
  const counted = () => {
    if (counts !== undefined) return counts;
    const nodeCount = countNodes(graph, functions, context.records, problems);
    const weights = countWeights(context.records.values());
    tensors.checkExternal();
    return (counts = { nodeCount, ...weights, problems: problems.list() });
  };
  let hash: string | undefined;
  // what follows from the graph is worked out when somebody asks
  return {
    format: 'onnx',
    get producer() {
      return contents.producer;
    },
    irVersion,
    opsets: context.opsets,
    graph,
    functions,
    metadata,
    get nodeCount() {
      return counted().nodeCount;
    },
    get parameterCount() {
      return counted().parameterCount;
    },
    get weights() {
      return counted().weights;
    },
    get purpose() {
      return contents.hasTrainingInfo || isTrainingGraph(graph, context) ? 'training' : 'inference';
    },
    get problems() {
      return counted().problems;
    },
    get graphHash() {
      return (hash ??= graphHash(graph, functions));
    },
  };
}

const TRAINING_DOMAIN = /^ai\.onnx\.(preview\.)?training$/;

/** Gradients computed or given out, or an optimizer's operators (ai.onnx.preview.training). */
function isTrainingGraph(graph: Graph, context: ReadContext): boolean {
  for (const v of graph.outputs) if (/(^|[._/])grad(ient)?s?($|[._/:])/i.test(graph.valueName(v))) return true;
  if (!context.hasWord((word) => TRAINING_DOMAIN.test(word) || word.endsWith('Grad'))) return false;
  for (const node of graph.nodes()) {
    if (TRAINING_DOMAIN.test(node.domain)) return true;
    if (node.domain === 'com.microsoft' && node.opType.endsWith('Grad')) return true;
  }
  return false;
}
