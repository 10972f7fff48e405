import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findRule, rules } from '../../../src/autodiff/vjp/registry';
import { MutableGraph } from '../../../src/ir/mutableGraph';

const folder = join(__dirname, '../../../src/autodiff/vjp');

describe('the registry of gradient rules', () => {
  it('holds a rule for each file of its folder, under the name of the file', () => {
    const files = readdirSync(folder).map((f) => f.replace(/\.ts$/, ''));
    const operators = [...rules.keys()].map((key) => key.slice(key.lastIndexOf('.') + 1));
    assert.deepEqual(operators.sort(), files.filter((f) => f !== 'registry').sort());
  });

  it('tells operators of other domains and names of object properties apart', () => {
    const graph = new MutableGraph();
    const ruleOf = (opType: string, domain = '') => findRule(graph.makeNode(opType, [], {}, { domain }));
    assert.equal(typeof ruleOf('Conv'), 'function');
    assert.equal(ruleOf('Conv', 'com.example'), undefined);
    assert.equal(ruleOf('BatchNormalizationTraining'), undefined);
    assert.equal(typeof ruleOf('BatchNormalizationTraining', 'normscope'), 'function');
    assert.equal(ruleOf('Floor'), 'zero');
    assert.equal(ruleOf('Floor', 'com.example'), undefined);
    for (const name of ['constructor', '__proto__', 'toString']) assert.equal(ruleOf(name), undefined);
  });
});
