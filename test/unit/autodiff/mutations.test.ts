import assert from 'node:assert/strict';
import {
  backwardGraph,
  numericGradients,
  relativeError,
  reverseGradients,
  TOLERANCE,
  type BackwardGraph,
  type GradientCase,
} from '../../support/finiteDifferences';
import { mutants } from '../../support/mutations';
import { gradientCases } from './cases/index';

/** The worst relative error over the gradients of a case. */
async function worstError(
  test: GradientCase,
  backward: BackwardGraph,
  expected: ReadonlyMap<string, Float64Array>,
): Promise<number> {
  let worst = 0;
  for (const [name, { data }] of await reverseGradients(test, backward)) {
    const error = relativeError(data, expected.get(name)!);
    worst = Number.isNaN(error) ? Infinity : Math.max(worst, error);
  }
  return worst;
}

describe('the check of gradient rules notices', () => {
  const byOperator = new Map<string, GradientCase[]>();
  for (const test of gradientCases.filter((c) => c.mutated !== false)) {
    const list = byOperator.get(test.opType);
    if (list) list.push(test);
    else byOperator.set(test.opType, [test]);
  }
  for (const [opType, cases] of byOperator) {
    it(`a fault in any node of ${opType}'s gradient`, async function () {
      this.timeout(60_000);
      for (const test of cases) {
        const backward = backwardGraph(test);
        const expected = await numericGradients(test);
        const noticed = new Map<string, boolean>();
        for (const mutant of mutants(backward)) {
          if (noticed.get(mutant.place)) continue;
          noticed.set(mutant.place, (await worstError(test, mutant.backward, expected)) > TOLERANCE);
        }
        const missed = [...noticed].filter(([, seen]) => !seen).map(([place]) => place);
        assert.deepEqual(missed, [], test.name);
      }
    });
  }
});
