import type { ErrorPlace } from '../../ir/errors';
import type { Problem } from '../../ir/model';
import { say } from '../../texts/say';

/** Problems of one kind that are listed one by one; a damaged file may have millions. */
const MOST_OF_A_KIND = 20;

/** Collects what is wrong with a file without stopping at it. */
export class Problems {
  private readonly listed: Problem[] = [];
  private readonly counts = new Map<string, number>();

  add(code: string, message: string, place?: ErrorPlace): void {
    const count = (this.counts.get(code) ?? 0) + 1;
    this.counts.set(code, count);
    if (count <= MOST_OF_A_KIND) this.listed.push({ code, message, ...(place && { place }) });
  }

  list(): Problem[] {
    const more = [...this.counts].filter(([, count]) => count > MOST_OF_A_KIND);
    return [
      ...this.listed,
      ...more.map(([code, count]) => ({
        code,
        message: say`and ${count - MOST_OF_A_KIND} more problems of this kind`,
      })),
    ];
  }
}
