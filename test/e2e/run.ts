// npm run test:e2e: packages the extension for this platform and universally, then runs the scenarios in the real workbench.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { makePackage } from '../../src/tools/package.mjs';
import { currentTarget, universal } from '../../src/tools/runtime.mjs';

const root = path.resolve(__dirname, '../..');

async function main(): Promise<number> {
  for (const target of new Set([currentTarget(), universal])) await makePackage(target);
  const mocha = path.join(root, 'node_modules/mocha/bin/mocha.js');
  // a browser, a server and an extension host on a busy machine: a step that was lost is tried again once, and said so
  const args = [
    mocha,
    '--spec',
    'test/e2e/*.test.ts',
    '--retries',
    '1',
    '--reporter',
    './test/support/countingReporter.ts',
  ];
  return spawnSync(process.execPath, [...args, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' }).status ?? 1;
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
