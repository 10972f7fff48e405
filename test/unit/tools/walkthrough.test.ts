import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import manifest from '../../../package.json';
import english from '../../../package.nls.json';
import { chapters, experiments } from '../../../src/experiments/registry';
import { withTexts } from '../../../src/tools/localizeManifest';
import { chapterPage, walkthroughs } from '../../../src/tools/walkthrough';

const { contributes } = withTexts(manifest, english);
const folder = path.join(__dirname, '../../../media/walkthrough');

describe('walkthrough', () => {
  it('is in package.json as it is made of the chapters (npm run docs)', () => {
    assert.deepEqual(contributes.walkthroughs, walkthroughs(chapters));
  });

  it('leads through every experiment once, in the order of the chapter', () => {
    const links = contributes.walkthroughs[1].steps.flatMap(({ description }) =>
      [...description.matchAll(/normscope\.runExperiment\?([^)]+)/g)].map(
        (m) => JSON.parse(decodeURIComponent(m[1])) as string,
      ),
    );
    assert.deepEqual(
      links,
      experiments.map((e) => e.id),
    );
  });

  it('leads through the sample first, by commands that there are', () => {
    const known = contributes.commands.map((c) => c.command);
    const [start] = contributes.walkthroughs;
    assert.equal(start.steps.length, 5);
    for (const { description } of start.steps) {
      const [, command] = /\(command:([^)]+)\)/.exec(description)!;
      assert.ok(known.includes(command), command);
    }
  });

  it('has a page for every step in English and Italian, and no other', () => {
    const steps = contributes.walkthroughs.flatMap((w) => w.steps);
    const pages = steps.map(({ media }) => path.basename(media.markdown));
    assert.deepEqual(pages.slice(-8), [...chapters.map(chapterPage), 'own-model.md']);
    // VS Code looks for NAME.nls.LANGUAGE.md first
    const translated = pages.map((page) => page.replace(/\.md$/, '.nls.it.md'));
    assert.deepEqual(fs.readdirSync(folder).sort(), [...pages, ...translated].sort());
    const read = (page: string) => fs.readFileSync(path.join(folder, page), 'utf8');
    for (const page of [...pages, ...translated]) assert.match(read(page), /^# .+\n\n[^]+\n$/);
    // as many paragraphs and items, and the same settings, files and figures
    pages.forEach((page, i) => {
      const shape = (text: string) => [
        text.match(/\n+(- )?/g)!.join('|'),
        ...(text.match(/\d[\d./]*\d|`[^`]+`/g) ?? []).filter((part) => !part.startsWith('`NormScope:')),
      ];
      assert.deepEqual(shape(read(translated[i])), shape(read(page)), page);
    });
  });
});
