import assert from 'node:assert/strict';
import type { Graph } from '../../src/ir/graph';
import { inferTypes } from '../../src/ir/inferTypes';
import type { MutableGraph } from '../../src/ir/mutableGraph';
import { elementCount, float32Tensor } from '../../src/ir/tensor';
import { parseGraph } from '../../src/ir/textForm';
import { verifyGraph } from '../../src/ir/verifyGraph';
import { layerView } from '../../src/layers/recognize';
import type { FixId } from '../../src/protocol/facts';
import { fixes } from '../../src/engine/fixes';
import type { FixReport } from '../../src/variants/editReport';
import { corpusFeeds } from './corpus';
import { noise, runGraph } from './runGraph';
import { modelOf } from './textModel';

/** A graph in the textual syntax whose float32 weights without numbers get some: variances (v...) and scales (s...) around 1. */
export function filledGraph(text: string): MutableGraph {
  const graph = parseGraph(text).toMutable();
  let seed = 1;
  for (const { name, dims, dtype, location } of graph.initializers.values()) {
    if (location !== 'missing' || dtype !== 'float32') continue;
    const middle = /^[sv]/.test(name) ? 1 : 0;
    const values = noise(elementCount(dims), seed++).map((n) => middle + 0.5 * n);
    graph.initializers.set(name, float32Tensor(name, dims, values));
  }
  return graph;
}

export interface Edited {
  readonly graph: MutableGraph;
  readonly report: FixReport;
  /** Ids of the changed layers. */
  readonly changed: readonly string[];
}

/** A copy of the graph with a fix; what the verifier says of it may not be worse than before. */
export async function edited(original: MutableGraph | Graph, fix: FixId): Promise<Edited> {
  const frozen = 'freeze' in original ? original.freeze() : original;
  const types = inferTypes(frozen);
  const view = layerView(frozen, types);
  const graph = frozen.toMutable();
  const report = await fixes[fix].edit!(graph, { model: modelOf(frozen), view, types, isMeant: () => true });
  assert.deepEqual(verifyGraph(graph), verifyGraph(frozen.toMutable()));
  const names = (d: readonly { name: string }[]) => d.map(({ name }) => name);
  assert.deepEqual(names(graph.inputs), names(frozen.toMutable().inputs));
  assert.deepEqual(names(graph.outputs), names(frozen.toMutable().outputs));
  return { graph, report, changed: report.changed.map((l) => l.id) };
}

/** The largest difference of all outputs of two graphs on the same inputs, as a part of the output's largest magnitude. */
export async function differenceOf(original: MutableGraph, fixed: MutableGraph): Promise<number> {
  const { feeds } = corpusFeeds(original);
  const [expected, actual] = [await runGraph(original, feeds), await runGraph(fixed, feeds)];
  let worst = 0;
  for (const [name, { data, dims }] of Object.entries(expected)) {
    assert.deepEqual(actual[name].dims, dims);
    const values = Array.from(data, Number);
    const scale = values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    assert.ok(scale > 0, `${name} is zero: nothing is compared`);
    values.forEach((v, i) => (worst = Math.max(worst, Math.abs(v - Number(actual[name].data[i])) / scale)));
  }
  return worst;
}

export function operators(graph: MutableGraph): string[] {
  return graph.nodes.map((n) => n.opType);
}
