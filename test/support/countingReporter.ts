import fs from 'node:fs';
import Mocha from 'mocha';

/** The spec reporter; also writes { passed, failed, skipped } to $NORMSCOPE_TEST_COUNTS, which `npm test` adds up. */
export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    const file = process.env.NORMSCOPE_TEST_COUNTS;
    if (!file) return;
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const { passes: passed, failures: failed, pending: skipped } = this.stats;
      fs.writeFileSync(file, JSON.stringify({ passed, failed, skipped }));
    });
  }
}
