import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

const folder = path.join(__dirname, '../../../media/schemas');

describe('JSON Schemas', function () {
  this.timeout(60_000);

  it('are what the types say (npm run docs:schemas writes them)', async () => {
    const { schemas, schemaText } = await import('../../../src/tools/makeSchemas.mjs');
    for (const [type, { file }] of Object.entries(schemas)) {
      assert.equal(fs.readFileSync(path.join(folder, file), 'utf8'), schemaText(type), `${file} is stale`);
    }
    assert.deepEqual(
      fs.readdirSync(folder).sort(),
      Object.values(schemas)
        .map((s) => s.file)
        .sort(),
    );
  });
});
