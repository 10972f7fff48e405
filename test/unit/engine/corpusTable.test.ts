import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { manifestEntries } from '../../support/manifest';

/** `npm run bench:corpus` makes the table; it is too slow for every run of the tests. */
const table = readFileSync(path.join(__dirname, '../../bench/corpusTraining.md'), 'utf8');
const rows = table.split('\n').flatMap((line) => {
  const [, file, result, losses, remarks] = line.split(/ ?(?<!\\)\| ?/);
  return /^(trains|failed|refused)$/.test(result ?? '') ? [{ file, result, losses, remarks }] : [];
});

describe('the table of which files of the corpus train', () => {
  it('has a reason for every file that does not, and losses for every one that does', () => {
    assert.ok(rows.length > 100);
    for (const { file, result, losses, remarks } of rows) {
      if (result === 'trains') assert.match(losses, /^(\S+ ){2}\S+$/, file);
      else assert.ok(remarks.length > 20, `${file} has no reason`);
    }
    const count = (result: string) => rows.filter((r) => r.result === result).length;
    assert.ok(table.includes(`${count('trains')} train, ${count('failed')} fail, ${count('refused')} are refused.`));
  });

  it('refuses no file for a fault of the program', () => {
    for (const { file, remarks } of rows) {
      assert.doesNotMatch(remarks, /the engine failed|without a report|undefined|TypeError|no end after/, file);
    }
  });

  it('covers the corpus, and every file of it that is marked as trainable trains', function () {
    const entries = manifestEntries();
    if (entries.length === 0) this.skip();
    const results = new Map(rows.map((r) => [r.file, r.result]));
    for (const { path: file, trainable } of entries) {
      assert.ok(results.has(file), `${file} is not in the table: npm run bench:corpus`);
      if (trainable) assert.equal(results.get(file), 'trains', file);
    }
  });
});
