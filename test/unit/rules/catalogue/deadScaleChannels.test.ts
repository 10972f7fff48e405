import { deadScaleChannels } from '../../../../src/rules/catalogue/deadScaleChannels';
import { testRule } from '../../../support/ruleTester';

const model = (nodes: string) =>
  `<opset_import: ["" : 17]> g (float[N,4,8,8] x) => (float[N,4,8,8] y)
   <float[4,4,1,1] w, float[4,4,1,1] u, float[4] b, float[4] m, float[4] v, float[4] alive = {1, 0.5, -0.7, 0.001}, float[4] none = {0, 0, 0, 0},
    float[4] half = {1, 0, 1e-9, -2}, float[4] unknown, float[4,1,1] outer = {1, 0, 1, 1}, int64[1] four = {4}> {\n${nodes}\n}`;

const many = (dead: number, mark = '') =>
  `<opset_import: ["" : 17]> g (float[N,3,8,8] x) => (float[N,40,8,8] y)
   <float[40,3,1,1] w, float[40] b, float[40] m, float[40] v,
    float[40] s = {${Array.from({ length: 40 }, (_, i) => (i < dead ? '0' : '1')).join(', ')}}> {
   a = Conv(x, w)
   y = BatchNormalization(a, s, b, m, v)${mark}
   }`;

testRule(deadScaleChannels, {
  fires: [
    {
      name: 'half of the channels',
      text: model('a = Conv(x, w)\n y = BatchNormalization(a, half, b, m, v)  # finding'),
      message: /is 0 \(below 0\.000001\) in 2 of 4 channels \(50 %\): they give out a constant, and can be pruned/,
    },
    { name: 'more than one in twenty', text: many(3, '  # finding'), message: /3 of 40 channels \(7\.5 %\)/ },
    {
      name: 'all channels, in no residual branch',
      text: model('a = Conv(x, w)\n n = BatchNormalization(a, none, b, m, v)  # finding\n y = Relu(n)'),
      message: /4 of 4 channels/,
    },
    {
      name: 'some channels at the end of a residual branch',
      text: model('a = Conv(x, w)\n n = BatchNormalization(a, half, b, m, v)  # finding\n y = Add(n, x)'),
    },
    {
      name: 'a scale in a node of its own',
      text: model('a = Conv(x, w)\n n = BatchNormalization(a, alive, b, m, v)  # finding\n y = Mul(n, outer)'),
      message: /1 of 4 channels \(25 %\): it gives out a constant/,
    },
    {
      name: 'an instance norm',
      text: model('a = Conv(x, w)\n n = InstanceNormalization(a, half, b)  # finding\n y = Relu(n)'),
    },
  ],
  silent: [
    { name: 'all alive', text: model('a = Conv(x, w)\n y = BatchNormalization(a, alive, b, m, v)') },
    { name: 'one in twenty', text: many(2) },
    {
      name: 'a residual branch that starts at zero',
      text: model(`a = Conv(x, w)
        n = BatchNormalization(a, alive, b, m, v)
        r = Relu(n)
        c = Conv(r, u)
        z = BatchNormalization(c, none, b, m, v)
        y = Add(x, z)`),
    },
    { name: 'a scale not in the file', text: model('a = Conv(x, w)\n y = BatchNormalization(a, unknown, b, m, v)') },
    {
      name: 'a filler in place of the scale',
      text: model('f = ConstantOfShape(four)\n a = Conv(x, w)\n y = BatchNormalization(a, f, b, m, v)'),
    },
    {
      name: 'features of a layer norm',
      text: `<opset_import: ["" : 17]> g (float[N,16,4] x) => (float[N,16,4] y) <float[4] half = {1, 0, 0, 2}, float[4] b> {
        y = LayerNormalization(x, half, b)
      }`,
    },
  ],
});
