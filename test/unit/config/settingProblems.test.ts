import * as tfl from '@tensorflow/tfjs-layers';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { ConfigDocument } from '../../../src/config/configDocument';
import { kerasNorms, tfjsNorms } from '../../../src/config/kerasNorms';
import { settingProblems } from '../../../src/config/settingProblems';

const sequential = (className: string, config: object) =>
  JSON.stringify({
    class_name: 'Sequential',
    config: { name: 's', layers: [{ class_name: className, config: { name: 'n', ...config } }] },
  });

/** The problems of a norm, each with the text that is marked. */
function problems(config: object, className = 'BatchNormalization'): string[] {
  const text = sequential(className, config);
  const document = ConfigDocument.of(text);
  assert.ok(document);
  return settingProblems(document).map((p) => {
    const marked = text.slice(p.span.offset, p.span.offset + p.span.length);
    return p.kind === 'misspelt' ? `${marked} is ${p.meant}` : `${p.key}: ${marked}`;
  });
}

describe('problems of norm settings', () => {
  it('are values that the class does not take, marked where they stand', () => {
    assert.deepEqual(problems({ momentum: 99 }), ['momentum: 99']);
    assert.deepEqual(problems({ momentum: '0.9', epsilon: -1e-3 }), ['momentum: "0.9"', 'epsilon: -0.001']);
    assert.deepEqual(problems({ center: 'no', scale: 1 }), ['center: "no"', 'scale: 1']);
    assert.deepEqual(problems({ groups: 0 }, 'GroupNormalization'), ['groups: 0']);
    assert.deepEqual(problems({ groups: 1.5 }, 'GroupNormalization'), ['groups: 1.5']);
  });

  it('are names that are nearly one that is missing', () => {
    assert.deepEqual(problems({ epsilom: 0.1, momentun: 0.9 }), ['"epsilom" is epsilon', '"momentun" is momentum']);
    assert.deepEqual(problems({ axes: 1, centre: true, Scale: true }), [
      '"axes" is axis',
      '"centre" is center',
      '"Scale" is scale',
    ]);
    assert.deepEqual(problems({ group: 4, epislon: 1, scal: true }, 'GroupNormalization'), [
      '"group" is groups',
      '"epislon" is epsilon',
      '"scal" is scale',
    ]);
  });

  it('are none of what Keras writes itself, in any version', () => {
    const written = { axis: [3], momentum: 0.99, epsilon: 0.001, center: true, scale: true };
    const others = { dtype: 'float32', trainable: true, renorm: false, fused: null, synchronized: false, mode: 0 };
    assert.deepEqual(problems({ ...written, ...others }), []);
    assert.deepEqual(problems({ momentum: 0, epsilon: 0 }), []);
    assert.deepEqual(problems({ momentum: 1, center: null, epsilon: null }), []);
    assert.deepEqual(problems({ groups: -1 }, 'GroupNormalization'), []);
    assert.deepEqual(problems({ epsilom: 1, momentum: 7 }, 'Dense'), []);
    assert.deepEqual(problems({ axes: 2, axis: 1 }), [], 'nothing is missing');
  });

  const models = path.join(__dirname, '../../../../shared/models');
  it('are none in real models', function () {
    if (!fs.existsSync(models)) this.skip();
    let norms = 0;
    for (const file of fs.readdirSync(models, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.json') || fs.statSync(path.join(models, file)).size > 2 ** 21) continue;
      const document = ConfigDocument.of(fs.readFileSync(path.join(models, file), 'utf8'));
      if (document === undefined) continue;
      norms += document.layers.filter((l) => kerasNorms.has(l.className)).length;
      assert.deepEqual(settingProblems(document), [], file);
    }
    assert.ok(norms > 50, `${norms} norms`);
  });
});

describe('settings of norms', () => {
  const made = { BatchNormalization: tfl.layers.batchNormalization, LayerNormalization: tfl.layers.layerNormalization };

  it('have the defaults that TensorFlow.js gives them, and no setting of its is missing', () => {
    assert.deepEqual(Object.keys(made), tfjsNorms);
    for (const [className, make] of Object.entries(made)) {
      const config = make({}).getConfig();
      const ours = kerasNorms.get(className)!.settings;
      for (const [key, value] of ours) assert.deepEqual(config[key], JSON.parse(value), `${className}.${key}`);
      const plain = Object.keys(config).filter(
        (k) => !/(_initializer|_regularizer|_constraint)$|^(name|trainable)$/i.test(k),
      );
      const initializing = /Initializer$|Regularizer$|Constraint$/;
      assert.deepEqual(plain.filter((k) => !initializing.test(k)).sort(), ours.map(([key]) => key).sort(), className);
    }
  });
});
