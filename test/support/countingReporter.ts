import fs from 'node:fs';
import Mocha from 'mocha';

/**
 * The spec reporter; also keeps { passed, failed, skipped, running } in $NORMSCOPE_TEST_COUNTS, which `npm test` adds up and watches:
 * `running` is the title of the test or hook that has begun last, null at the end.
 */
export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    const file = process.env.NORMSCOPE_TEST_COUNTS;
    if (!file) return;
    const write = (running: string | null) => {
      const { passes: passed, failures: failed, pending: skipped } = this.stats;
      fs.writeFileSync(file, JSON.stringify({ passed, failed, skipped, running }));
    };
    const { EVENT_TEST_BEGIN, EVENT_HOOK_BEGIN, EVENT_RUN_END } = Mocha.Runner.constants;
    runner.on(EVENT_TEST_BEGIN, (test) => write(test.fullTitle()));
    runner.on(EVENT_HOOK_BEGIN, (hook) => write(hook.fullTitle()));
    runner.once(EVENT_RUN_END, () => write(null));
  }
}
