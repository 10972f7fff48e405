import { dropoutBeforeBatchNorm } from '../../../../src/rules/catalogue/dropoutBeforeBatchNorm';
import { testRule } from '../../../support/ruleTester';

const parameters = `<float[4,4,3,3] w, float[4] s, float[4] t, float[4] m, float[4] v, float p = {0.2}, bool on = {1}, bool off = {0}>`;
const model = (nodes: string) =>
  `<opset_import: ["" : 18]> g (float[N,4,8,8] x) => (float[N,4,8,8] y) ${parameters} {\n${nodes}\n}`;

testRule(dropoutBeforeBatchNorm, {
  fires: [
    {
      name: 'across the border of a block (BN-ReLU-Dropout-conv-BN)',
      purpose: 'training',
      text: model(`n = BatchNormalization(x, s, t, m, v)
        r = Relu(n)
        d = Dropout(r, p)  # finding
        a = Conv(d, w)
        y = BatchNormalization(a, s, t, m, v)`),
      message: /rate 0\.2 .* norm y through 1 linear layer: .* about 1\.25 /,
    },
    {
      name: 'directly before the norm, and three linear layers and a residual sum before one',
      purpose: 'definition',
      format: 'tfjs-layers',
      text: model(`d = Dropout(x, p)  # finding
        n = BatchNormalization(d, s, t, m, v)
        e = Dropout(n, p)  # finding
        a = Conv<pads = [1,1,1,1]>(e, w)
        b = Conv<pads = [1,1,1,1]>(a, w)
        c = Conv<pads = [1,1,1,1]>(b, w)
        f = Add(c, n)
        y = BatchNormalization(f, s, t, m, v)`),
    },
    {
      name: 'in a file for inference, a dropout that says it is training',
      text: model(`d = Dropout(x, p, on)  # finding
        a = Conv(d, w)
        y = BatchNormalization(a, s, t, m, v)`),
    },
    {
      name: 'is_test = 0 in opset 6, ratio as an attribute',
      text: `<opset_import: ["" : 6]> g (float[N,4,8,8] x) => (float[N,4,8,8] y) ${parameters} {
        d = Dropout<is_test = 0, ratio = 0.5>(x)  # finding
        a = Conv(d, w)
        y = BatchNormalization<is_test = 1>(a, s, t, m, v)
      }`,
      message: /about 2 /,
    },
  ],
  silent: [
    {
      name: 'an inference graph, where dropout is the identity',
      text: model(`d = Dropout(x, p, off)
        e = Dropout(d, p)
        a = Conv(e, w)
        y = BatchNormalization(a, s, t, m, v)`),
    },
    {
      name: 'layer, group and instance norms keep no running statistics',
      purpose: 'training',
      text: model(`d = Dropout(x, p)
        a = Conv(d, w)
        n = GroupNormalization<num_groups = 2>(a, s, t)
        e = Dropout(n, p)
        b = Conv(e, w)
        y = InstanceNormalization(b, s, t)`),
    },
    {
      name: 'another norm stands between',
      purpose: 'training',
      text: model(`d = Dropout(x, p)
        a = Conv(d, w)
        n = InstanceNormalization(a, s, t)
        y = BatchNormalization(n, s, t, m, v)`),
    },
    {
      name: 'four linear layers stand between',
      purpose: 'training',
      text: model(`d = Dropout(x, p)
        a = Conv(d, w)
        b = Conv(a, w)
        c = Conv(b, w)
        e = Conv(c, w)
        y = BatchNormalization(e, s, t, m, v)`),
    },
    {
      name: 'a small rate',
      purpose: 'training',
      text: model(`d = Dropout(x, small)
        a = Conv(d, w)
        y = BatchNormalization(a, s, t, m, v)`).replace('float p = {0.2}', 'float small = {0.04}, float p = {0.2}'),
    },
  ],
});
