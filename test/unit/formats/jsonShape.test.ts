import assert from 'node:assert/strict';
import { sniffJson, type JsonKind } from '../../../src/formats/jsonShape';

const texts: [kind: JsonKind, text: string][] = [
  ['tfjs-layers', '{"format": "layers-model", "modelTopology": {}}'],
  ['tfjs-layers', '{"modelTopology": {"keras_version": "2.1.6", "model_config": {}}, "weightsManifest": []}'],
  ['tfjs-layers', '{"modelTopology":{"class_name":"Sequential","config":[]}}'],
  [
    'tfjs-layers',
    '{"weightsManifest": [{"paths": ["node"], "weights": [{"name": "node", "shape": [1]}]}], "modelTopology": {"model_config": 1}}',
  ],
  ['tfjs-layers', '\ufeff{ "modelTopology" : "{\\"class_name\\": \\"Model\\"}" }'],
  ['tfjs-graph', '{"format": "graph-model"}'],
  ['tfjs-graph', '{"modelTopology":{"node":[{"input":[]}]}}'],
  ['tfjs-graph', '{"weightsManifest": [], "modelTopology": {"library": {"function": []}, "node": []}}'],
  ['tfjs-graph', '{"node": [{"name": "a", "op": "Const"}], "versions": {}}'],
  ['keras', '{"class_name": "Sequential", "config": {"name": "s"}}'],
  ['keras', '{"config": {"name": "m", "layers": []}, "class_name": "Functional"}'],
  ['keras', JSON.stringify(JSON.stringify({ class_name: 'Model', config: {} }))],
  ['keras', JSON.stringify({ keras_version: '2.4.0', model_config: '{"class_name": "Sequential", "config": []}' })],
  ['weights-manifest', '[{"paths": ["a.bin"], "weights": [{"name": "w", "shape": [1], "dtype": "float32"}]}]'],
  ['weights-manifest', '[{"weights": [{"name": "w", "shape": [1]}], "paths": ["a.bin"]}]'],
  ['model-settings', '{"architectures": ["PhiForCausalLM"], "layer_norm_eps": 1e-05}'],
  ['other-json', '{"layers": [{"type": "input"}], "exportData": {}}'],
  ['other-json', '{"name": "x", "config": {"a": 1}}'],
  ['other-json', '{"a": "modelTopology", "b": {"c": {"modelTopology": {"node": 1}}}}'],
  ['other-json', '{"text": "\\"format\\": \\"graph-model\\" \\\\"}'],
  ['other-json', '"a text"'],
  ['other-json', '[]'],
  ['other-json', '{"class_name": '],
  ['other-json', '[[[[[['],
  ['other-json', '{"unclosed'],
];

describe('sniffJson', () => {
  for (const [kind, text] of texts) it(`${kind}: ${text.slice(0, 70)}`, () => assert.equal(sniffJson(text), kind));

  it('skips what lies deeper without building it', () => {
    const deep = '['.repeat(200_000);
    assert.equal(sniffJson(`{"a": ${deep}`), 'other-json');
    const manifest = `[${'{"name": "w\\\\", "shape": [1, 2]},'.repeat(20_000)}{}]`;
    assert.equal(sniffJson(`{"weightsManifest": ${manifest}, "modelTopology": {"node": []}}`), 'tfjs-graph');
  });
});
