import type { Problem } from '../../ir/model';
import type { TextLines } from '../../ir/textLines';
import type { JsonIndex } from './jsonIndex';
import { DECODED, type JsonPlace, type JsonStep } from './jsonPlace';

/** More problems than this are counted, not listed: nobody reads them, and a hostile file could state millions. */
const MOST_PROBLEMS = 100;

/** Problems of a JSON model with the place in the text that each is about. */
export class ProblemList {
  private readonly problems: Problem[] = [];
  private left = 0;

  constructor(
    private readonly lines: TextLines,
    private readonly index: () => JsonIndex,
  ) {}

  add(code: string, message: string, place: JsonPlace): void {
    if (this.problems.length >= MOST_PROBLEMS) {
      this.left++;
      return;
    }
    const offset = this.offsetOf(place.steps());
    this.problems.push({
      code,
      message,
      place: { jsonPath: place.toString(), ...(offset !== undefined && this.lines.positionAt(offset)) },
    });
  }

  list(): readonly Problem[] {
    if (this.left === 0) return this.problems;
    return [...this.problems, { code: 'more-problems', message: `${this.left} further problems are not listed` }];
  }

  /** Elements such as a name in a list have no place of their own: the value around them stands in. */
  private offsetOf(steps: JsonStep[]): number | undefined {
    for (let n = steps.length; n >= 0; n--) {
      if (steps[n] === DECODED) continue;
      const span = this.index().value(steps.slice(0, n));
      if (span !== undefined) return span.offset;
    }
    return undefined;
  }
}
