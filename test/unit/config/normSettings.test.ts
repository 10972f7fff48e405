import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { normClassHover } from '../../../src/config/normClasses';
import { modelTypeOf, settingHover } from '../../../src/config/normSettings';
import { italian } from '../../../src/texts/italian/italian';
import { setLanguage } from '../../../src/texts/say';

const corpus = path.join(__dirname, '../../../../shared/models/config');

function at(line: string, word: string, modelType?: string): string | undefined {
  return settingHover(line, line.indexOf(word) + 1, modelType)?.words;
}

describe('settings of norms in configuration files', () => {
  it('are explained in JSON and in YAML', () => {
    for (const line of [
      '  "layer_norm_eps": 1e-05,',
      'layer_norm_eps: 1e-05  # as in BERT',
      "  'layer_norm_epsilon': 1e-05",
    ]) {
      const words = at(line, 'layer_norm')!;
      assert.match(words, /Layer normalization\*\* over F \(features\)/, line);
      assert.match(words, /Epsilon 1e\\-05 is added to the variance/, line);
      assert.match(words, /float16/, line);
    }
    assert.match(at('    NORM: "GN"', 'NORM')!, /Group normalization\*\* over C, H, W/);
    assert.match(at('  "norm": "rmsnorm",', 'rmsnorm')!, /RMS normalization\*\* over F/);
    assert.match(at('NORM: FrozenBN', 'NORM')!, /constants in training too/);
  });

  it('say what is special about a kind in the language of the process', () => {
    setLanguage(italian);
    try {
      assert.doesNotMatch(at('NORM: FrozenBN', 'NORM')!, /constants in training too/);
    } finally {
      setLanguage(undefined);
    }
  });

  it('find the one setting of a line that the cursor is on', () => {
    const line = '{"hidden_size": 768, "rms_norm_eps": 1e-6, "bn_momentum": 0.1}';
    assert.equal(at(line, 'hidden_size'), undefined);
    assert.match(at(line, 'rms_norm_eps')!, /mean square/);
    assert.match(at(line, 'bn_momentum')!, /keep 90 % at each step.*would write 0\.9/);
    const { start, end } = settingHover(line, line.indexOf('1e-6'))!;
    assert.equal(line.slice(start, end), '"rms_norm_eps": 1e-6');
  });

  it('know which models call an RMS norm layer norm', () => {
    const text = '{ "model_type": "t5",\n "layer_norm_epsilon": 1e-06 }';
    assert.equal(modelTypeOf(text), 't5');
    assert.match(at(' "layer_norm_epsilon": 1e-06', 'layer_norm', modelTypeOf(text))!, /subtracts no mean/);
    assert.equal(modelTypeOf('{}'), '');
  });

  it('go by the part of a model that the setting is in', () => {
    const text = `{
      "decoder": { "model_type": "musicgen_decoder", "layer_norm_eps": 1e-5 },
      "text_encoder": { "task": { "layer_norm_epsilon": 1e-6 }, "model_type": "t5" },
      "model_type": "musicgen", "layer_norm_eps": 1e-5
    }`;
    assert.equal(modelTypeOf(text), 'musicgen');
    assert.equal(modelTypeOf(text, text.indexOf('layer_norm_eps')), 'musicgen_decoder');
    assert.equal(modelTypeOf(text, text.indexOf('layer_norm_epsilon')), 't5');
    assert.equal(modelTypeOf(text, text.lastIndexOf('layer_norm_eps')), 'musicgen');
    assert.equal(modelTypeOf('// a comment\n{"model_type": "t5", "text": "model_type'), 't5');
    assert.equal(modelTypeOf('{"model_type": "t5", "half": {', 27), 't5', 'a text that is being typed');
    assert.equal(modelTypeOf(`{"model_type": ${'['.repeat(60_000)}`, 5), '');
    assert.equal(modelTypeOf('name: x\nmodel_type: t5\n', 3), 't5', 'YAML');
  });

  it('tell pre-norm from post-norm, by either way to ask for it', () => {
    assert.match(at('do_layer_norm_before: true', 'do_layer')!, /^Pre-norm/);
    assert.match(at('do_layer_norm_before: false', 'do_layer')!, /^Post-norm/);
    assert.match(at('"apply_residual_connection_post_layernorm": true', 'apply')!, /^Post-norm/);
    assert.match(at('"do_stable_layer_norm": true', 'do_stable')!, /^Pre-norm/);
    assert.equal(at('"normalize_before": true', 'normalize', 'hifigan'), undefined, 'the input of a vocoder');
    assert.equal(at('"use_post_norm": true', 'use_post'), undefined, 'a norm behind each branch, not of the sum');
  });

  it('are silent about everything else', () => {
    for (const line of [
      '"norm": "strict"',
      '"name": "layernorm"',
      'normal: 1',
      '',
      'NORM:',
      '"norm": 3',
      'optimizer: adam',
    ])
      for (let i = 0; i <= line.length; i++) assert.equal(settingHover(line, i), undefined, line);
    assert.equal(settingHover('norm: gn '.repeat(10_000), 3), undefined, 'data');
  });

  it('leave the values of a hostile file text', () => {
    const words = at('layer_norm_eps: [x](command:quit)<img>', 'layer_norm') ?? '';
    assert.ok(!/(^|[^\\])\[x\]|(^|[^\\])<img/.test(words), words);
    assert.ok(!/(^|[^\\])\[x\]/.test(at('"bn_momentum": "[x](command:y)"', 'bn_')!));
  });

  it('are found in real files', function () {
    if (!fs.existsSync(corpus)) this.skip();
    const found = (file: string) => {
      const text = fs.readFileSync(path.join(corpus, file), 'utf8');
      let offset = 0;
      return text.split('\n').flatMap((line) => {
        const words = settingHover(line, line.search(/\S/) + 1, modelTypeOf(text, offset))?.words;
        offset += line.length + 1;
        return words === undefined ? [] : [`${line.trim().split(':')[0]} ${words.split('\n')[0]}`];
      });
    };
    assert.equal(found('mask_rcnn_R_50_FPN_3x_gn.yaml').length, 4);
    assert.match(found('125M.yml')[0], /^"norm" \*\*Layer normalization/);
    assert.deepEqual(
      found('mamba-130M.yml').map((w) => w.split(' ')[0]),
      ['"norm"', '"rms_norm_epsilon"'],
    );
    assert.deepEqual(
      found('phi-2-config.json').map((w) => w.split(' ')[0]),
      ['"layer_norm_eps"', '"qk_layernorm"'],
    );
    assert.deepEqual(found('Base-RCNN-FPN.yaml'), []);
  });
});

describe('norm classes in Python', () => {
  const hover = (line: string, word: string, text = 'import torch.nn as nn\n') =>
    normClassHover(line, line.indexOf(word) + 2, text)?.words;

  it('are explained with the conventions of their library', () => {
    assert.match(hover('self.bn = nn.BatchNorm2d(64)', 'BatchNorm2d')!, /of PyTorch.*over N, H, W/);
    assert.match(hover('self.bn = nn.BatchNorm2d(64)', 'BatchNorm2d')!, /momentum 0\.1 weights the NEW value/);
    const keras = hover('x = layers.BatchNormalization(axis=3)(x)', 'BatchNormalization')!;
    assert.match(keras, /of Keras/);
    assert.match(keras, /momentum 0\.99 weights the OLD value/);
  });

  it('that libraries share are told apart by the imports', () => {
    const line = 'x = nn.LayerNorm()(x)';
    assert.match(hover(line, 'LayerNorm')!, /of PyTorch.*\n\n.*eps 1e-5/);
    assert.match(hover(line, 'LayerNorm', 'from flax import linen as nn\n')!, /of Flax.*\n\n.*epsilon 1e-6/);
  });

  it('go by every way to name them', () => {
    for (const [line, text] of [
      ['tf.keras.layers.BatchNormalization()', ''],
      ['keras.layers.BatchNormalization()', 'import keras'],
      ['layers.BatchNormalization()', 'from keras import layers'],
      ['BatchNormalization()', 'from tensorflow.keras.layers import BatchNormalization'],
    ])
      assert.match(hover(line, 'BatchNormalization', text)!, /of Keras.*over N, H, W/, line);
    for (const line of ['torch.nn.GroupNorm(32, 64)', 'nn.GroupNorm(32, 64)', 'GroupNorm(32, 64)'])
      assert.match(hover(line, 'GroupNorm')!, /of PyTorch.*over C, H, W/, line);
    assert.match(hover('BN(64)', 'BN', 'from torch.nn import BatchNorm2d as BN')!, /^\*\*BatchNorm2d\*\* of PyTorch/);
    assert.match(hover('nnx.BatchNorm(64, rngs=rngs)', 'BatchNorm', 'from flax import nnx')!, /of Flax/);
    assert.match(hover('FrozenBatchNorm2d(64)', 'FrozenBatchNorm2d')!, /of torchvision.*\n\nFixed/);
    assert.match(hover('LayerNorm2d(64)', 'LayerNorm2d')!, /of timm: layer normalization over C \(channels\)/);
  });

  it('are not those of a file that makes a class of that name itself', () => {
    const text = 'import torch\nclass RMSNorm(torch.nn.Module):\n  pass\n';
    assert.equal(hover('RMSNorm(64)', 'RMSNorm', text), undefined);
    assert.equal(hover('class RMSNorm(nn.Module):', 'RMSNorm'), undefined);
    assert.equal(hover('def GroupNorm(n):', 'GroupNorm'), undefined);
  });

  it('are not found in comments and texts', () => {
    const call = 'BatchNorm2d(64)';
    const seen = (before: string, line: string) =>
      normClassHover(line, line.indexOf(call) + 2, 'import torch.nn as nn', () => before) !== undefined;
    for (const line of [
      `# ${call}`,
      `x = 1  # a 'quote' # ${call}`,
      `s = "${call}"`,
      `s = 'it\\'s ${call}'`,
      `f("""${call}""")`,
    ])
      assert.equal(seen('', line), false, line);
    for (const line of [
      `x = ${call}`,
      `x = "#" + ${call}`,
      `x = f('a', ${call})`,
      `x = ('', ${call})`,
      `x = """a""" + ${call}`,
    ])
      assert.equal(seen('', line), true, line);
    assert.equal(seen('def f():\n  """Uses\n', `  ${call}`), false);
    assert.equal(seen('def f():\n  """Uses\n  it."""\n', `  ${call}`), true);
    assert.equal(seen("# it's a comment \\\n", call), true);
    assert.equal(seen("x = 'unclosed\n", call), true);
  });

  it('are found only where one is called', () => {
    for (const line of ['class MyNorm(nn.Module):', 'import BatchNorm2d', 'x = SpectralNorm(y)', 'BatchNorm2dish(3)'])
      for (let i = 0; i <= line.length; i++) assert.equal(normClassHover(line, i, ''), undefined, line);
  });
});
