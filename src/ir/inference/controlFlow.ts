import type { Dim, Graph } from '../graph';
import { sameType, tensorFact, type Fact, type InferenceNode, type InferenceRules } from './inferenceNode';

export const controlFlowRules: InferenceRules = {
  If: (n) => {
    const branches = [subgraph(n, 'else_branch'), subgraph(n, 'then_branch')];
    if (branches.some((b) => b === undefined)) return [];
    const condition = n.data(0)?.[0];
    if (typeof condition === 'number') return n.inferSubgraph(branches[Number(condition !== 0)]!, []);
    const [no, yes] = branches.map((b) => n.inferSubgraph(b!, []));
    return yes.map((fact, i) => common(fact, no[i]));
  },
  Loop: loop,
  Scan: scan,
};

function subgraph(n: InferenceNode, name: string): Graph | undefined {
  const a = n.attr(name);
  return a?.type === 'graph' ? a.value : undefined;
}

/** What two facts have in common. */
function common(a: Fact | undefined, b: Fact | undefined): Fact | undefined {
  if (a === undefined || b === undefined || a.kind !== b.kind) return undefined;
  const shape =
    a.shape && b.shape && a.shape.length === b.shape.length
      ? a.shape.map((d, i): Dim => (d === b.shape![i] ? d : null))
      : undefined;
  return { kind: a.kind, dtype: a.dtype === b.dtype ? a.dtype : undefined, shape };
}

/** Loop (opset 1): carried values may change their shape from turn to turn, so only their element type is passed on. */
function loop(n: InferenceNode): (Fact | undefined)[] {
  const body = subgraph(n, 'body');
  if (body === undefined) return [];
  const carried = Math.max(0, n.inputCount - 2);
  const entry = Array.from({ length: carried }, (_, i) => {
    const fact = n.fact(i + 2);
    return fact && { kind: fact.kind, dtype: fact.dtype };
  });
  const results = n.inferSubgraph(body, [tensorFact('int64', []), tensorFact('bool', []), ...entry]).slice(1);
  return results.map((fact, i) => (i < carried ? common(fact, entry[i]) : stacked(fact, null)));
}

/** Scan (opset 9): state variables keep their type, scanned inputs lose axis 0 and scanned outputs gain it. */
function scan(n: InferenceNode): (Fact | undefined)[] {
  const body = subgraph(n, 'body');
  const scanned = n.int('num_scan_inputs', 0);
  const states = n.inputCount - scanned;
  const moved = [...(n.ints('scan_input_axes') ?? []), ...(n.ints('scan_output_axes') ?? [])].some((a) => a !== 0);
  if (body === undefined || scanned < 1 || states < 0 || n.opset < 9 || moved) return [];
  const inputs = Array.from({ length: n.inputCount }, (_, i) => {
    const fact = n.fact(i);
    return i < states ? sameType(fact) : fact && tensorFact(fact.dtype, fact.shape?.slice(1));
  });
  const length = n.shape(states)?.[0] ?? null;
  return n.inferSubgraph(body, inputs).map((fact, i) => (i < states ? common(fact, inputs[i]) : stacked(fact, length)));
}

function stacked(fact: Fact | undefined, length: Dim): Fact | undefined {
  return fact && tensorFact(fact.dtype, fact.shape && [length, ...fact.shape]);
}
