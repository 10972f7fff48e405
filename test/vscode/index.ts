import fs from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';
import CountingReporter from '../support/countingReporter';

/**
 * What VS Code calls inside the extension host: runs every *.test.js beside this file.
 *
 * @throws when a test fails, or when there is none (mocha alone would call that a success)
 */
export async function run(): Promise<void> {
  process.setSourceMapsEnabled(true);
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: 60_000,
    color: false,
    reporter: CountingReporter,
    grep: process.env.MOCHA_GREP,
  });
  const files = fs.readdirSync(__dirname).filter((file) => file.endsWith('.test.js'));
  if (!files.length) throw new Error(`no test file in ${__dirname}`);
  for (const file of files.sort()) mocha.addFile(path.join(__dirname, file));
  await mocha.loadFilesAsync();
  await new Promise<void>((resolve, reject) => {
    const runner = mocha.run((failures) => {
      if (failures) reject(new Error(`${failures} tests failed`));
      else if (!runner.stats?.tests) reject(new Error('no test was run'));
      else resolve();
    });
  });
}
