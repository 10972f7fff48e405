import type { Finding, LayerFacts, ModelFacts, Position, ProblemFact, Range, Source, Summary } from './facts';

/** How the facts of an edited text differ from those of the text before: plain data, as long as the edit and not as the model. */
export interface FactsChange {
  readonly graphHash: string;
  /** Everything from `from` on stands elsewhere now, beginning at `to`; absent where nothing has moved. */
  readonly moved?: Move;
  /** Layers that are different, by index; their places are those in the new text. */
  readonly layers: readonly { readonly index: number; readonly facts: LayerFacts }[];
  /** Findings that have come in the place of others; their places are those in the new text. */
  readonly findings?: { readonly at: number; readonly removed: number; readonly added: readonly Finding[] };
  /** Absent where nothing is counted otherwise. */
  readonly summary?: Summary;
  /** Problems that have come in the place of others, one stretch after the other; their places are those in the new text. */
  readonly problems?: readonly {
    readonly at: number;
    readonly removed: number;
    readonly added: readonly ProblemFact[];
  }[];
  readonly counts?: Pick<ModelFacts, 'parameterCount' | 'weights'>;
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
  const layers = before.layers.map(move);
  for (const { index, facts } of change.layers) layers[index] = facts;
  const findings = before.findings.map(move);
  if (change.findings !== undefined) {
    const { at, removed, added } = change.findings;
    findings.splice(at, removed, ...added);
  }
  const problems = before.problems.map(move);
  for (const { at, removed, added } of change.problems ?? []) problems.splice(at, removed, ...added);
  return { ...before, ...counts, graphHash, summary, layers, findings, problems };
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
