// Prints what the analysis of a graph costs, in milliseconds per 1 000 nodes, at 1 000, 10 000 and 100 000 nodes, and of graphs
// whose shape makes careless code quadratic:
//   npm run bench:analyze [-- --runs 5] [--only <part of a name>]
// Each figure is processor time, the median of runs in this process on a file that is opened anew; the first run warms up and
// does not count. What matters is that the figures of one graph do not grow with its size.
import { parseArgs } from 'node:util';
import { encodeOnnx } from '../../src/formats/onnx/onnxWriter';
import type { Graph } from '../../src/ir/graph';
import { inferFacts } from '../../src/ir/inferTypes';
import { remembered } from '../../src/ir/rememberedGraph';
import type { Model } from '../../src/ir/model';
import { layerView } from '../../src/layers/recognize';
import { analyzeModel } from '../../src/rules/analyzeModel';
import { openBytes } from '../support/onnxModels';
import { extremes, mixedNetwork } from './analyze/graphs';

const { values: args } = parseArgs({
  options: { runs: { type: 'string', default: '5' }, only: { type: 'string', default: '' } },
});
const runs = Number(args.runs);
const SIZES = [1_000, 10_000, 100_000];
const stages = ['types', 'recognition', 'rules', 'all'] as const;

async function main(): Promise<void> {
  console.log(`graph | nodes | ${stages.join(' | ')} (ms per 1 000 nodes) | all, ms`);
  const graphs: Readonly<Record<string, (size: number) => Graph>> = {
    'convolutions and attention': mixedNetwork,
    ...extremes,
  };
  for (const [name, make] of Object.entries(graphs)) {
    if (!name.includes(args.only)) continue;
    for (const size of SIZES) await report(name, make(size));
  }
}

async function report(name: string, graph: Graph): Promise<void> {
  const bytes = await encodeOnnx(graph.toMutable());
  const measured: number[][] = [];
  for (let run = 0; run <= runs; run++) measured.push(await measure(await openBytes(bytes), await openBytes(bytes)));
  const medians = stages.map((_, s) => median(measured.slice(1).map((m) => m[s])));
  const perThousand = medians.map((ms) => ((1000 * ms) / graph.nodeCount).toFixed(2));
  console.log(`${name} | ${graph.nodeCount} | ${perThousand.join(' | ')} | ${medians[3].toFixed(0)}`);
}

/** Milliseconds by stage. Types and layers are timed on a model of their own: a graph remembers what it was asked before. */
async function measure(parts: Model, whole: Model): Promise<number[]> {
  const clock = stopwatch();
  const graph = remembered(parts.graph);
  const types = inferFacts(graph);
  const typing = clock();
  layerView(graph, types);
  const viewing = clock();
  await analyzeModel(whole, 'model.onnx');
  const all = clock();
  return [typing, viewing, Math.max(0, all - typing - viewing), all];
}

/** Processor time of this process in milliseconds since the last call. */
function stopwatch(): () => number {
  let last = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(last);
    last = process.cpuUsage();
    return (user + system) / 1000;
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

void main();
