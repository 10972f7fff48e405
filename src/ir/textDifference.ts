/** What stands in another text in the place of a stretch of a first one; all else is alike. */
export interface TextDifference {
  /** In UTF-16 units; where the texts begin to differ. */
  readonly start: number;
  /** Behind the stretch, in the first text. */
  readonly end: number;
  /** What the other text has there. */
  readonly put: string;
}

/** The shortest stretch that turns a text into another; empty where they are equal. Compares blocks, which costs next to nothing. */
export function textDifference(before: string, after: string): TextDifference {
  const shorter = Math.min(before.length, after.length);
  const start = longest(shorter, (from, to) => before.slice(from, to) === after.slice(from, to));
  const [b, a] = [before.length, after.length];
  const behind = longest(
    shorter - start,
    (from, to) => before.slice(b - to, b - from) === after.slice(a - to, a - from),
  );
  return { start, end: b - behind, put: after.slice(start, a - behind) };
}

/** The other text, from the first and the difference. */
export function withDifference(before: string, { start, end, put }: TextDifference): string {
  return before.slice(0, start) + put + before.slice(end);
}

/** How far something goes that is asked about stretch by stretch, at most up to a limit. */
function longest(limit: number, isAlike: (from: number, to: number) => boolean): number {
  if (isAlike(0, limit)) return limit;
  let alike = 0;
  let unlike = limit;
  while (alike + 1 < unlike) {
    const middle = (alike + unlike) >> 1;
    if (isAlike(alike, middle)) alike = middle;
    else unlike = middle;
  }
  return alike;
}
