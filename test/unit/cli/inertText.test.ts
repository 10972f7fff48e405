import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { run } from '../../../src/cli/run';
import type { AnalysisReport, ModelFacts } from '../../../src/protocol/facts';
import { printable } from '../../../src/reports/textTable';

/** Names that would clear a screen, set a title, ring, hide words, turn them round or begin a line of their own. */
const names = [
  '\u001b[2J\u001b[31mred',
  '\u001b]0;title\u0007',
  '\u009b31m',
  'line\r\nnormscope: all is well',
  '\u202egnp.exe\u2066 \u061c\u200f',
  'in\u200bvis\u2060ible\ufeff',
  'tag\u{e0041}\u{e0042}',
  '\b\b\b\u007f',
  // no runtime takes this name: the last, so that the others can be trained
  'half \ud800 pair',
];
const acting =
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]|\p{Surrogate}/u;

/** @param ends the class of the last layer */
function hostileModel(ends: string, used = names): string {
  const layers = used.flatMap((name, i) => [
    {
      class_name: 'Dense',
      config: { name: `d${i} ${name}`, units: 4, activation: 'relu', ...(i === 0 && { batch_input_shape: [null, 3] }) },
    },
    { class_name: 'BatchNormalization', config: { name, axis: -1, epsilon: 10 ** -(2 + (i % 3)) } },
  ]);
  const last = { class_name: ends, config: { name: 'last', units: 2 } };
  return JSON.stringify({ class_name: 'Sequential', config: { name: names[0], layers: [...layers, last] } });
}

describe('text of a model on a terminal', function () {
  this.timeout(120_000);
  let folder: string;
  let model: string;
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'normscope-inert-'));
    // the file's own name acts as well, where the system lets it
    const name = process.platform === 'win32' ? 'hostile.json' : `\u001b[2J${names[3]}\u202e.json`;
    model = path.join(folder, name);
    fs.writeFileSync(model, hostileModel(`K${names[0]}`));
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  async function said(...args: string[]): Promise<string> {
    let text = '';
    await run(args, { print: (t) => (text += t), complain: (m) => (text += `normscope: ${printable(m)}\n`) });
    assert.doesNotMatch(text, acting, args.join(' '));
    assert.doesNotMatch(text, /^normscope: all is well/m);
    return text;
  }

  it('does nothing in reports of an analysis', async () => {
    assert.match(await said('analyze', model), /\\u001b\[2J/);
    const json = await said('analyze', model, '--format', 'json');
    const [facts] = (JSON.parse(json) as AnalysisReport).models as ModelFacts[];
    // escaped, not changed
    assert.ok(facts.layers.some((l) => l.name === names[0]));
    JSON.parse(await said('analyze', model, '--format', 'sarif'));
  });

  it('does nothing in what is said of broken and missing files', async () => {
    const broken = path.join(folder, `b${path.basename(model)}`);
    fs.writeFileSync(broken, `{"class_name":"Sequential","config":{"layers":[{"class_name":"${'\\u001b[2J'}"}]`);
    for (const file of [broken, path.join(folder, 'no\u001b[2J\u202e')])
      for (const format of ['text', 'json']) await said('analyze', file, '--format', format);
    await said('fix', model, '--fix', 'fold', '--output', path.join(folder, '\u001b[2J.json'));
    await said('\u001b[2J');
    await said('analyze', model, '--\u202e');
  });

  it('does nothing in profiles and comparisons of the built command', async () => {
    const bundler: string = '../../../esbuild.mjs';
    const { build } = (await import(bundler)) as { build: (options: object) => Promise<unknown> };
    // beside node_modules, where the engine finds its runtime
    const outdir = path.join(__dirname, '../../../out/test/inert');
    await build({ outdir });
    fs.writeFileSync(model, hostileModel('Dense', names.slice(0, -1)));
    try {
      const commands = [
        ['profile', model, '--steps', '2', '--batch', '4'],
        ['profile', model, '--steps', '2', '--batch', '4', '--format', 'json'],
        ['compare', model, '--variants', 'as-is,none', '--seeds', '1', '--steps', '2'],
      ];
      for (const args of commands) {
        const { stdout, stderr } = spawnSync(process.execPath, [path.join(outdir, 'cli.js'), ...args], {
          encoding: 'utf8',
        });
        assert.ok(stdout.length > 200, stderr);
        assert.doesNotMatch(stdout + stderr, acting, args.join(' '));
      }
    } finally {
      fs.rmSync(outdir, { recursive: true, force: true });
    }
  });
});
