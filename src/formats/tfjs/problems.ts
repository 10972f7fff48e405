import type { ErrorPlace } from '../../ir/errors';
import type { Problem } from '../../ir/model';
import type { TextPosition } from '../../ir/origin';
import type { TextLines } from '../../ir/textLines';
import { say } from '../../texts/say';
import type { JsonIndex } from './jsonIndex';
import { DECODED, type JsonPlace, type JsonStep } from './jsonPlace';

/** More problems than this are counted, not listed: nobody reads them, and a hostile file could state millions. */
export const MOST_PROBLEMS = 100;

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
    this.problems.push({ code, message, place: this.errorPlace(place) });
  }

  /** The position is looked up when somebody asks: it costs an index of the whole text. */
  private errorPlace(place: JsonPlace): ErrorPlace {
    let position: TextPosition | undefined;
    const positionOf = () => (position ??= this.lines.positionAt(this.offsetOf(place.steps())));
    return {
      jsonPath: place.toString(),
      get line() {
        return positionOf().line;
      },
      get character() {
        return positionOf().character;
      },
    };
  }

  list(): readonly Problem[] {
    if (this.left === 0) return this.problems;
    return [...this.problems, { code: 'more-problems', message: say`${this.left} further problems are not listed` }];
  }

  /** Elements such as a name in a list have no place of their own: the value around them stands in. */
  private offsetOf(steps: JsonStep[]): number {
    for (let n = steps.length; n >= 0; n--) {
      if (steps[n] === DECODED) continue;
      const span = this.index().value(steps.slice(0, n));
      if (span !== undefined) return span.offset;
    }
    return 0;
  }
}
