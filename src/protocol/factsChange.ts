import type { Finding, LayerFacts, ModelFacts, Position, ProblemFact, Range, Source, Summary } from './facts';

/** How the facts of an edited text differ from those of the text before: plain data, as long as the edit and not as the model. */
export interface FactsChange {
  readonly graphHash: string;
  /** Everything from `from` on stands elsewhere now, beginning at `to`; absent where nothing has moved. */
  readonly moved?: Move;
  /** Layers, findings and problems that have come in the place of others; their places are those in the new text. */
  readonly layers: readonly Splice<LayerFacts>[];
  readonly findings?: readonly Splice<Finding>[];
  readonly problems?: readonly Splice<ProblemFact>[];
  /** Absent where nothing is counted otherwise. */
  readonly summary?: Summary;
  readonly counts?: Partial<Pick<ModelFacts, 'parameterCount' | 'weights' | 'nodeCount' | 'opsets'>>;
}

/** A stretch of a list that has come in the place of another. Of several, each counts in the list as those before it have left it. */
export interface Splice<T> {
  readonly at: number;
  readonly removed: number;
  readonly added: readonly T[];
}

/** What follows a position of the old text begins at a position of the new one. */
export interface Move {
  readonly from: Position;
  readonly to: Position;
}

/** The facts of the edited text. What has neither changed nor moved is shared with `before`. */
export function changedFacts(before: ModelFacts, change: FactsChange): ModelFacts {
  const { graphHash, moved, summary = before.summary, counts } = change;
  const move = moved === undefined ? <T>(fact: T) => fact : mover(moved);
  const layers = spliced(before.layers.map(move), change.layers);
  const findings = spliced(before.findings.map(move), change.findings);
  const problems = spliced(before.problems.map(move), change.problems);
  return { ...before, ...counts, graphHash, summary, layers, findings, problems };
}

function spliced<T>(list: T[], splices: readonly Splice<T>[] = []): T[] {
  for (const { at, removed, added } of splices) {
    if (removed === added.length) for (let i = 0; i < removed; i++) list[at + i] = added[i];
    else list = [...list.slice(0, at), ...added, ...list.slice(at + removed)];
  }
  return list;
}

/** Moves facts with a place; those before the edit stay the same objects. */
function mover(move: Move): <T extends { readonly source?: Source }>(fact: T) => T {
  return (fact) => {
    const { source } = fact;
    if (source === undefined) return fact;
    const range = movedRange(source.range, move);
    return range === source.range ? fact : { ...fact, source: { uri: source.uri, range } };
  };
}

function movedRange(range: Range, move: Move): Range {
  const start = movedPosition(range.start, move);
  const end = movedPosition(range.end, move);
  return start === range.start && end === range.end ? range : { start, end };
}

function movedPosition(at: Position, { from, to }: Move): Position {
  if (at.line < from.line || (at.line === from.line && at.character < from.character)) return at;
  if (at.line > from.line) return { line: at.line + to.line - from.line, character: at.character };
  return { line: to.line, character: at.character + to.character - from.character };
}
