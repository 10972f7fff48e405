import fs from 'node:fs';
import Mocha from 'mocha';

/**
 * The spec reporter; also keeps { passed, failed, skipped, running, notes } in $NORMSCOPE_TEST_COUNTS, which `npm test` adds up and
 * watches: `running` is the title of the test or hook that has begun last, null at the end; `notes` are the titles of those that
 * failed, or were tried again, each with its error.
 */
export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    const file = process.env.NORMSCOPE_TEST_COUNTS;
    if (!file) return;
    const notes: string[] = [];
    const write = (running: string | null) => {
      const { passes: passed, failures: failed, pending: skipped } = this.stats;
      fs.writeFileSync(file, JSON.stringify({ passed, failed, skipped, running, notes }));
    };
    const { EVENT_TEST_BEGIN, EVENT_HOOK_BEGIN, EVENT_TEST_FAIL, EVENT_TEST_RETRY, EVENT_RUN_END } =
      Mocha.Runner.constants;
    const note = (what: string) => (test: Mocha.Runnable, error: Error) =>
      notes.push(`${what}: ${test.fullTitle()}\n${error.message}`);
    runner.on(EVENT_TEST_FAIL, note('failed'));
    runner.on(EVENT_TEST_RETRY, note('tried again'));
    runner.on(EVENT_TEST_BEGIN, (test) => write(test.fullTitle()));
    runner.on(EVENT_HOOK_BEGIN, (hook) => write(hook.fullTitle()));
    runner.once(EVENT_RUN_END, () => write(null));
  }
}
