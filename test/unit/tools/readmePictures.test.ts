import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

const root = path.resolve(__dirname, '../../..');
const pictures = 'media/pictures';

describe('pictures of the README', () => {
  const readme = fs.readFileSync(path.join(root, 'README.md'), 'utf8');
  const shown = [...readme.matchAll(/!\[([^\]]*)\]\(([^)]*)\)/g)].map(([, words, file]) => ({ words, file }));

  it('are those that npm run pictures makes, each once', () => {
    const made = fs.readdirSync(path.join(root, pictures)).map((name) => `${pictures}/${name}`);
    assert.deepEqual(shown.map(({ file }) => file).sort(), made.sort());
  });

  it('say in words what is seen', () => {
    for (const { words, file } of shown) assert.ok(words.length >= 60 && words.endsWith('.'), `${file}: ${words}`);
  });

  it('weigh less than 600 KB together: they travel with the extension', () => {
    const bytes = shown.reduce((sum, { file }) => sum + fs.statSync(path.join(root, file)).size, 0);
    assert.ok(bytes < 600_000, `${bytes} bytes`);
  });
});
