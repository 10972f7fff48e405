// One run of the product's reader, in a process of its own: <model file> [count: also what is read of it]
import * as path from 'node:path';
import { NodeFolder } from '../../../src/engine/nodeFolder';
import { openModel } from '../../../src/formats/openModel';
import type { ModelFolder } from '../../../src/ir/byteSource';
import { inferTypes } from '../../../src/ir/inferTypes';
import type { Model } from '../../../src/ir/model';
import { analyzeModel } from '../../../src/rules/analyzeModel';
import { measure } from './measured';

const [file, counting] = process.argv.slice(2);
let bytes = 0;
let reads = 0;
const disk = new NodeFolder(path.dirname(file), path.basename(file));

/** The same folder, which counts what is read. Small files are read as they are opened. */
const counted: ModelFolder = {
  open: async (name) => {
    const source = await disk.open(name);
    const count = <T>(part: T, length: number): T => {
      if (part === undefined) return part;
      reads++;
      bytes += length;
      return part;
    };
    return {
      size: source.size,
      read: (offset, length) => count(source.read(offset, length), length),
      readNow: (offset, length) => count(source.readNow?.(offset, length), length),
    };
  },
};
const folder: ModelFolder = counting ? counted : disk;

/** Asks for a graph that is made when it is first asked for (JSON models). */
function lower({ graph }: Model): void {
  if (graph.nodeCount < 0) throw new Error('no nodes');
}

/** Looks up where the first and the last node stand in the text of a JSON model. */
function positions({ graph, lines }: Model): void {
  if (!lines) return;
  for (const { origin } of [graph.node(0), graph.node(graph.nodeCount - 1)])
    if (origin && lines.positionAt(origin.offset).line < 0) throw new Error('no position');
}

/** Asks the graph for every edge in both directions. */
function walk({ graph }: Model): void {
  let edges = 0;
  for (const node of graph.nodes()) {
    if (node.opType === '') edges++;
    for (const v of node.inputs) edges += graph.producer(v) < 0 ? 0 : 1;
    for (const v of node.outputs) edges -= graph.consumers(v).length;
  }
  if (Number.isNaN(edges)) throw new Error('no edges');
}

/** Describes every weight: what the model has of them, and what is wrong with it. */
function weights({ parameterCount, problems }: Model): void {
  if (Number.isNaN(parameterCount + problems.length)) throw new Error('no weights');
}

void measure<Model | undefined>(
  undefined,
  [
    ['open', () => openModel(folder, path.basename(file))],
    ['lower', (model) => (lower(model!), model)],
    ['walk', (model) => (walk(model!), model)],
    ['weights', (model) => (weights(model!), model)],
    ['places', (model) => (positions(model!), model)],
    ['types', (model) => (inferTypes(model!.graph), model)],
    ['analysis', async (model) => (await analyzeModel(model!, file), model)],
  ],
  () => (counting ? { bytes, reads } : {}),
);
