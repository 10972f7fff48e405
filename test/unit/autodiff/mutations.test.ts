import assert from 'node:assert/strict';
import {
  backwardGraph,
  loadBackward,
  numericGradients,
  relativeError,
  TOLERANCE,
  type GradientCase,
} from '../../support/finiteDifferences';
import { withFaults } from '../../support/mutations';
import { gradientCases } from './cases/index';

/** The places of a case's gradient where no fault is noticed. */
async function missedPlaces(test: GradientCase): Promise<string[]> {
  const expected = await numericGradients(test);
  const faulty = withFaults(backwardGraph(test));
  let loaded = await loadBackward(test, faulty.backward);
  try {
    const worstError = async (feeds: ReturnType<typeof faulty.feeds>) => {
      let worst = 0;
      for (const [name, { data }] of await loaded.run(feeds)) {
        const error = relativeError(data, expected.get(name)!);
        worst = Number.isNaN(error) ? Infinity : Math.max(worst, error);
      }
      return worst;
    };
    const right = await worstError(faulty.feeds());
    assert.ok(right <= TOLERANCE, `${test.name}: ${right} with every fault switched off`);
    const noticed = new Map<string, boolean>();
    for (const fault of faulty.faults) {
      if (noticed.get(fault.place)) continue;
      if (test.random) {
        await loaded.release();
        loaded = await loadBackward(test, faulty.backward);
      }
      noticed.set(fault.place, (await worstError(faulty.feeds(fault))) > TOLERANCE);
    }
    return [...noticed].filter(([, seen]) => !seen).map(([place]) => place);
  } finally {
    await loaded.release();
  }
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
      for (const test of cases) assert.deepEqual(await missedPlaces(test), [], test.name);
    });
  }
});
