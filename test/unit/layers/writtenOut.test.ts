import { strict as assert } from 'node:assert';
import type { LayerView } from '../../../src/layers/layerView';
import { inferFacts } from '../../../src/ir/inferTypes';
import { layerView } from '../../../src/layers/recognize';
import { parseGraph } from '../../../src/ir/textForm';
import { analyzeModel } from '../../../src/rules/analyzeModel';
import { textModel } from '../../support/textModel';

/** Layers of nodes on an image x with 4 channels; w is the weight of a convolution that keeps its shape. */
function image(nodes: string, opset = 17, input = 'float[N,4,8,8] x'): LayerView {
  const graph = parseGraph(`<opset_import: ["" : ${opset}]> g (${input}) => (float[] y)
    <float[4,4,1,1] w, float[4] flat, float[4,1,1] scale, float[4,1,1] shift, float[1,4,1,1] mean, float[1,4,1,1] var, float[8] row,
     float eps = {1e-3}, float one = {1}, float zero = {0}, float two = {2}, float half = {0.5}, int64[1] one1 = {1},
     int64[2] spatial = {1, 2}> {\n${nodes}\n}`);
  return layerView(graph, inferFacts(graph));
}

const summary = ({ layers }: LayerView) =>
  layers.map((l) => [l.role, l.norm?.type ?? l.kind, l.norm?.form ?? '', l.nodes.length]);

describe('layers: norms written out in operators', () => {
  describe('moments, as TensorFlow writes them', () => {
    const moments = (axes: string) => `mu = ReduceMean<axes = ${axes}>(x) d = Sub(x, mu) q = Mul(d, d)
      var0 = ReduceMean<axes = ${axes}>(q) e = Add(var0, eps) r = Sqrt(e) i = Reciprocal(r)`;
    const forms: Readonly<Record<string, string>> = {
      'scale and shift': 'm = Mul(i, scale) a = Mul(x, m) b = Mul(mu, m) s = Sub(shift, b) y = Add(a, s)',
      'scale and shift, from the negative mean':
        'm = Mul(i, scale) a = Mul(x, m) n = Neg(mu) b = Mul(n, m) s = Add(b, shift) y = Add(a, s)',
      'shift alone': 'a = Mul(x, i) b = Mul(mu, i) s = Sub(shift, b) y = Add(a, s)',
      'scale alone': 'm = Mul(i, scale) a = Mul(x, m) b = Mul(mu, m) s = Neg(b) y = Add(a, s)',
      'scale alone, less the mean': 'm = Mul(i, scale) a = Mul(x, m) b = Mul(mu, m) y = Sub(a, b)',
      neither: 'a = Mul(x, i) n = Neg(mu) s = Mul(n, i) y = Add(s, a)',
    };

    for (const [name, nodes] of Object.entries(forms)) {
      it(`are a norm with ${name}`, () => {
        for (const [axes, type, letters] of [
          ['[2, 3]', 'instance', 'HW'],
          ['[0, 2, 3]', 'mean-variance', 'NHW'],
        ]) {
          const { layers } = image(`${moments(axes)} ${nodes}`);
          assert.equal(layers.length, 1, layers.map((l) => l.id).join());
          const { norm } = layers[0];
          assert.deepEqual(
            [norm?.type, norm?.form, norm?.axesMeaning?.join(''), norm?.epsilon],
            [type, 'decomposed', letters, 0.001],
          );
          assert.deepEqual(
            [norm?.scale !== undefined, norm?.shift !== undefined, norm?.channels],
            [name.includes('scale'), name.includes('shift'), 4],
          );
        }
      });
    }

    it('are a layer norm of series where tf2onnx takes the means by GlobalAveragePool', () => {
      const graph = parseGraph(`<opset_import: ["" : 15]> g (float[N,6,8] x) => (float[N,6,8] y)
        <float[1,1,8] scale = {1,1,1,1,1,1,1,1}, float[1,1,8] shift = {0,0,0,0,0,0,0,0}, float eps = {1e-3}> {
          mu = GlobalAveragePool(x) n = Neg(mu) d = Sub(x, mu) q = Mul(d, d) var0 = GlobalAveragePool(q) e = Add(var0, eps)
          r = Sqrt(e) i = Reciprocal(r) m = Mul(i, scale) a = Mul(x, m) b = Mul(n, m) s = Add(b, shift) y = Add(a, s) }`);
      const { layers } = layerView(graph, inferFacts(graph));
      assert.deepEqual(
        layers.map(({ norm }) => [norm?.type, norm?.axes, norm?.channels]),
        [['layer', [2], 8]],
      );
    });

    it('are a layer norm of whole images where tf2onnx transposes the image, and the statistics of each sample by a Reshape', () => {
      const nodes = (
        axes: string,
        perm: string,
      ) => `mu = ReduceMean<axes = ${axes}>(x) n = Neg(mu) t1 = Reshape(mu, each) d = Sub(x, t1)
        q = Mul(d, d) var0 = ReduceMean<axes = ${axes}>(q) e = Add(var0, eps) r = Sqrt(e) i = Reciprocal(r) t2 = Reshape(i, each)
        m = Mul(t2, whole) t3 = Reshape(n, each) b = Mul(t3, m) s = Add(b, whole) t4 = Transpose<perm = ${perm}>(x)
        a = Mul(t4, m) y = Add(a, s)`;
      const layersOf = (text: string) => {
        const graph = parseGraph(`<opset_import: ["" : 15]> g (float[N,4,8,8] x) => (float[] y)
          <float[1,8,8,4] whole, float eps = {1e-3}, int64[4] each = {-1, 1, 1, 1}> { ${text} }`);
        return layerView(graph, inferFacts(graph)).layers;
      };
      const [norm, ...more] = layersOf(nodes('[2, 3, 1]', '[0, 2, 3, 1]'));
      assert.deepEqual([norm.norm?.type, norm.norm?.axes, norm.nodes.length, more.length], ['layer', [1, 2, 3], 16, 0]);
      // statistics of channels, and samples that are moved
      assert.ok(layersOf(nodes('[1]', '[0, 2, 3, 1]')).every((l) => l.role !== 'norm'));
      assert.ok(layersOf(nodes('[2, 3, 1]', '[3, 0, 1, 2]')).every((l) => l.role !== 'norm'));
    });

    it('are a layer norm where Keras 2 takes the vectors for the channels of a fused batch norm', () => {
      const norms = (input: string, rows: string, scale: string, sizes = '') => {
        const graph = parseGraph(`<opset_import: ["" : 15]> g (${input} x) => (${input} y)
          <float[${scale}] scale, float zero = {0}, float one = {1}, int64[4] rows = {${rows}}, int64[1] front = {0}, int64[1] last = {-1}, int64[1] end = {9},
           int64[1] ones = {1}, int64[3] all = {0, 2, 3}> {
            h = Shape(x) ${sizes || 'apart = Identity(rows)'}
            r = Reshape(x, apart) sr = Shape(r) n = Gather(sr, ones) gamma = Expand(one, n) beta = Expand(zero, n)
            mu = ReduceMean<axes = [0, 2, 3], keepdims = 1>(r) d = Sub(r, mu) q = ReduceSumSquare<axes = [0, 2, 3], keepdims = 0>(d)
            counted = Gather(sr, all) product = ReduceProd<axes = [0], keepdims = 0>(counted) count = Cast<to = 1>(product)
            var = Div(q, count) mean = Squeeze(mu, all)
            o = BatchNormalization<epsilon = 0.001>(r, gamma, beta, mean, var)
            b = Reshape(o, h) g = Mul(b, scale) y = Add(g, scale) }`);
        return layerView(graph, inferFacts(graph)).layers.map(({ kind, norm }) => [
          ...[kind, norm?.type, norm?.axes, norm?.channels, norm?.epsilon, norm?.mean],
        ]);
      };
      const layer = (axes: number[], channels: number) => [
        ['LayerNormalization', 'layer', axes, channels, 0.001, undefined],
      ];
      assert.deepEqual(norms('float[2,6,8]', '1,12,8,1', '8'), layer([2], 8));
      assert.deepEqual(norms('float[2,4,6,8]', '1,8,48,1', '1,1,6,8'), layer([2, 3], 6));
      const open = 'size = Slice(h, last, end, front) apart = Concat<axis = 0>(ones, last, size, ones)';
      assert.deepEqual(norms('float[N,6,8]', '1,1,1,1', '8', open), layer([2], 8));
      // a batch norm in training mode, of several images or of many steps
      const types = (...of: Parameters<typeof norms>) => norms(...of).flatMap(([, type]) => type ?? []);
      assert.deepEqual(types('float[2,6,8,1]', '2,6,8,1', '1,6,1,1'), ['batch']);
      assert.deepEqual(types('float[2,3,6,8]', '6,6,8,1', '8'), ['batch']);
    });

    it('are no norm when the mean is of another value', () => {
      const other = image(
        `h = Relu(x) mh = ReduceMean<axes = [2, 3]>(h) ${moments('[2, 3]')} a = Mul(x, i) b = Mul(mh, i) y = Sub(a, b)`,
      );
      assert.ok(other.layers.every((l) => l.role !== 'norm'));
    });
  });

  describe('over groups of channels, as Keras and Flax write them', () => {
    const layersOf = (input: string, grouped: string, nodes: string, parameters: string) => {
      const graph = parseGraph(`<opset_import: ["" : 17]> g (${input} x) => (${input} y)
        <int64[${grouped.split(',').length}] apart = {${grouped}}, ${parameters}, float eps = {1e-3}, float zero = {0}> {\n${nodes}\n}`);
      return layerView(graph, inferFacts(graph)).layers;
    };
    const back = 'h = Shape(x) y = Reshape(o, h)';
    /** TensorFlow's batch_normalization over the moments of `r`. */
    const keras = (axes: string, end = back) => `r = Reshape(x, apart) mu = ReduceMean<axes = ${axes}>(r) n = Neg(mu)
      d = Sub(r, mu) q = Mul(d, d) var = ReduceMean<axes = ${axes}>(q) e = Add(var, eps) s = Sqrt(e) i = Reciprocal(s)
      m = Mul(i, scale) a = Mul(r, m) b = Mul(n, m) t = Add(b, shift) o = Add(a, t) ${end}`;
    /** The mean of squares less the square of the mean, kept from being negative. */
    const flax = (
      axes: string,
    ) => `r = Reshape(x, apart) mu = ReduceMean<axes = ${axes}>(r) d = Sub(r, mu) q = Mul(r, r)
      mq = ReduceMean<axes = ${axes}>(q) sm = Mul(mu, mu) v = Sub(mq, sm) p = Max(v, zero) e = Add(p, eps) s = Sqrt(e) o = Div(d, s)
      h = Shape(x) c = Reshape(o, h) g = Mul(c, scale) y = Add(g, shift)`;
    const affine = (dims: string) => `float[${dims}] scale, float[${dims}] shift`;
    const facts = (input: string, grouped: string, nodes: string, parameters: string) => {
      const layers = layersOf(input, grouped, nodes, parameters);
      assert.equal(layers.length, 1, layers.map((l) => `${l.kind} ${l.id}`).join());
      const [{ kind, norm, inputs, nodes: covered }] = layers;
      assert.deepEqual(
        [norm?.form, norm?.epsilon, norm?.scale !== undefined, norm?.shift !== undefined, inputs.length],
        ['decomposed', 0.001, true, true, 1],
      );
      return [
        kind,
        norm?.type,
        norm?.groups ?? null,
        norm?.axes,
        norm?.axesMeaning?.join(''),
        norm?.channels,
        covered.length,
      ];
    };

    it('are group norms with the channels last, of images, series and volumes', () => {
      const group = (axes: number[], letters: string, nodes: number) => [
        ...['GroupNormalization', 'group', 3, axes, letters, 6, nodes],
      ];
      const image = 'float[N,8,4,6]';
      assert.deepEqual(
        facts(image, '-1,8,4,3,2', keras('[1, 2, 4]'), affine('1,1,1,3,2')),
        group([1, 2, 3], 'HWC', 15),
      );
      assert.deepEqual(facts(image, '-1,8,4,3,2', flax('[1, 2, 4]'), affine('1,1,1,6')), group([1, 2, 3], 'HWC', 14));
      assert.deepEqual(facts('float[N,8,6]', '-1,8,3,2', keras('[1, 3]'), affine('1,1,3,2')), group([1, 2], 'LC', 15));
      assert.deepEqual(facts('float[N,8,6]', '-1,8,3,2', flax('[1, 3]'), affine('6')), group([1, 2], 'LC', 14));
      assert.deepEqual(
        facts('float[N,2,8,4,6]', '-1,2,8,4,3,2', keras('[1, 2, 3, 5]'), affine('1,1,1,1,3,2')),
        group([1, 2, 3, 4], 'DHWC', 15),
      );
    });

    it('have open sizes', () => {
      const open = `z = Shape(x) front = Slice(z, first, third) k = Concat<axis = 0>(front, apart) ${flax('[1, 2, 4]').replace('apart', 'k')}`;
      assert.deepEqual(
        facts('float[N,H,W,6]', '3,2', open, `${affine('6')}, int64[1] first = {0}, int64[1] third = {3}`),
        ['GroupNormalization', 'group', 3, [1, 2, 3], 'HWC', 6, 14],
      );
    });

    it('are group norms of one group, and instance norms with as many groups as channels', () => {
      const of = (groups: number, size: number) =>
        facts('float[N,8,4,6]', `-1,8,4,${groups},${size}`, keras('[1, 2, 4]'), affine(`1,1,1,${groups},${size}`));
      assert.deepEqual(of(1, 6), ['GroupNormalization', 'group', 1, [1, 2, 3], 'HWC', 6, 15]);
      assert.deepEqual(of(6, 1), ['InstanceNormalization', 'instance', null, [1, 2], 'HW', 6, 15]);
    });

    it('are group norms with the channels second, and of vectors', () => {
      assert.deepEqual(facts('float[N,6,8,4]', '-1,3,2,8,4', keras('[2, 3, 4]'), affine('1,3,2,1,1')), [
        ...['GroupNormalization', 'group', 3, [1, 2, 3], 'CHW', 6, 15],
      ]);
      assert.deepEqual(facts('float[N,6,8,4]', '-1,3,2,8,4', flax('[2, 3, 4]'), affine('6,1,1')), [
        ...['GroupNormalization', 'group', 3, [1, 2, 3], 'CHW', 6, 14],
      ]);
      assert.deepEqual(facts('float[N,6]', '-1,3,2', keras('[2]'), affine('1,3,2')), [
        ...['GroupNormalization', 'group', 3, [1], 'F', 6, 15],
      ]);
    });

    it('are nothing of the kind where the channels are not put apart in their place, or not together again', () => {
      const types = (input: string, grouped: string, nodes: string, parameters: string) =>
        layersOf(input, grouped, nodes, parameters).flatMap((l) => l.norm?.type ?? []);
      const parameters = affine('1,1,1,3,2');
      // rows are taken for channels, channels for rows
      assert.deepEqual(types('float[N,6,8,4]', '-1,8,4,3,2', keras('[1, 2, 4]'), parameters), []);
      assert.deepEqual(types('float[N,8,4,6]', '-1,4,8,3,2', keras('[1, 2, 4]'), parameters), []);
      // what is put apart is read elsewhere
      const read = keras('[1, 2, 4]', 'u = Relu(r) h = Shape(x) c = Reshape(o, h) w = Reshape(u, h) y = Add(c, w)');
      assert.deepEqual(types('float[N,8,4,6]', '-1,8,4,3,2', read, parameters), []);
      // another activation before they are put together, another shape afterwards
      const between = keras('[1, 2, 4]', 'w = Relu(o) h = Shape(x) y = Reshape(w, h)');
      assert.deepEqual(types('float[N,8,4,6]', '-1,8,4,3,2', between, parameters), []);
      const turned = keras('[1, 2, 4]', 'w = Transpose<perm = [0, 3, 4, 1, 2]>(o) h = Shape(x) y = Reshape(w, h)');
      assert.deepEqual(types('float[N,8,4,6]', '-1,8,4,3,2', turned, parameters), []);
      // a tensor of five axes as it comes
      const whole = keras('[1, 2, 4]', 'y = Identity(o)').replace('Reshape(x, apart)', 'Identity(x)');
      assert.deepEqual(types('float[N,8,4,3,2]', '0', whole, parameters), []);
    });
  });

  describe('over the channels of an image', () => {
    const facts = (nodes: string, input?: string) =>
      image(nodes, 17, input).layers.map(({ kind, norm, nodes: covered }) => [
        ...[kind, norm?.axes, norm?.axesMeaning?.join(''), norm?.channels, norm?.scale !== undefined],
        ...[norm?.shift !== undefined, covered.length],
      ]);
    const rms = 'q = Mul(x, x) ms = ReduceMean<axes = [1]>(q) e = Add(ms, eps) r = Sqrt(e) i = Reciprocal(r)';
    const moments = `mu = ReduceMean<axes = [1]>(x) n = Neg(mu) same = Shape(mu) k = Reshape(mu, same) d = Sub(x, k) q = Mul(d, d)
      v = ReduceMean<axes = [1]>(q) e = Add(v, eps) r = Sqrt(e) i = Reciprocal(r)`;

    it('are RMS norms whose scale stands with the root, or behind', () => {
      const rmsNorm = [['RMSNormalization', [1], 'C', 4, true, false, 7]];
      assert.deepEqual(facts(`${rms} m = Mul(i, scale) y = Mul(x, m)`), rmsNorm);
      assert.deepEqual(facts(`${rms} m = Mul(x, i) y = Mul(m, scale)`), rmsNorm);
    });

    it('are layer norms, also where a Transpose of the mean was made a Reshape', () => {
      const layerNorm = (nodes: number) => [['LayerNormalization', [1], 'C', 4, true, true, nodes]];
      assert.deepEqual(
        facts(`${moments} m = Mul(i, scale) a = Mul(x, m) b = Mul(n, m) s = Add(b, shift) y = Add(a, s)`),
        layerNorm(14),
      );
      assert.deepEqual(
        facts(`${moments} m = Mul(i, scale) a = Mul(d, m) y = Add(a, shift)`.replace('n = Neg(mu)', '')),
        [...layerNorm(11)],
      );
    });

    it('are none where the second axis may be steps of a series', () => {
      assert.ok(facts(`${rms} y = Mul(x, i)`, 'float[N,4,8] x').every(([kind]) => kind !== 'RMSNormalization'));
    });

    it('are no RMS norm with a factor that is computed', () => {
      const gated = image(`z = Sigmoid(x) ${rms} m = Mul(i, z) y = Mul(x, m)`);
      assert.ok(gated.layers.every((l) => l.role !== 'norm'));
    });
  });

  describe('as the operators are defined', () => {
    const flattened = (last: string) => `f = Flatten<axis = 1>(x) mu = ReduceMean<axes = [1]>(f) q = Mul(f, f)
      mq = ReduceMean<axes = [1]>(q) sm = Mul(mu, mu) v = Sub(mq, sm) e = Add(v, eps) r = Sqrt(e) d = Sub(f, mu) n = Div(d, r) ${last}`;

    it('a layer norm of vectors whose variance is kept from being negative, as Flax does, is no batch norm', () => {
      const graph = parseGraph(`<opset_import: ["" : 18]> g (float[N,8] x) => (float[N,8] y)
        <float[8] scale = {1,1,1,1,1,1,1,1}, float[8] shift = {0,0,0,0,0,0,0,0}, float eps = {1e-6}, float zero = {0}, int64[1] one = {1}> {
          mu = ReduceMean(x, one) d = Sub(x, mu) q = Mul(x, x) mq = ReduceMean(q, one) sm = Mul(mu, mu) v = Sub(mq, sm)
          p = Max(v, zero) e = Add(p, eps) r = Sqrt(e) n = Div(d, r) g = Mul(n, scale) y = Add(g, shift) }`);
      const { layers } = layerView(graph, inferFacts(graph));
      assert.deepEqual(
        layers.map(({ norm }) => [norm?.type, norm?.form, norm?.axes, norm?.scale !== undefined]),
        [['layer', 'decomposed', [1], true]],
      );
    });

    it('a layer norm over several axes is flattened and shaped back, and gives its statistics out', () => {
      const graph = parseGraph(`<opset_import: ["" : 17]>
        g (float[2,3,4,5] x, float[3,4,5] w, float[3,4,5] b) => (float[2,3,4,5] y, float[2,1] deviation, float[2,1] mu) <float eps = {1e-5}> {
          ${flattened('w2 = Flatten<axis = 0>(w) g = Mul(n, w2) b2 = Flatten<axis = 0>(b) o = Add(g, b2) h = Shape(x) y = Reshape(o, h)')}
          deviation = Reciprocal(r)
        }`);
      const { layers } = layerView(graph, inferFacts(graph));
      const norm = layers.find((l) => l.role === 'norm')!;
      assert.deepEqual(
        [norm.id, norm.norm?.type, norm.norm?.axes, norm.norm?.axesMeaning?.join(''), norm.norm?.channels],
        ['y', 'layer', [1, 2, 3], 'CHW', 3],
      );
      assert.ok(norm.norm?.scale !== undefined && norm.norm.shift !== undefined, 'fed from outside');
      assert.deepEqual(
        norm.inputs.map((v) => graph.valueName(v)),
        ['x'],
      );
    });

    it('a value read elsewhere before it is flattened back does not belong to the norm alone', () => {
      const view = image(flattened('h = Shape(x) o = Reshape(n, h) z = Relu(f) zz = Flatten(o) y = Add(z, zz)'));
      const norm = view.layers.find((l) => l.role === 'norm');
      assert.deepEqual([norm?.norm?.axes, norm?.id], [[1], 'n']);
    });

    it('an RMS norm takes its axes from the rank', () => {
      const graph = parseGraph(`<opset_import: ["" : 23]> g (float[2,3,5] x) => (float[2,3,5] y)
        <float[3,5] w, float eps = {0.1}, int64 from = {1}, int64 step = {1}> {
          h = Shape(x) rank = Size(h) axes = Range(from, rank, step) q = Mul(x, x) m = ReduceMean(q, axes)
          e = Add(m, eps) r = Sqrt(e) n = Div(x, r) y = Mul(n, w)
        }`);
      const { layers } = layerView(graph, inferFacts(graph));
      assert.deepEqual(
        layers.map((l) => [l.norm?.type, l.norm?.axes, l.norm?.epsilon, l.norm?.scale !== undefined]),
        [['rms', [1, 2], 0.1, true]],
      );
    });
  });

  describe('batch norms of constants', () => {
    const forms: Readonly<Record<string, string>> = {
      'less the mean, over the deviation, times the scale, plus the shift':
        'e = Add(var, eps) r = Sqrt(e) d = Sub(c, mean) n = Div(d, r) g = Mul(n, scale) y = Add(g, shift)',
      'with one over the deviation':
        'e = Add(var, eps) r = Sqrt(e) i = Reciprocal(r) d = Sub(c, mean) n = Mul(d, i) g = Mul(n, scale) y = Add(g, shift)',
      'with the factors multiplied first':
        'e = Add(var, eps) r = Sqrt(e) i = Reciprocal(r) f = Mul(scale, i) d = Sub(c, mean) n = Mul(d, f) y = Add(n, shift)',
      'with parameters that are shaped': `u = Unsqueeze(flat, spatial) z = Add(flat, eps) r = Sqrt(z) i = Reciprocal(r) k = Unsqueeze(i, spatial)
         d = Sub(c, u) n = Mul(d, k) g = Mul(n, scale) y = Add(g, shift)`,
      'with the mean in the addend':
        'e = Add(var, eps) r = Sqrt(e) i = Reciprocal(r) f = Mul(i, scale) a = Mul(c, f) o = Mul(mean, f) s = Sub(shift, o) y = Add(a, s)',
    };
    for (const [name, nodes] of Object.entries(forms)) {
      it(name, () => {
        const view = image(`c = Conv(x, w) ${nodes}`, 13);
        assert.deepEqual(
          view.layers.map((l) => [l.role, l.kind]),
          [
            ['linear', 'Conv'],
            ['norm', 'BatchNormalization'],
          ],
        );
        const norm = view.layers[1].norm!;
        assert.deepEqual(
          [norm.type, norm.form, norm.epsilon, norm.axesMeaning?.join('')],
          ['batch', 'decomposed', 0.001, 'NHW'],
        );
        for (const v of [norm.mean, norm.variance, norm.scale, norm.shift]) {
          assert.ok(v !== undefined && view.graph.initializer(v) !== undefined, 'numbers can be loaded');
        }
        assert.equal(view.placementOf(view.layers[1]).placement, 'linear-norm');
      });
    }
  });

  describe('what is left of a norm', () => {
    it('is a factor and an addend per channel behind a linear layer, or before what follows a sum', () => {
      assert.deepEqual(summary(image('c = Conv(x, w) a = Mul(c, scale) b = Add(a, shift) y = Relu(b)')), [
        ['linear', 'Conv', '', 1],
        ['norm', 'batch', 'affine-only', 2],
        ['activation', 'Relu', '', 1],
      ]);
      const joined = image('c = Conv(x, w) j = Add(c, x) a = Mul(scale, j) b = Add(shift, a) y = Relu(b)');
      assert.deepEqual(summary(joined)[2], ['norm', 'batch', 'affine-only', 2]);
      const [, , { norm, kind }] = joined.layers;
      assert.deepEqual([kind, norm?.channels, norm?.epsilon, norm?.trainingForm], ['Mul+Add', 4, undefined, false]);
      const dense = image('a = Mul(x, flat) b = Add(a, flat) y = Relu(b)', 17, 'float[4] x');
      assert.ok(
        dense.layers.every((l) => l.role !== 'norm'),
        'a vector has no channels',
      );
    });

    it('is not the scale and shift of a norm of another kind (EvoNorm)', () => {
      const evo = image(
        'c = Conv(x, w) s = Sigmoid(x) p = Mul(c, s) d = Div(p, c) a = Mul(d, scale) b = Add(a, shift) y = Conv(b, w)',
      );
      assert.ok(evo.layers.every((l) => l.role !== 'norm'));
    });

    it('is not arithmetic with a scalar or along another axis, nor one step alone, nor the other way round', () => {
      for (const steps of [
        'a = Mul(c, half) b = Add(a, two)',
        'a = Mul(c, row) b = Add(a, row)',
        'a = Mul(c, scale) b = Add(a, row)',
        'a = Mul(c, scale) b = Relu(a)',
        'a = Mul(c, scale) b = Add(a, c)',
        'k = Relu(c) a = Add(k, shift) b = Mul(a, scale)',
        'a = Mul(c, scale) b = Add(a, shift) z = Exp(a)',
      ]) {
        const view = image(`c = Conv(x, w) ${steps} y = Relu(b)`);
        assert.ok(
          view.layers.every((l) => l.role !== 'norm'),
          steps,
        );
      }
    });

    it('is not the scale of an image that comes in or goes out, nor what follows a batch norm', () => {
      const silent = [
        'a = Mul(x, scale) b = Add(a, shift) y = Conv(b, w)',
        'c = Conv(x, w) t = Tanh(c) a = Mul(t, scale) y = Add(a, shift)',
        'p = MaxPool<kernel_shape = [2, 2]>(x) a = Mul(p, scale) y = Add(a, shift)',
      ];
      for (const nodes of silent)
        assert.ok(
          image(nodes).layers.every((l) => l.role !== 'norm'),
          nodes,
        );
      const norms = image(
        'n = BatchNormalization(x, flat, flat, flat, flat) a = Mul(n, scale) y = Add(a, shift)',
      ).layers;
      assert.deepEqual(
        norms.map((l) => [l.norm?.form, l.nodes.length]),
        [['native', 3]],
      );
    });

    it('makes convolutions folded ones, and rules about statistics leave it alone', async () => {
      const text = (bias: string) => `<opset_import: ["" : 17]> g (float[4,3,8,8] x) => (float[4,4,8,8] y)
        <float[4,3,1,1] w, float[4,4,1,1] u, float[4] b, float[4,1,1] scale, float[4,1,1] shift> {
          c = Conv(x, w${bias})\n a = Mul(c, scale)\n n = Add(a, shift)\n r = Relu(n)
          c2 = Conv(r, u${bias})\n a2 = Mul(c2, scale)\n n2 = Add(a2, shift)\n r2 = Relu(n2)
          c3 = Conv(r2, u${bias})\n a3 = Mul(c3, scale)\n y = Add(a3, shift)
        }`;
      for (const bias of ['', ', b']) {
        const { layers, findings } = await analyzeModel(textModel(text(bias)), 'm');
        assert.deepEqual(
          findings.map((f) => f.ruleId),
          ['norm-already-folded'],
        );
        assert.deepEqual(
          layers.flatMap((l) => l.linear?.normalization ?? []),
          ['folded', 'folded', 'folded'],
        );
      }
    });
  });

  it('takes the addition of opset 6 with an axis for a bias, where that is the channel', () => {
    const bias = (attributes: string) =>
      image(`c = Conv(x, w) a = Add<${attributes}>(c, flat) y = Relu(a)`, 6).layers[0].linear?.bias;
    assert.ok(bias('broadcast = 1, axis = 1') !== undefined);
    assert.ok(bias('broadcast = 1, axis = -3') !== undefined);
    assert.equal(bias('broadcast = 1, axis = 2'), undefined);
    assert.equal(bias('broadcast = 1'), undefined);
    assert.equal(bias('broadcast = 1, axis = 9'), undefined);
  });

  it('looks through arithmetic that changes nothing', () => {
    const view = image(
      'c = Conv(x, w) k = CastLike(one, c) a = Mul(c, k) b = Add(a, zero) d = Div(b, one) n = BatchNormalization(d, flat, flat, flat, flat) y = Relu(n)',
    );
    assert.deepEqual(
      view.layers.map((l) => l.role),
      ['linear', 'norm', 'activation'],
    );
    assert.equal(view.placementOf(view.layers[1]).placement, 'linear-norm-activation');
  });

  it('sees a convolution of a constant, as in files that test an operator', () => {
    const graph = parseGraph(
      `<opset_import: ["" : 17]> g () => (float[] y) <float[1,3,4,4] x, float[2,3,1,1] w> { h = Relu(x)\n y = Conv(h, w) }`,
    );
    const { layers } = layerView(graph, inferFacts(graph));
    assert.deepEqual(
      layers.map((l) => [l.role, l.inputs]),
      [['linear', []]],
    );
  });
});
