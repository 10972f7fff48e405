import { strict as assert } from 'node:assert';
import type { Model } from '../../src/ir/model';
import type { Finding, Severity } from '../../src/protocol/facts';
import { openTfjsLayers } from '../../src/formats/tfjs/openTfjsLayers';
import { analyzeModel } from '../../src/rules/analyzeModel';
import type { Example, Rule } from '../../src/rules/rule';
import { textModel } from './textModel';

/** A model in the ONNX textual syntax. The comment `# finding` after a node marks the layer that the finding is about. */
export interface RuleCase {
  readonly name: string;
  readonly text: string;
  readonly purpose?: Model['purpose'];
  readonly format?: Model['format'];
  readonly language?: Example['language'];
  /** Ids of the layers that are reported, for texts without comments. */
  readonly reported?: readonly string[];
}

export interface FiringCase extends RuleCase {
  /** Default: the rule's own. */
  readonly severity?: Severity;
  readonly message?: RegExp;
}

const FEWEST = 3;

const noWeights = { open: () => Promise.reject(new Error('no weights in these models')) };

/** Holds a rule against its two examples and at least three models where it fires and three where it keeps silent. */
export function testRule(rule: Rule, cases: { fires: readonly FiringCase[]; silent: readonly RuleCase[] }): void {
  const { meta } = rule;
  describe(`rule ${meta.id}`, () => {
    it(`has at least ${FEWEST} models where it fires and ${FEWEST} where it is silent`, () => {
      assert.ok(cases.fires.length >= FEWEST && cases.silent.length >= FEWEST);
    });
    const fires = [{ name: 'the bad example of its page', ...meta.bad }, ...cases.fires];
    for (const c of fires) it(`fires: ${c.name}`, () => expectFinding(rule, c));
    const silent = [{ name: 'the good example of its page', ...meta.good }, ...cases.silent];
    for (const c of silent) {
      it(`is silent: ${c.name}`, async () => {
        assert.deepEqual(await findingsOf(rule, c), []);
      });
    }
  });
}

async function expectFinding(rule: Rule, c: FiringCase): Promise<void> {
  const found = await findingsOf(rule, c);
  assert.deepEqual([...found.flatMap(about)].sort(), [...(await marked(c))].sort());
  for (const f of found) {
    assert.equal(f.severity, c.severity ?? rule.meta.severity);
    if (c.message) assert.match(f.message, c.message);
    assert.doesNotMatch(f.message, /undefined|NaN|\[object/);
  }
}

/** The model of an example. */
export async function modelOfCase({ text, purpose, format, language }: Omit<RuleCase, 'name'>): Promise<Model> {
  if (language === 'keras') return openTfjsLayers(noWeights, 'model.json', text);
  return textModel(text, { purpose: purpose ?? 'inference', format: format ?? 'onnx' });
}

async function findingsOf(rule: Rule, c: RuleCase): Promise<readonly Finding[]> {
  const { findings } = await analyzeModel(await modelOfCase(c), 'model.onnx');
  return findings.filter((f) => f.ruleId === rule.meta.id);
}

/** The layer a finding is about; of a finding about the model, the layers it lists. */
function about(finding: Finding): readonly string[] {
  return finding.layer === null ? (finding.layers ?? []) : [finding.layer];
}

/** Ids of the layers on the marked lines: a layer belongs to the line of its first node. */
async function marked({ text, reported }: RuleCase): Promise<readonly string[]> {
  if (reported !== undefined) return reported;
  const { layers } = await analyzeModel(textModel(text), 'model.onnx');
  const lines = text.split('\n').filter((l) => l.trimEnd().endsWith('# finding'));
  assert.ok(lines.length > 0, 'a model where the rule fires marks the layer with "# finding"');
  return lines.map((line) => {
    const words = /^\s*(?:\[\s*"?([^\]"]+)"?\s*\])?\s*([A-Za-z_]\w*)/.exec(line);
    const name = words?.[1] ?? words?.[2];
    const layer = layers.find((l) => l.nodes[0] === name);
    assert.ok(layer, `no layer begins with the node on the marked line: ${line}`);
    return layer.id;
  });
}
