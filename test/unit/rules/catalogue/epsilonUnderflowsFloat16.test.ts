import { epsilonUnderflowsFloat16 } from '../../../../src/rules/catalogue/epsilonUnderflowsFloat16';
import { testRule } from '../../../support/ruleTester';

const image = (nodes: string, opset = 17) =>
  `<opset_import: ["" : ${opset}, "com.microsoft" : 1]> g (float16[N,4,8,8] x) => (float16[N,4,8,8] y)
   <float16[4,4,1,1] w, float16[4] s, float16[4] b, float16[4] m, float16[4] v> {\n${nodes}\n}`;

// 1024 and 2 are the bits of 6.1e-5, the smallest normal number, and of 1.2e-7; 8192 those of 0.0078
const sequence = (nodes: string, types = 'float16', epsilon = '2') =>
  `<opset_import: ["" : 17, "com.microsoft" : 1]> g (${types}[N,16,4] x) => (${types}[N,16,4] y)
   <float16[4] s, float16[4] b, float16[4,4] w, float16 two = {16384}, float16 e = {${epsilon}}, float e32 = {1e-12}, float two32 = {2}>
   {\n${nodes}\n}`;

const decomposed = `m = ReduceMean<axes = [-1]>(x)
  d = Sub(x, m)
  q = Pow(d, two)
  a = ReduceMean<axes = [-1]>(q)
  t = Add(a, e)
  r = Sqrt(t)
  n = Div(d, r)
  o = Mul(n, s)
  y = Add(o, b)`;

testRule(epsilonUnderflowsFloat16, {
  fires: [
    {
      name: 'instance norms: one finding',
      text: image(`a = InstanceNormalization(x, s, b)  # finding
        c = Conv(a, w)
        y = InstanceNormalization(c, s, b)  # finding`),
      message: /^2 norms computing statistics in float16 with an epsilon \(0\.00001\) .* a, y\. Processors that flush/,
    },
    {
      name: 'a layer norm that asks for float16',
      text: sequence('y = LayerNormalization<stash_type = 10, epsilon = 1e-12>(x, s, b)  # finding'),
      message: /In float16 it is exactly 0/,
    },
    {
      name: 'a layer norm made of operators',
      text: sequence(decomposed.replace('ReduceMean<axes = [-1]>(x)', 'ReduceMean<axes = [-1]>(x)  # finding')),
      message: /epsilon \(1\.19e-7\)/,
    },
    {
      name: 'a layer norm made of operators whose epsilon was rounded to 0',
      text: sequence(
        decomposed.replace('ReduceMean<axes = [-1]>(x)', 'ReduceMean<axes = [-1]>(x)  # finding'),
        'float16',
        '0',
      ),
      message: /exactly 0/,
    },
    {
      name: 'group norm before it had a stash type',
      text: image('y = GroupNormalization<num_groups = 2>(x, gs, gb)  # finding', 18).replace(
        'float16[4] v>',
        'float16[4] v, float16[2] gs, float16[2] gb>',
      ),
    },
    {
      name: 'batch statistics before opset 14',
      purpose: 'training',
      text: image('y, nm, nv = BatchNormalization(x, s, b, m, v)  # finding', 9).replace(
        '[N,4,8,8] y)',
        '[N,4,8,8] y, float16[4] nm, float16[4] nv)',
      ),
    },
    {
      name: 'a norm of com.microsoft whose epsilon becomes 0',
      text: sequence('y = com.microsoft.SkipLayerNormalization<epsilon = 1e-12>(x, x, s, b)  # finding'),
    },
  ],
  silent: [
    {
      name: 'a layer norm, which computes in float32',
      text: sequence('y = LayerNormalization<epsilon = 1e-12>(x, s, b)'),
    },
    {
      name: 'an RMS norm, which computes in float32',
      text: sequence('y = RMSNormalization<epsilon = 1e-6>(x, s)').replace('"" : 17', '"" : 23'),
    },
    { name: 'group norm of opset 21', text: image('y = GroupNormalization<num_groups = 2>(x, s, b)', 21) },
    { name: 'a batch norm with running statistics', text: image('y = BatchNormalization(x, s, b, m, v)') },
    {
      name: 'batch statistics of opset 14, which are computed in float32',
      purpose: 'training',
      text: image('y, nm, nv = BatchNormalization<training_mode = 1>(x, s, b, m, v)'),
    },
    {
      name: 'a norm of com.microsoft whose epsilon stays above 0',
      text: sequence('y = com.microsoft.SkipLayerNormalization<epsilon = 1e-5>(x, x, s, b)'),
    },
    { name: 'an epsilon that float16 holds', text: image('y = InstanceNormalization<epsilon = 0.0001>(x, s, b)') },
    { name: "float16's smallest normal number", text: sequence(decomposed, 'float16', '1024') },
    {
      name: 'a float32 island',
      text: sequence(`f = Cast<to = 1>(x)
        m = ReduceMean<axes = [-1]>(f)
        d = Sub(f, m)
        q = Pow(d, two32)
        a = ReduceMean<axes = [-1]>(q)
        t = Add(a, e32)
        r = Sqrt(t)
        n = Div(d, r)
        h = Cast<to = 10>(n)
        o = Mul(h, s)
        y = Add(o, b)`),
    },
    { name: 'float32', text: image('y = InstanceNormalization(x, s, b)').replaceAll('float16', 'float') },
    {
      name: 'bfloat16, which has the range of float32',
      text: image('y = InstanceNormalization(x, s, b)').replaceAll('float16', 'bfloat16'),
    },
  ],
});
