import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { EditedFolder } from '../../../src/engine/editedFolder';
import { EngineClient } from '../../../src/engine/engineClient';
import { EngineText } from '../../../src/engine/engineText';
import { placeOfModel } from '../../../src/engine/nodeFolder';
import { openModel } from '../../../src/formats/openModel';
import { ModelError } from '../../../src/ir/errors';
import type { EngineJob, EngineJobs } from '../../../src/protocol/engine';
import type { ModelFacts } from '../../../src/protocol/facts';
import { analyzeModel } from '../../../src/rules/analyzeModel';
import { inProcessEngine } from '../../support/inProcessEngine';
import { random } from '../../support/jsonMutations';
import { randomEdit } from '../../support/randomEdits';

const sample = path.resolve(__dirname, '../../../media/samples/tfjs/model.json');
const stored = fs.readFileSync(sample, 'utf8');
type Request = EngineJobs['analyzeText']['request'];

/** What a fresh opening of a text says: its facts, or why there are none. */
async function fresh(text: string, severities: Request['severities'] = {}, file = sample): Promise<unknown> {
  try {
    const { folder, name } = placeOfModel(file);
    const model = await openModel(new EditedFolder(folder, name, text), name);
    return structuredClone(
      await analyzeModel(model, 'model.json', { severities: severities as Record<string, 'off'> }),
    );
  } catch (error) {
    return said(error);
  }
}

function said(error: unknown): string {
  assert.ok(error instanceof ModelError);
  return `${error.code}: ${error.describe()}`;
}

describe('EngineText', () => {
  let client: EngineClient;
  let text: EngineText;
  /** Requests as they went to the engine, and what it answered. */
  let asked: Request[];
  let answers: unknown[];
  const request = { model: { path: sample }, shownPath: 'model.json', severities: {} };
  const analyze = (words: string, settings: Partial<typeof request> = {}): Promise<ModelFacts | string> =>
    text.analyze(words, { ...request, ...settings }).catch(said);

  beforeEach(() => {
    client = new EngineClient(inProcessEngine);
    [asked, answers] = [[], []];
    text = new EngineText({
      isRunning: true,
      run: async <Job extends EngineJob>(job: Job, of: EngineJobs[Job]['request']) => {
        if (job === 'analyzeText') asked.push(of as Request);
        const answer = await client.run(job, of);
        answers.push(answer);
        return answer;
      },
    });
  });
  afterEach(() => client.dispose());

  it('says of a text what a fresh opening says, after any edits, undone ones and broken texts', async () => {
    const next = random(17);
    let before = stored;
    const undone: string[] = [];
    let models = 0;
    let isBroken = false;
    for (let i = 0; i < 150; i++) {
      const isUndo: boolean = next() < (isBroken ? 0.7 : 0.1) && undone.length > 0;
      const after: string = isUndo ? undone.pop()! : randomEdit(before, next);
      if (!isUndo) undone.push(before);
      const facts = await analyze(after);
      isBroken = typeof facts === 'string';
      if (!isBroken) models++;
      assert.deepEqual(facts, await fresh(after), after);
      before = after;
    }
    assert.ok(models > 40, `${models} texts were models`);
    assert.equal(asked.filter((r) => typeof r.text === 'string').length, 1);
    // all but the first are told by what the host has
    const told = (how: string) => answers.filter((a) => typeof a === 'object' && how in a!).length;
    assert.equal(told('facts'), 1);
    assert.ok(told('parts') > 10 && told('change') > 10, `${told('parts')} and ${told('change')}`);
  });

  it('says the same of the corpus, formatted and with the line ends of Windows', async function () {
    const corpus = path.resolve(__dirname, '../../../../shared/models/tfjs-layers');
    if (!fs.existsSync(corpus)) this.skip();
    this.timeout(60_000);
    const next = random(23);
    for (const folder of fs.readdirSync(corpus)) {
      const file = path.join(corpus, folder, 'model.json');
      let words = JSON.stringify(JSON.parse(fs.readFileSync(file, 'utf8')), null, 2);
      if (next() < 0.5) words = words.replaceAll('\n', '\r\n');
      if (words.length > 300_000) continue;
      for (let i = 0; i < 3; i++) {
        assert.deepEqual(await analyze(words, { model: { path: file } }), await fresh(words, {}, file), file);
        const digit = words.slice(Math.floor(next() * words.length)).search(/\d/);
        words = words.slice(0, digit) + '3' + words.slice(digit);
      }
      text.close();
    }
  });

  it('sends what was edited alone', async () => {
    await analyze(stored);
    const at = stored.indexOf('"epsilon"');
    assert.ok(at > 0);
    await analyze(stored.slice(0, at) + ' ' + stored.slice(at));
    assert.equal(asked[0].text, stored);
    assert.deepEqual(asked[1].text, { base: 1, start: at, end: at, put: ' ' });
    assert.equal(asked[1].known, 1);
  });

  it('sends halves of a pair of surrogates', async () => {
    const smiling = stored.replace(/"name":\s*"[^"]*norm_1"/, '"name":"😀"');
    assert.notEqual(smiling, stored);
    for (const words of [smiling, smiling.replace('😀', '😁'), smiling.replace('😀', '\ud83d'), smiling])
      assert.deepEqual(await analyze(words), await fresh(words));
  });

  it('sends all to an engine that does not know the text', async () => {
    await analyze(stored);
    // another engine process knows no version of it
    text.close();
    assert.deepEqual(await analyze(stored), await fresh(stored));
    assert.equal(asked[1].text, stored);
    await client.run('closeText', { document: asked[0].document });
    const edited = stored.replace('"relu"', '"tanh"');
    assert.deepEqual(await analyze(edited), await fresh(edited));
    assert.deepEqual(answers.slice(-2)[0], 'send all');
    assert.equal(asked[3].text, edited);
  });

  it('starts no engine to tell it that a text was closed', async () => {
    let starts = 0;
    let end = (): void => assert.fail('no engine');
    const ending = new EngineClient(() => {
      starts++;
      const transport = inProcessEngine();
      return { ...transport, onExit: (listener) => void (end = () => listener('ended by signal SIGKILL')) };
    });
    const one = new EngineText(ending);
    await one.analyze(stored, request);
    end();
    one.close();
    assert.equal(starts, 1);
    const other = new EngineText(ending);
    await other.analyze(stored, request);
    assert.equal(starts, 2);
    ending.dispose();
  });

  it('keeps to three texts, and answers for all', async () => {
    const texts = Array.from({ length: 5 }, () => new EngineText(client));
    for (let round = 0; round < 2; round++)
      for (const [i, one] of texts.entries()) {
        const words = stored.replace('"relu"', `"relu${i + round}"`);
        assert.deepEqual(await one.analyze(words, request).catch(said), await fresh(words));
      }
  });

  it('answers each of several requests that wait for each other', async () => {
    const texts = [stored, stored.replace('"relu"', '"tanh"'), '{', stored.replace('"name"', '"nam"'), stored];
    const found = await Promise.all(texts.map((words) => analyze(words)));
    assert.deepEqual(found, await Promise.all(texts.map((words) => fresh(words))));
  });

  it('goes by the settings of the rules as they are now', async () => {
    const facts = (await analyze(stored)) as ModelFacts;
    assert.ok(facts.findings.length > 0);
    const severities = Object.fromEntries(facts.findings.map((f) => [f.ruleId, 'off']));
    const without = (await analyze(stored, { severities })) as ModelFacts;
    assert.deepEqual(without, await fresh(stored, severities));
    assert.deepEqual(without.findings, []);
    const elsewhere = (await analyze(stored, { shownPath: 'b/model.json' })) as ModelFacts;
    assert.equal(elsewhere.path, 'b/model.json');
    assert.equal(elsewhere.layers[1].source?.uri, 'b/model.json');
  });

  it('takes weights from the folder of the stored file', async () => {
    assert.equal(((await analyze(stored)) as ModelFacts).weights, 'present');
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'normscope-'));
    const alone = path.join(folder, 'model.json');
    const facts = (await analyze(stored, { model: { path: alone } })) as ModelFacts;
    assert.equal(facts.weights, 'missing');
    fs.rmSync(folder, { recursive: true });
  });
});
