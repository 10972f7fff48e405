import assert from 'node:assert/strict';
import {
  familyCompletions,
  modelCompletions,
  yamlCompletions,
  type ConfigCompletion,
} from '../../../src/config/configCompletions';
import { jsonCursor } from '../../../src/config/jsonCursor';
import { settingHover } from '../../../src/config/normSettings';

/** The completions at the bar, and the text with the one of that label taken. */
function taken(marked: string, label: string, complete = modelCompletions): string {
  const at = marked.indexOf('|');
  const text = marked.replace('|', '');
  const found = complete(text, at).find((c) => c.label === label);
  assert.ok(found, `no ${label} in ${labels(complete(text, at))}`);
  return text.slice(0, found.span.offset) + found.text + text.slice(found.span.offset + found.span.length);
}

const labels = (completions: readonly ConfigCompletion[]) => completions.map((c) => c.label).join(' ');
const at = (marked: string, complete = modelCompletions) =>
  labels(complete(marked.replace('|', ''), marked.indexOf('|')));

const sequential = (layer: string) =>
  `{"class_name":"Sequential","config":{"name":"s","layers":[{"class_name":"Dense","config":{"units":4}},${layer}]}}`;
const norm = (config: string, name = 'BatchNormalization') =>
  sequential(`{"class_name":"${name}","config":{${config}}}`);

describe('completions in model texts', () => {
  it('name the classes of norms where a layer states its class', () => {
    const classes =
      '"BatchNormalization" "LayerNormalization" "GroupNormalization" "RMSNormalization" "UnitNormalization"';
    for (const value of ['|', '"|"', '"Batch|"', '"Batch|', '|"Dense"'])
      assert.equal(at(sequential(`{"class_name": ${value}}`)), classes, value);
    assert.equal(at('{"class_name":"Sequential","config":[{"class_name":"|"}]}'), classes);
    assert.equal(at(sequential('{"class_name":"TimeDistributed","config":{"layer":{"class_name":"|"}}}')), classes);
    assert.equal(
      at(`{"modelTopology":{"model_config":${sequential('{"class_name":"|"}')}}}`),
      '"BatchNormalization" "LayerNormalization"',
    );
  });

  it('name no norm where something else states its class', () => {
    assert.equal(at(norm('"gamma_initializer":{"class_name":"|"}')), '');
    assert.equal(at('{"class_name":"|","config":{"layers":[]}}'), '');
    assert.equal(at(sequential('{"class_name":"Dense","config":{|}}')), '');
    assert.equal(at(sequential('|')), '');
  });

  it('are the settings that a norm lacks, with their defaults', () => {
    assert.equal(at(norm('|')), 'axis momentum epsilon center scale');
    assert.equal(at(norm('"axis":[3],|"center":true')), 'momentum epsilon scale');
    assert.equal(at(norm('|', 'GroupNormalization')), 'groups axis epsilon center scale');
    assert.equal(at(norm('|', 'RMSNormalization')), 'axis epsilon');
    // the class may come behind its config
    const behind = sequential('{"config":{|},"name":"n","class_name":"LayerNormalization"}');
    assert.equal(at(behind), 'axis epsilon center scale');
  });

  it('give JSON again', () => {
    for (const marked of ['"axis":-1,|', '"axis":-1,"mom|"', '|"axis":-1', '"mom|entum":0.5', '"axis":-1,\n "mo|\n']) {
      const text = taken(norm(marked), 'momentum');
      const { config } = (JSON.parse(text) as { config: { layers: { config: object }[] } }).config.layers[1];
      assert.deepEqual({ axis: -1, ...config }, { axis: -1, momentum: marked.includes('0.5') ? 0.5 : 0.99 }, marked);
    }
    JSON.parse(taken(sequential('{"class_name":"|"}'), '"LayerNormalization"'));
    assert.equal(at(norm('"center": |')), 'true false');
    JSON.parse(taken(norm('"center": t|'), 'true'));
  });

  it('cost nothing in a text that is too long, and survive broken ones', () => {
    assert.deepEqual(modelCompletions(`${' '.repeat(2 ** 23)}{`, 2), []);
    for (const text of ['', '{', '"', '{"a', '}}]{"config":{', '[[[', '{"a":{"b":[{"c"', '\u0000', '{"__proto__":{']) {
      for (let i = 0; i <= text.length; i++) modelCompletions(text, i);
      jsonCursor(text, text.length + 5);
    }
    const deep = '{"config":'.repeat(20_000);
    assert.equal(jsonCursor(deep, deep.length)?.path.length, 19_999);
  });
});

describe('completions in configurations', () => {
  it('are the settings of the family that the file is of', () => {
    const of = (type: string) => at(`{"model_type": "${type}", |}`, familyCompletions);
    assert.equal(of('bert'), 'layer_norm_eps hidden_act');
    assert.equal(of('llama'), 'rms_norm_eps hidden_act');
    assert.equal(of('t5'), 'layer_norm_epsilon');
    assert.match(of('new'), /^layer_norm_eps layer_norm_epsilon rms_norm_eps /);
    assert.match(taken('{"model_type":"bert", |}', 'layer_norm_eps', familyCompletions), /"layer_norm_eps": 1e-12}/);
    assert.match(at('{"model_type":"bert","hidden_act":"|"}', familyCompletions), /^"gelu" "gelu_new" .*"silu"/);
    const nested = '{"model_type":"llama","text_config":{|},"id2label":{}}';
    assert.equal(at(nested, familyCompletions), 'rms_norm_eps hidden_act');
    assert.equal(at('{"model_type":"llama","id2label":{|}}', familyCompletions), '');
    assert.equal(at('{"name": "x", |}', familyCompletions), '', 'any other JSON file');
  });

  it('are kinds of norms in YAML', () => {
    const kinds = (...lines: string[]) => labels(yamlCompletions(lines, lines.length - 1, lines.at(-1)!.length));
    const detectron = '"BN" "SyncBN" "FrozenBN" "GN" "LN" ""';
    assert.equal(kinds('MODEL:', '  FPN:', '    NORM: '), detectron);
    assert.equal(kinds('    NORM: "G'), detectron);
    assert.match(kinds('  norm: '), /^"layernorm" "rmsnorm" "scalenorm" "BN"/);
    assert.equal(kinds('  enormous: '), '');
    assert.equal(kinds('MODEL:', '  RESNETS:', '    DEPTH: 50', '    N'), 'NORM');
    assert.equal(kinds('MODEL:', '  WEIGHTS:', '    N'), '');
    const [quoted] = yamlCompletions(['  NORM: "G"'], 0, 10);
    assert.deepEqual(quoted.span, { offset: 8, length: 3 });
  });

  it('that have a hover of their own say the same kind of thing', () => {
    for (const c of yamlCompletions(['NORM: '], 0, 6).filter(({ label }) => label !== '""'))
      assert.match(settingHover(`NORM: ${c.text}`, 3)!.words, /^\*\*(Batch|Layer|Group) normalization\*\*/);
    for (const c of familyCompletions('{"model_type":"x", }', 19).filter((c) => c.topic === 'epsilon'))
      assert.match(settingHover(c.text, 3)!.words, /[Ee]psilon/);
  });
});
