import { strict as assert } from 'node:assert';
import { attribute } from '../../../src/ir/attribute';
import { float32Tensor } from '../../../src/ir/tensor';
import { analyzeModel } from '../../../src/rules/analyzeModel';
import { modelOf } from '../../support/textModel';
import { MutableGraph } from '../../../src/ir/mutableGraph';
import { layerView } from '../../../src/layers/recognize';
import { layerNamed, textLayers } from '../../support/textLayers';

const image = (nodes: string, constants = '', opset = 17, output = 'float[N,4,8,8] y') =>
  textLayers(`<opset_import: ["" : ${opset}, "com.microsoft" : 1]> g (float[N,3,8,8] x) => (${output})
    <float[4,3,3,3] w, float[4] b, float[4] s, float[4] t, float[4] m, float[4] v${constants}> {\n${nodes}\n}`);

describe('layers: recognition', () => {
  describe('linear', () => {
    const linear = (nodes: string, constants: string, opset = 17) =>
      textLayers(
        `<opset_import: ["" : ${opset}, "com.microsoft" : 1]> g (float[N,8] x) => (float[] y) <${constants}> {\n${nodes}\n}`,
      ).layers.filter((l) => l.role === 'linear');

    it('takes a product and the addition of a constant per feature for one layer with a bias', () => {
      const [layer, ...others] = linear('[fc] a = MatMul(x, w) y = Add(b, a)', 'float[8,3] w, float[3] b');
      assert.deepEqual(others, []);
      assert.equal(layer.id, 'fc');
      assert.deepEqual(layer.nodes, [0, 1]);
      assert.deepEqual([layer.linear?.channels, layer.linear?.bias !== undefined], [3, true]);
    });

    it('leaves the addition alone when somebody else reads the product, or it adds what is no bias', () => {
      const shared = linear('a = MatMul(x, w) c = Add(a, b) y = Mul(a, c)', 'float[8,3] w, float[3] b');
      assert.deepEqual(shared[0].nodes, [0]);
      const matrix = linear('a = MatMul(x, w) y = Add(a, b)', 'float[8,3] w, float[5,1,3] b');
      assert.equal(matrix[0].linear?.bias, undefined);
      const positions = linear('a = MatMul(x, w) y = Add(a, b)', 'float[8,3] w, float[16,3] b');
      assert.equal(positions[0].linear?.bias, undefined, 'a constant of two axes is an embedding');
      const column = linear('a = MatMul(x, w) y = Add(a, b)', 'float[8,3] w, float[5,1] b');
      assert.equal(column[0].linear?.bias, undefined);
    });

    it('finds a constant weight behind Transpose, Cast, Reshape, Identity and ConstantOfShape', () => {
      const behind = [
        't = Transpose(w) y = MatMul(x, t)',
        'h = Cast<to = 10>(w) f = Cast<to = 1>(h) t = Transpose(f) y = MatMul(x, t)',
        'r = Reshape(w, shape) y = MatMul(x, r)',
        'i = Identity(w) t = Transpose(i) y = MatMul(x, t)',
        'c = ConstantOfShape(shape) y = MatMul(x, c)',
      ];
      for (const nodes of behind) {
        const found = linear(nodes, 'float[3,8] w, int64[2] shape = {8, 3}');
        assert.equal(found.length, 1, nodes);
        assert.equal(found[0].linear?.channels, 3, nodes);
      }
    });

    it('does not take the product of two computed values for a layer', () => {
      assert.deepEqual(linear('t = Transpose(x) a = MatMul(x, t) y = Gemm(a, x)', 'float[8,3] w'), []);
    });

    it('reads groups, and counts channels of Gemm, transposed and grouped convolutions', () => {
      assert.equal(linear('y = Gemm<transB = 1>(x, w)', 'float[5,8] w')[0].linear?.channels, 5);
      const view = image('y = ConvTranspose<group = 3>(x, u)', ', float[3,2,1,1] u');
      assert.deepEqual([view.layers[0].linear?.channels, view.layers[0].linear?.groups], [6, 3]);
    });

    it('knows fused and quantized forms', () => {
      const fused = image('y = com.microsoft.FusedConv<activation = "Relu">(x, w, b)');
      assert.deepEqual([fused.layers[0].role, fused.layers[0].activation], ['linear', 'Relu']);
      const quantized = linear(
        'y = com.microsoft.MatMulNBits<K = 8, N = 16, bits = 4, block_size = 16>(x, w, s)',
        'uint8[16,1,8] w, float[16] s',
      );
      assert.equal(quantized[0].linear?.channels, 16);
    });
  });

  describe('norms', () => {
    const norm = (nodes: string, constants = '', opset = 17) => {
      const layer = image(nodes, constants, opset).layers.find((l) => l.role === 'norm');
      assert.ok(layer?.norm, nodes);
      return layer.norm;
    };
    const facts = (n: ReturnType<typeof norm>) => [
      n.type,
      n.form,
      n.axes,
      n.axesMeaning?.join(''),
      n.epsilon,
      n.groups,
    ];

    it('names the axes of every native operator', () => {
      const all: [string, number, unknown[]][] = [
        ['y = BatchNormalization(x, s, t, m, v)', 9, ['batch', 'native', [0, 2, 3], 'NHW', 1e-5, undefined]],
        ['y = BatchNormalization<spatial = 0>(x, s, t, m, v)', 7, ['batch', 'native', [0], 'N', 1e-5, undefined]],
        [
          'y = InstanceNormalization<epsilon = 0.01>(x, s, t)',
          6,
          ['instance', 'native', [2, 3], 'HW', 0.01, undefined],
        ],
        ['y = GroupNormalization<num_groups = 3>(x, s, t)', 18, ['group', 'native', [1, 2, 3], 'CHW', 1e-5, 3]],
        ['y = LayerNormalization<axis = 1>(x, s)', 17, ['layer', 'native', [1, 2, 3], 'CHW', 1e-5, undefined]],
        ['y = RMSNormalization(x, s)', 23, ['rms', 'native', [3], 'F', 1e-5, undefined]],
        ['y = LRN<size = 5>(x)', 13, ['local-response', 'native', [1], 'C', undefined, undefined]],
        ['y = MeanVarianceNormalization(x)', 13, ['mean-variance', 'native', [0, 2, 3], 'NHW', undefined, undefined]],
        ['y = LpNormalization<axis = 1>(x)', 1, ['lp', 'native', [1], 'C', undefined, undefined]],
        [
          'p = Transpose<perm = [0,2,3,1]>(x) y = LayerNormalization(p, s)',
          17,
          ['layer', 'native', [3], 'C', 1e-5, undefined],
        ],
        [
          'y = com.microsoft.GroupNorm<groups = 2, activation = 0>(x, s, t)',
          17,
          ['group', 'fused', [1, 2, 3], 'HWC', 1e-5, 2],
        ],
      ];
      for (const [nodes, opset, expected] of all) assert.deepEqual(facts(norm(nodes, '', opset)), expected, nodes);
    });

    it('gives axes only where the rank is known', () => {
      const view =
        textLayers(`<opset_import: ["" : 17]> g (float[] x) => (float[] y) <float[4] s, float[4] t, float[4] m, float[4] v>
        { y = BatchNormalization(x, s, t, m, v) }`);
      assert.equal(view.layers[0].norm?.axes, undefined);
      assert.equal(view.layers[0].norm?.channels, 4);
    });

    it('names sequences and vectors', () => {
      const letters = (shape: string, nodes: string) =>
        textLayers(`<opset_import: ["" : 17]> g (float[${shape}] x) => (float[] y)
          <float[4] s, float[4] t, float[4] m, float[4] v> { ${nodes} }`).layers[0].norm?.axesMeaning?.join('');
      assert.equal(letters('N,4', 'y = BatchNormalization(x, s, t, m, v)'), 'N');
      assert.equal(letters('N,4,16', 'y = BatchNormalization(x, s, t, m, v)'), 'NL');
      assert.equal(letters('N,4,2,2,2', 'y = BatchNormalization(x, s, t, m, v)'), 'NDHW');
      assert.equal(letters('N,16,4', 'y = LayerNormalization(x, s)'), 'F');
      assert.equal(letters('N,16,4', 'y = LayerNormalization<axis = 1>(x, s)'), 'LF');
      assert.equal(letters('N,4', 'y = LayerNormalization(x, s)'), 'F');
    });

    it('knows when a batch norm computes batch statistics', () => {
      const training = (nodes: string, opset: number) => norm(nodes, '', opset).trainingForm;
      assert.equal(training('y = BatchNormalization<training_mode = 1>(x, s, t, m, v)', 15), true);
      assert.equal(training('y = BatchNormalization(x, s, t, m, v)', 15), false);
      assert.equal(training('z, a = BatchNormalization(x, s, t, m, v) y = Add(z, a)', 9), true);
      assert.equal(training('y, a = BatchNormalization(x, s, t, m, v)', 9), false);
      assert.equal(training('y = BatchNormalization(x, s, t, m, v)', 6), false);
      assert.equal(training('y = BatchNormalization<is_test = 0>(x, s, t, m, v)', 6), true);
    });

    it('takes a batch norm and the constant factor and addend per channel after it for one norm', () => {
      const view = image(
        'n = BatchNormalization(x, s, t, m, v) a = Mul(n, scale) c = Add(a, shift) y = Relu(c)',
        ', float[4,1,1] scale, float[1,4,1,1] shift',
      );
      assert.deepEqual(
        view.layers.map((l) => [l.id, l.role, l.nodes]),
        [
          ['n', 'norm', [0, 1, 2]],
          ['y', 'activation', [3]],
        ].map(([id, ...r]) => [id === 'n' ? 'c' : id, ...r]),
      );
      const swapped = image(
        'n = BatchNormalization(x, s, t, m, v) a = Add(n, shift) y = Mul(a, scale)',
        ', float[4,1,1] scale, float[1,4,1,1] shift',
      );
      assert.equal(swapped.layers.length, 1);
      assert.ok(swapped.layers[0].norm?.outerScale !== undefined && swapped.layers[0].norm.outerShift !== undefined);
    });

    it('leaves scalars, other axes and values read elsewhere out of a norm', () => {
      const alone = ['a = Mul(n, half)', 'a = Mul(n, row)', 'a = Mul(n, scale) d = Sub(n, a)'];
      for (const nodes of alone) {
        const view = image(
          `n = BatchNormalization(x, s, t, m, v) ${nodes} y = Relu(a)`,
          ', float half = {0.5}, float[8] row, float[4,1,1] scale',
        );
        assert.deepEqual(layerNamed(view, 'n').nodes, [0], nodes);
      }
    });
  });

  describe('decomposed norms', () => {
    const sequence = (nodes: string, output = 'float[N,16,8] y') =>
      textLayers(`<opset_import: ["" : 17]> g (float[N,16,8] x) => (${output})
        <float[8] gamma, float[8] beta, float two = {2}, float eps = {1e-6}, float half = {0.5}, float minus = {-0.5}, float[8] noise> {\n${nodes}\n}`);
    const moments = 'mu = ReduceMean<axes = [-1]>(x) d = Sub(x, mu) q = Pow(d, two) var = ReduceMean<axes = [-1]>(q)';

    it('finds layer norms however they are spelled', () => {
      const spelled = [
        `${moments} e = Add(var, eps) r = Sqrt(e) n = Div(d, r) g = Mul(n, gamma) y = Add(g, beta)`,
        `${moments} e = Add(eps, var) r = Sqrt(e) i = Reciprocal(r) n = Mul(i, d) g = Mul(gamma, n) y = Add(beta, g)`,
        `${moments} e = Add(var, eps) r = Pow(e, half) n = Div(d, r) g = Mul(n, gamma) y = Add(g, beta)`,
        `${moments} e = Add(var, eps) i = Pow(e, minus) n = Mul(d, i) g = Mul(n, gamma) y = Add(g, beta)`,
        // epsilon beside the root
        `${moments} r = Sqrt(var) e = Add(r, eps) n = Div(d, e) g = Mul(n, gamma) y = Add(g, beta)`,
        // squared by a product, the difference computed twice, casts in between
        `mu = ReduceMean<axes = [2]>(x) d = Sub(x, mu) d2 = Sub(x, mu) q = Mul(d2, d2) var = ReduceMean<axes = [-1]>(q)
         e = Add(var, eps) r = Sqrt(e) h = Cast<to = 1>(d) n = Div(h, r) g = Mul(n, gamma) y = Add(g, beta)`,
        // E[x^2] - E[x]^2
        `mu = ReduceMean<axes = [-1]>(x) d = Sub(x, mu) q = Mul(x, x) qm = ReduceMean<axes = [-1]>(q) mq = Mul(mu, mu)
         var = Sub(qm, mq) e = Add(var, eps) r = Sqrt(e) n = Div(d, r) g = Mul(n, gamma) y = Add(g, beta)`,
      ];
      for (const nodes of spelled) {
        const { layers } = sequence(nodes);
        assert.deepEqual(
          layers.map((l) => l.role),
          ['norm'],
          nodes,
        );
        const n = layers[0].norm!;
        assert.deepEqual(
          [n.type, n.form, n.axes, n.axesMeaning, n.epsilon],
          ['layer', 'decomposed', [2], ['F'], 1e-6],
          nodes,
        );
        assert.ok(n.scale !== undefined && n.shift !== undefined && n.channels === 8, nodes);
      }
    });

    it('finds RMS norms, and layer norms without scale and shift', () => {
      const rms = sequence(
        'q = Mul(x, x) m = ReduceMean<axes = [-1]>(q) e = Add(m, eps) r = Sqrt(e) n = Div(x, r) y = Mul(n, gamma)',
      );
      assert.deepEqual(
        rms.layers.map((l) => [l.role, l.norm?.type, l.norm?.scale !== undefined]),
        [['norm', 'rms', true]],
      );
      const bare = sequence(
        `q = Mul(x, x) ms = ReduceMean<axes = [-1]>(q) r = Sqrt(ms) i = Reciprocal(r) n = Mul(x, i) y = Mul(n, gamma)`,
      );
      assert.deepEqual(
        bare.layers.map((l) => [l.norm?.type, l.norm?.epsilon, l.norm?.scale !== undefined]),
        [['rms', 0, true]],
      );
      const plain = sequence(`${moments} e = Add(var, eps) r = Sqrt(e) y = Div(d, r)`);
      assert.deepEqual(
        plain.layers.map((l) => [l.norm?.type, l.norm?.scale]),
        [['layer', undefined]],
      );
    });

    it('is not taken in by what only looks like a norm', () => {
      const traps = [
        // the mean is of another value than the one it is subtracted from
        `z = Relu(x) mu = ReduceMean<axes = [-1]>(z) d = Sub(x, mu) q = Pow(d, two) var = ReduceMean<axes = [-1]>(q)
         e = Add(var, eps) r = Sqrt(e) y = Div(d, r)`,
        // two different axes
        `mu = ReduceMean<axes = [1]>(x) d = Sub(x, mu) q = Pow(d, two) var = ReduceMean<axes = [-1]>(q) e = Add(var, eps) r = Sqrt(e) y = Div(d, r)`,
        // the Euclidean norm
        'q = Mul(x, x) m = ReduceSum(q) e = Add(m, eps) r = Sqrt(e) y = Div(x, r)',
        // over the batch
        'q = Mul(x, x) m = ReduceMean<axes = [0]>(q) e = Add(m, eps) r = Sqrt(e) y = Div(x, r)',
      ];
      for (const nodes of traps)
        assert.ok(
          sequence(nodes).layers.every((l) => l.role !== 'norm'),
          nodes,
        );
    });

    it('finds instance norms, and group norms written with reshapes', () => {
      const view = (nodes: string) =>
        textLayers(`<opset_import: ["" : 17]> g (float[N,6,8,8] x) => (float[N,6,8,8] y)
          <int64[3] groups = {0, 2, -1}, int64[3] channels = {0, 6, -1}, int64[4] unfold = {0, 6, 4, 16}, float two = {2}, float eps = {1e-5}, float[2] one = {1, 1},
           float[2] zero = {0, 0}, float[6] one6, float[6] zero6, float[6,1,1] gamma, float[6,1,1] beta> {\n${nodes}\n}`)
          .layers;
      const spatial =
        view(`mu = ReduceMean<axes = [2, 3]>(x) d = Sub(x, mu) q = Mul(d, d) var = ReduceMean<axes = [2, 3]>(q)
        e = Add(var, eps) r = Sqrt(e) n = Div(d, r) g = Mul(n, gamma) y = Add(g, beta)`);
      assert.deepEqual(
        spatial.map((l) => [l.role, l.norm?.type, l.norm?.axes, l.norm?.channels]),
        [['norm', 'instance', [2, 3], 6]],
      );
      const grouped = (shape: string, one: string, zero: string) =>
        view(`r = Reshape(x, ${shape}) i = InstanceNormalization(r, ${one}, ${zero}) h = Shape(x) b = Reshape(i, h)
          g = Mul(b, gamma) y = Add(g, beta)`).map((l) => [
          l.kind,
          l.norm?.type,
          l.norm?.groups,
          l.norm?.axes,
          l.norm?.channels,
        ]);
      assert.deepEqual(grouped('groups', 'one', 'zero'), [['GroupNormalization', 'group', 2, [1, 2, 3], 6]]);
      assert.deepEqual(grouped('channels', 'one6', 'zero6'), [
        ['InstanceNormalization', 'instance', undefined, [2, 3], 6],
      ]);
      // what comes in was reshaped before, and is added again behind the norm (MobileViT v2)
      const unfolded = view(`f = Reshape(x, unfold) r = Reshape(f, groups) i = InstanceNormalization(r, one, zero)
        h = Shape(f) b = Reshape(i, h) g = Mul(b, gamma) n = Add(g, beta) y = Add(f, n)`);
      assert.deepEqual(
        unfolded.flatMap((l) => (l.norm ? [[l.kind, l.norm.groups, l.nodes.length]] : [])),
        [['GroupNormalization', 2, 5]],
      );
    });

    const normOf = (type: string, nodes: string) =>
      textLayers(`<opset_import: ["" : 17]> g (${type} x) => (${type} y)
        <int64[3] groups = {0, 2, -1}, int64[4] features = {0, 0, 2, -1}, float eps = {1e-5}, float[2,3] scale, float[2,3] shift, float[6] gamma,
         float[6] beta, float[3] head, float[2] one = {1, 1}, float[2] zero = {0, 0}> {\n${nodes}\n}`).layers.map(
        (l) => [
          l.kind,
          l.norm?.type,
          l.norm?.groups ?? null,
          l.norm?.axesMeaning?.join(''),
          l.norm?.channels,
          l.norm?.scale !== undefined && l.norm.shift !== undefined,
        ],
      );
    const standardized = (axis: number) =>
      `mu = ReduceMean<axes = [${axis}]>(r) d = Sub(r, mu) q = Mul(d, d) var = ReduceMean<axes = [${axis}]>(q) e = Add(var, eps) s = Sqrt(e) n = Div(d, s)`;
    const back = 'h = Shape(x) y = Reshape(o, h)';

    it('finds group norms of vectors and of the vectors of sequences, scaled before or after they are put together', () => {
      const inside = `g = Mul(n, scale) o = Add(g, shift) ${back}`;
      const outside = 'h = Shape(x) b = Reshape(n, h) g = Mul(b, gamma) y = Add(g, beta)';
      const vector = [['GroupNormalization', 'group', 2, 'F', 6, true]];
      for (const scaled of [inside, outside]) {
        assert.deepEqual(normOf('float[N,6]', `r = Reshape(x, groups) ${standardized(2)} ${scaled}`), vector);
        assert.deepEqual(normOf('float[N,L,6]', `r = Reshape(x, features) ${standardized(3)} ${scaled}`), vector);
      }
      assert.deepEqual(normOf('float[N,6]', `r = Reshape(x, groups) ${standardized(2)} o = Relu(n) ${back}`)[0], [
        ...['LayerNormalization', 'layer', null, 'F', 3, false],
      ]);
      const torch = 'r = Reshape(x, groups) i = InstanceNormalization(r, one, zero) h = Shape(x) b = Reshape(i, h)';
      assert.deepEqual(normOf('float[N,6]', `${torch} g = Mul(b, gamma) y = Add(g, beta)`), vector);
    });

    it('leaves norms of the vectors of heads what they are', () => {
      const oneForAll = `g = Mul(n, head) o = Add(g, head) ${back}`;
      assert.deepEqual(normOf('float[N,L,6]', `r = Reshape(x, features) ${standardized(3)} ${oneForAll}`)[0], [
        ...['LayerNormalization', 'layer', null, 'F', 3, true],
      ]);
      const turned = 'g = Mul(n, scale) o = Add(g, shift) y = Transpose<perm = [0, 2, 1, 3]>(o)';
      const heads = textLayers(`<opset_import: ["" : 17]> g (float[N,L,6] x) => (float[N,2,L,3] y)
        <int64[4] features = {0, 0, 2, -1}, float eps = {1e-5}, float[2,3] scale, float[2,3] shift> {
          r = Reshape(x, features) ${standardized(3)} ${turned} }`);
      assert.deepEqual(
        heads.layers.map((l) => l.norm?.type),
        ['layer'],
      );
    });
  });

  describe('activations', () => {
    const activation = (nodes: string, opset = 17) =>
      textLayers(`<opset_import: ["" : ${opset}, "com.microsoft" : 1]> g (float[N,8] x) => (float[N,8] y)
        <float three = {3}, float zero = {0}, float six = {6}, float sixth = {0.16666667}, float half = {0.5}, float one = {1},
         float root2 = {1.4142135}, float c = {0.044715}, float k = {0.7978845}, float fast = {1.702}, float fifth = {0.2},
         float tiny = {1e-12}, float[8] slope> {\n${nodes}\n}`).layers.map((l) => l.activation ?? l.role);

    it('knows single operators in every opset', () => {
      for (const name of [
        'Relu',
        'Elu',
        'Selu',
        'Celu',
        'Sigmoid',
        'HardSigmoid',
        'Tanh',
        'Softplus',
        'Softsign',
        'LeakyRelu',
      ])
        assert.deepEqual(activation(`y = ${name}(x)`), [name]);
      assert.deepEqual(activation('y = ThresholdedRelu(x)'), ['ThresholdedRelu']);
      assert.deepEqual(activation('y = PRelu(x, slope)'), ['PRelu']);
      assert.deepEqual(activation('y = Mish(x)', 18), ['Mish']);
      assert.deepEqual(activation('y = HardSwish(x)'), ['HardSwish']);
      assert.deepEqual(activation('y = Swish(x)', 24), ['Silu']);
      assert.deepEqual(activation('y = com.microsoft.FastGelu(x)'), ['Gelu']);
      assert.deepEqual(activation('y = Softmax(x)'), ['Softmax']);
      assert.deepEqual(activation('y = Clip(x, zero, six)'), ['Relu6']);
      assert.deepEqual(activation('y = Clip<min = 0.0, max = 6.0>(x)', 6), ['Relu6']);
      assert.deepEqual(activation('y = Clip(x, zero)'), ['Clip']);
      // keeps a divisor from being zero
      assert.deepEqual(activation('y = Clip(x, tiny)'), ['other']);
      assert.deepEqual(activation('y = Clip(x, tiny, six)'), ['Clip']);
    });

    const spelled: [string, string[]][] = [
      ['Silu', ['s = Sigmoid(x) y = Mul(x, s)', 'b = Mul(x, one) s = Sigmoid(b) y = Mul(s, x)']],
      [
        'HardSwish',
        [
          'a = Add(x, three) b = Clip(a, zero, six) c1 = Mul(x, b) y = Div(c1, six)',
          'a = Add(three, x) b = Clip(a, zero, six) c1 = Div(b, six) y = Mul(c1, x)',
          'a = Add(x, three) b = Clip(a, zero, six) c1 = Mul(b, sixth) y = Mul(x, c1)',
          'h = HardSigmoid<alpha = 0.16666667>(x) y = Mul(x, h)',
        ],
      ],
      [
        'HardSigmoid',
        [
          'a = Add(x, three) b = Clip(a, zero, six) y = Div(b, six)',
          'a = Mul(x, fifth) b = Add(a, half) y = Clip(b, zero, one)',
        ],
      ],
      [
        'Gelu',
        [
          'n = Neg(x) d = Div(n, root2) e = Erfc(d) h = Mul(half, x) y = Mul(h, e)',
          'd = Div(x, root2) e = Erf(d) a = Add(e, one) m = Mul(x, a) y = Mul(m, half)',
          'd = Div(x, root2) e = Erf(d) a = Add(one, e) h = Mul(half, x) y = Mul(h, a)',
          'd = Div(x, root2) e = Erf(d) a = Add(e, one) m = Mul(a, half) y = Mul(x, m)',
          'p = Pow(x, three) q = Mul(p, c) a = Add(x, q) b = Mul(a, k) t = Tanh(b) u = Add(t, one) h = Mul(x, half) y = Mul(h, u)',
          'x2 = Mul(x, x) x3 = Mul(x, x2) q = Mul(c, x3) a = Add(x, q) b = Mul(k, a) t = Tanh(b) u = Add(one, t) h = Mul(half, x) y = Mul(h, u)',
          'b = Mul(x, fast) s = Sigmoid(b) y = Mul(x, s)',
        ],
      ],
      ['Mish', ['p = Softplus(x) t = Tanh(p) y = Mul(x, t)']],
      ['Softplus', ['e = Exp(x) a = Add(e, one) y = Log(a)']],
      ['LeakyRelu', ['a = Mul(x, fifth) y = Max(x, a)']],
      ['Relu6', ['r = Relu(x) y = Min(r, six)']],
    ];
    for (const [name, forms] of spelled) {
      it(`knows ${name} in ${forms.length} spelling${forms.length > 1 ? 's' : ''} of several nodes`, () => {
        for (const nodes of forms) assert.deepEqual(activation(nodes), [name], nodes);
      });
    }

    it('leaves a gate a gate: sigmoid of something else times the value', () => {
      assert.deepEqual(activation('r = Relu(x) s = Sigmoid(r) y = Mul(x, s)'), ['Relu', 'Sigmoid', 'join']);
      // something outside reads the sigmoid: it is not hidden inside the swish
      assert.deepEqual(activation('s = Sigmoid(x) m = Mul(x, s) y = Add(m, s)'), ['Sigmoid', 'join', 'join']);
    });
  });

  describe('other layers', () => {
    it('tells joins, pools, dropouts, recurrent layers and the rest apart', () => {
      const view = textLayers(`<opset_import: ["" : 17]> g (float[N,4,8,8] x, float[5,N,6] q) => (float[] y, float[] z)
        <float half = {0.5}, float[1,16,6] w, float[1,16,4] r, float[4,1,1] c> {
          p = MaxPool<kernel_shape = [2,2]>(x)
          d = Dropout(p, half)
          a = Add(d, p)
          b = Mul(a, c)
          m = ReduceMean<axes = [2,3]>(b)
          e = Resize(m)
          y = Concat<axis = 1>(m, e)
          z = LSTM<hidden_size = 4>(q, w, r)
        }`);
      assert.deepEqual(
        view.layers.map((l) => [l.id, l.role]),
        [
          ['p', 'pool'],
          ['d', 'dropout'],
          ['a', 'join'],
          ['b', 'other'],
          ['m', 'pool'],
          ['e', 'other'],
          ['y', 'join'],
          ['z', 'recurrent'],
        ],
      );
      assert.equal(layerNamed(view, 'd').dropRate, 0.5);
    });

    it('does not list what computes sizes and constants, nor what only passes on', () => {
      const view = image(
        'h = Shape(x) g = Gather(h, i) u = Unsqueeze(g, i) c = Concat<axis = 0>(u, rest) r = Reshape(x, c) f = Identity(r) y = Relu(f)',
        ', int64[1] i = {0}, int64[1] rest = {-1}',
        17,
        'float[] y',
      );
      assert.deepEqual(
        view.layers.map((l) => l.id),
        ['y'],
      );
      assert.equal(view.layerOfNode(0), undefined);
      assert.deepEqual(view.predecessors(view.layers[0]), [undefined], 'the input of the graph');
    });
  });

  describe('ids', () => {
    it('are names of nodes where these are there once, else names of values, and always unique', () => {
      const view = textLayers(`<opset_import: ["" : 17]> g (float[N,8] x) => (float[N,8] y) {
        [one] a = Relu(x)
        [two] b = Relu(a)
        [two] c = Relu(b)
        d = Relu(c)
        [d] e = Relu(d)
        [y] f = Relu(e)
        y = Relu(f)
      }`);
      assert.deepEqual(
        view.layers.map((l) => l.id),
        ['one', 'b', 'c', 'd', 'e', 'f', 'y'],
      );
      assert.deepEqual(
        view.layers.map((l) => l.name),
        ['one', 'two', 'two', 'd', 'd', 'y', 'y'],
      );
    });
  });

  it('stands a graph with a cycle and nodes without outputs', () => {
    const graph = new MutableGraph();
    graph.opsets.set('', 17);
    graph.addInput('x', { kind: 'tensor', dtype: 'float32', shape: [1] });
    graph.addNode('Identity', ['b'], {}, { outputs: ['a'] });
    graph.addNode('Cast', ['a'], {}, { outputs: ['b'] });
    graph.addNode('Mul', ['b', 'c'], {}, { outputs: ['c'] });
    graph.addNode('Add', ['x', 'c'], {}, { outputs: ['y'] });
    graph.addNode('Print', ['y'], {}, { outputs: [] });
    graph.addNode('Conv', [], {}, { outputs: ['z'] });
    graph.addOutput('y');
    const view = layerView(graph.freeze());
    assert.ok(view.layers.every((l) => view.depthOf(l) === 0));
  });

  it('stands operators with inputs, outputs and attributes missing or wrong', async () => {
    const operators = [
      'Conv ConvTranspose Gemm MatMul Einsum QLinearConv QLinearMatMul MatMulInteger Dropout Clip LSTM Concat Sum Mul Div Add Sub',
      'BatchNormalization InstanceNormalization GroupNormalization LayerNormalization RMSNormalization LRN Pow Sqrt Max Min Log',
      'MeanVarianceNormalization LpNormalization Softmax PRelu MaxPool ReduceMean Reshape Transpose Cast Constant Erf',
    ].flatMap((words) => words.split(' '));
    const microsoft = [
      'FusedConv',
      'Attention',
      'SkipLayerNormalization',
      'EmbedLayerNormalization',
      'GroupNorm',
      'SkipGroupNorm',
    ];
    const wrong = {
      axis: attribute.int(-99),
      axes: attribute.ints([7, -9]),
      perm: attribute.ints([3]),
      epsilon: attribute.string('x'),
    };
    for (const [domain, names] of [
      ['', operators],
      ['com.microsoft', microsoft],
    ] as const) {
      for (const opset of [1, 9, 13, 23]) {
        const graph = new MutableGraph();
        graph.opsets.set('', opset);
        graph.addInput('x', { kind: 'tensor', dtype: 'float32', shape: [null, 4, 8, 8] });
        graph.addInitializer(float32Tensor('c', [], [1]));
        for (const name of names) {
          for (const inputs of [[], ['x'], ['', 'x'], ['x', 'c'], ['x', '', 'c'], ['c', 'x', 'x', 'x', 'x']]) {
            for (const attributes of [{}, wrong]) {
              graph.addNode(name, inputs, attributes, { domain, outputs: 1 });
              graph.addNode(name, inputs, attributes, { domain, outputs: 0 });
              graph.addNode(name, inputs, attributes, { domain, outputs: ['', graph.freshName('late')] });
            }
          }
        }
        const frozen = graph.freeze();
        const view = layerView(frozen);
        for (const layer of view.layers) {
          if (layer.norm) view.placementOf(layer);
          if (layer.linear) view.normalizationOf(layer);
        }
        await analyzeModel(modelOf(frozen), 'model.onnx');
      }
    }
  });

  it('stands operators named like members of every object, axes far outside and nodes that compute nothing', () => {
    const { layers } = textLayers(
      `<opset_import: ["" : 17, "com.microsoft" : 1]> g (float[N,8] x) => (float[] y) <float[8] s> {
        a = constructor(x) b = com.microsoft.toString(a) y = LayerNormalization<axis = -9000000000000000>(b, s) }`,
    );
    assert.deepEqual(
      layers.map((l) => [l.kind, l.norm?.axes]),
      [
        ['constructor', undefined],
        ['toString', undefined],
        ['LayerNormalization', undefined],
      ],
    );

    const graph = new MutableGraph();
    graph.opsets.set('', 17);
    graph.addInput('x', { kind: 'tensor', dtype: 'float32', shape: [2, 8] });
    graph.addInitializer(float32Tensor('w', [8, 3], new Float32Array(24)));
    graph.addInitializer(float32Tensor('b', [3], [0, 0, 0]));
    const product = graph.add('MatMul', ['x', 'w']);
    graph.nodes.push(graph.makeNode('Add', [product, 'b'], {}, { outputs: [] }));
    const [linear] = layerView(graph.freeze()).layers;
    assert.deepEqual([linear.role, linear.nodes, linear.linear?.bias], ['linear', [0], undefined]);
  });

  it('takes time linear in the nodes', function () {
    this.timeout(60_000);
    const milliseconds = (nodes: number) => {
      const graph = new MutableGraph();
      graph.opsets.set('', 17);
      let value = graph.addInput('x', { kind: 'tensor', dtype: 'float32', shape: [1, 4, 8, 8] });
      const root = value;
      for (let i = 0; i < nodes / 5; i++) {
        const linear = graph.add('Conv', [value, 'w']);
        const norm = graph.add('BatchNormalization', [linear, 's', 's', 's', 's']);
        const sigmoid = graph.add('Sigmoid', [norm]);
        const swish = graph.add('Mul', [norm, sigmoid]);
        // one value that everything reads, and a long chain
        value = graph.add('Add', [swish, i % 2 ? root : value]);
      }
      graph.addOutput(value);
      const frozen = graph.freeze();
      const start = process.cpuUsage();
      const view = layerView(frozen);
      for (const layer of view.layers) if (layer.norm) view.placementOf(layer);
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1000;
    };
    milliseconds(2_000);
    const small = milliseconds(5_000);
    const large = milliseconds(40_000);
    assert.ok(large < 32 * small, `${small} ms for 5 000 nodes, ${large} ms for 40 000`);
  });
});
