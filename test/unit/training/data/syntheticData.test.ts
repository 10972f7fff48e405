import assert from 'node:assert/strict';
import { inputSpecs, type InputSpec } from '../../../../src/training/data/inputSpec';
import { SyntheticData, type FedOutput } from '../../../../src/training/data/syntheticData';
import { parseGraph } from '../../../../src/ir/textForm';

const BATCH = 32;

function spec(kind: InputSpec['kind'], shape: readonly number[], more: Partial<InputSpec> = {}): InputSpec {
  return { name: 'x', dtype: 'float32', shape, kind, channelAxis: -1, vocabulary: 0, ...more };
}

function output(kind: FedOutput['kind'], shape: readonly number[], more: Partial<FedOutput> = {}): FedOutput {
  return { output: 'y', value: 'y', shape, kind, classes: 0, input: 0, bounds: undefined, target: 't', ...more };
}

const classifier = output('class', [BATCH, 10], { classes: 10 });

function moments(values: ArrayLike<number | bigint>): { mean: number; deviation: number } {
  const list = Array.from(values, Number);
  const mean = list.reduce((a, b) => a + b, 0) / list.length;
  return { mean, deviation: Math.sqrt(list.reduce((a, b) => a + (b - mean) ** 2, 0) / list.length) };
}

/** Share of fresh samples that the nearest class mean of another step tells right. */
function separability(input: InputSpec): number {
  const data = new SyntheticData([input], [classifier], BATCH, 3);
  const size = input.shape.slice(1).reduce((a, b) => a * b, 1);
  const means = Array.from({ length: 10 }, () => new Float64Array(size));
  const counts = new Array<number>(10).fill(0);
  const each = (step: number, visit: (sample: number[], label: number) => void) => {
    const feeds = data.feeds(step);
    const values = Array.from(feeds.get('x')!.data, Number);
    Array.from(feeds.get('t')!.data, Number).forEach((label, n) =>
      visit(values.slice(n * size, (n + 1) * size), label),
    );
  };
  for (let step = 0; step < 8; step++) {
    each(step, (sample, label) => {
      counts[label]++;
      sample.forEach((v, i) => (means[label][i] += v));
    });
  }
  let right = 0;
  each(8, (sample, label) => {
    const distance = means.map((m, k) => sample.reduce((sum, v, i) => sum + (v - m[i] / counts[k]) ** 2, 0));
    if (distance.indexOf(Math.min(...distance)) === label) right++;
  });
  return right / BATCH;
}

const everyKind: readonly [string, InputSpec][] = [
  ['pictures, channels first', spec('image', [BATCH, 3, 24, 24], { channelAxis: 1 })],
  ['pictures, channels last', spec('image', [BATCH, 24, 24, 3], { channelAxis: 3 })],
  ['pictures without a channel axis', spec('image', [BATCH, 20, 20])],
  ['volumes', spec('image', [BATCH, 1, 6, 12, 12], { channelAxis: 1 })],
  ['series', spec('sequence', [BATCH, 20, 6])],
  ['vectors', spec('vector', [BATCH, 16])],
  ['vectors of two features', spec('vector', [BATCH, 2])],
];

describe('SyntheticData', () => {
  for (const [name, input] of everyKind) {
    it(`${name}: standardised, fresh at every step, the same for the same seed`, () => {
      const make = (seed: number) => new SyntheticData([input], [classifier], BATCH, seed);
      const data = make(1);
      const first = data.feeds(0).get('x')!;
      assert.deepEqual(first.dims, input.shape);
      const { mean, deviation } = moments(first.data);
      assert.ok(Math.abs(mean) < 0.2 && Math.abs(deviation - 1) < 0.15, `${mean} ${deviation}`);
      const again = make(1);
      again.feeds(5);
      assert.deepEqual(again.feeds(0), data.feeds(0));
      assert.notDeepEqual(data.feeds(1).get('x'), first);
      assert.notDeepEqual(make(2).feeds(0).get('x'), first);
    });

    it(`${name}: classes can be told apart`, () => {
      assert.ok(separability(input) > 0.5, String(separability(input)));
    });
  }

  it('draws the same picture whichever axis holds the channels', () => {
    const [n, c, h, w] = [2, 3, 5, 4];
    const feeds = (input: InputSpec) =>
      new SyntheticData([input], [output('class', [n, 2], { classes: 2 })], n, 1).feeds(0).get('x')!.data;
    const first = feeds(spec('image', [n, c, h, w], { channelAxis: 1 }));
    const last = feeds(spec('image', [n, h, w, c], { channelAxis: 3 }));
    for (let i = 0, at = 0; i < n; i++) {
      for (let y = 0; y < h; y++) {
        for (let x = 0; x < w; x++) {
          for (let k = 0; k < c; k++, at++) {
            // the noise is drawn in the order of memory, so places differ by it: compare with noise's span
            assert.ok(Math.abs(Number(last[at]) - Number(first[((i * c + k) * h + y) * w + x])) < 2);
          }
        }
      }
    }
  });

  it('gives every class as often as the others', () => {
    const labels = Array.from(
      new SyntheticData([everyKind[5][1]], [classifier], BATCH, 1).feeds(4).get('t')!.data,
      Number,
    );
    const counts = Array.from({ length: 10 }, (_, k) => labels.filter((l) => l === k).length);
    assert.ok(
      counts.every((c) => c === 3 || c === 4),
      counts.join(),
    );
  });

  it('uses no more classes than a model has, and at most ten', () => {
    const classes = (k: number) =>
      new SyntheticData([everyKind[5][1]], [output('class', [BATCH, k], { classes: k })], BATCH, 1).classes;
    assert.deepEqual([classes(2), classes(10), classes(1000)], [2, 10, 10]);
    const data = new SyntheticData([everyKind[5][1]], [output('class', [BATCH, 1000], { classes: 1000 })], BATCH, 1);
    assert.match(data.describeTargets(), /10 of the 1000/);
  });

  describe('for a language model', () => {
    const [length, vocabulary] = [12, 5000];
    const ids = spec('tokens', [BATCH, length], { dtype: 'int64', vocabulary });
    const scores = output('token', [BATCH, length, vocabulary], { classes: vocabulary });
    const rows = (data: ArrayLike<number | bigint>, width: number) =>
      Array.from({ length: BATCH }, (_, n) => Array.from(data, Number).slice(n * width, (n + 1) * width));
    const samples = (data: SyntheticData) =>
      Array.from({ length: 6 }, (_, step) => rows(data.feeds(step).get('x')!.data, length)).flat();

    it('asks for the token that follows, at all places but the last', () => {
      const data = new SyntheticData([ids], [scores], BATCH, 1);
      const feeds = data.feeds(0);
      assert.deepEqual(feeds.get('t')!.dims, [BATCH * (length - 1), 1]);
      const expected = rows(feeds.get('x')!.data, length).map((row) => row.slice(1));
      assert.deepEqual(rows(feeds.get('t')!.data, length - 1), expected);
      assert.deepEqual(new SyntheticData([ids], [scores], BATCH, 1).feeds(0), feeds);
      assert.match(data.describeInputs(), /32 tokens of a vocabulary of 5000/);
      assert.equal(data.describeTargets(), 'the token that follows each token');
    });

    it('lets the same token follow in four of five cases', () => {
      const counts = new Map<number, Map<number, number>>();
      for (const row of samples(new SyntheticData([ids], [scores], BATCH, 1))) {
        row.slice(1).forEach((next, i) => {
          const after = counts.get(row[i]) ?? new Map<number, number>();
          counts.set(row[i], after.set(next, (after.get(next) ?? 0) + 1));
        });
      }
      assert.equal(counts.size, 32);
      const all = [...counts.values()].flatMap((c) => [...c.values()]).reduce((a, b) => a + b);
      const usual = [...counts.values()].map((c) => Math.max(...c.values())).reduce((a, b) => a + b);
      assert.ok(Math.abs(usual / all - 0.8) < 0.05, `${usual} of ${all}`);
    });

    it('lets the successor depend on the class where the model tells that too', () => {
      const head = { ...classifier, output: 'z', target: 'u' };
      const data = new SyntheticData([ids], [scores, head], BATCH, 1);
      const { x, u } = Object.fromEntries(data.feeds(0));
      const usual = new Map<string, Map<number, number>>();
      for (let step = 0; step < 40; step++) {
        const feeds = data.feeds(step);
        rows(feeds.get('x')!.data, length).forEach((row, n) => {
          row.slice(1).forEach((next, i) => {
            const key = `${Number(feeds.get('u')!.data[n])} ${row[i]}`;
            const after = usual.get(key) ?? new Map<number, number>();
            usual.set(key, after.set(next, (after.get(next) ?? 0) + 1));
          });
        });
      }
      assert.equal(x.data.length / length, u.data.length);
      const token = [...usual.keys()][0].split(' ')[1];
      const successors = Array.from({ length: 10 }, (_, k) => {
        const after = [...(usual.get(`${k} ${token}`) ?? [])].sort((a, b) => b[1] - a[1]);
        return after[0]?.[0];
      });
      assert.equal(new Set(successors).size, 10, successors.join());
    });
  });

  it('makes tokens of the vocabulary, positions, masks and flags', () => {
    const inputs: InputSpec[] = [
      spec('tokens', [BATCH, 12], { name: 'ids', dtype: 'int64', vocabulary: 37 }),
      spec('positions', [BATCH, 12], { name: 'positions', dtype: 'int64' }),
      spec('mask', [BATCH, 12], { name: 'mask', dtype: 'int32' }),
      spec('constant', [], { name: 'flag', dtype: 'bool' }),
    ];
    const feeds = new SyntheticData(inputs, [classifier], BATCH, 1).feeds(0);
    const ids = Array.from(feeds.get('ids')!.data, Number);
    assert.ok(ids.every((t) => Number.isInteger(t) && t >= 0 && t < 37));
    assert.ok(new Set(ids).size > 30);
    assert.ok(feeds.get('ids')!.data instanceof BigInt64Array);
    assert.deepEqual(
      Array.from(feeds.get('positions')!.data.slice(0, 13), Number),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0],
    );
    assert.ok(feeds.get('mask')!.data instanceof Int32Array);
    assert.deepEqual([...feeds.get('flag')!.data], [1]);
  });

  it('teaches an autoencoder its input, squashed into the range of its last activation', () => {
    const input = spec('vector', [BATCH, 6]);
    const feeds = new SyntheticData([input], [output('input', [BATCH, 6])], BATCH, 1).feeds(0);
    assert.deepEqual(feeds.get('t'), feeds.get('x'));
    const bounded = new SyntheticData([input], [output('input', [BATCH, 6], { bounds: 'sigmoid' })], BATCH, 1).feeds(0);
    const [x, t] = [Number(bounded.get('x')!.data[3]), Number(bounded.get('t')!.data[3])];
    assert.ok(Math.abs(t - 1 / (1 + Math.exp(-x))) < 1e-6);
  });
});

describe('Teacher', () => {
  it('is linear, standardised and the same at every step', () => {
    const input = spec('vector', [BATCH, 5]);
    const data = new SyntheticData([input], [output('teacher', [BATCH, 3])], BATCH, 1);
    // solve for the affine map of the first target from step 0 and check it on step 1
    const rows = (step: number) => {
      const feeds = data.feeds(step);
      return Array.from({ length: BATCH }, (_, n) => ({
        x: [1, ...Array.from(feeds.get('x')!.data.slice(5 * n, 5 * n + 5), Number)],
        t: Number(feeds.get('t')!.data[3 * n]),
      }));
    };
    const coefficients = leastSquares(rows(0));
    for (const { x, t } of rows(1)) {
      assert.ok(Math.abs(x.reduce((sum, v, i) => sum + v * coefficients[i], 0) - t) < 1e-4);
    }
    const { mean, deviation } = moments(data.feeds(0).get('t')!.data);
    assert.ok(Math.abs(mean) < 0.5 && deviation > 0.5 && deviation < 1.5);
  });

  it('maps place by place where output and input are pictures, of any size', () => {
    const input = spec('image', [BATCH, 2, 8, 8], { channelAxis: 1 });
    const data = new SyntheticData([input], [output('teacher', [BATCH, 1, 16, 16])], BATCH, 1);
    const target = data.feeds(0).get('t')!;
    assert.deepEqual(target.dims, [BATCH, 1, 16, 16]);
    // nearest place: the four pixels of an enlarged one are equal
    const at = (y: number, x: number) => Number(target.data[y * 16 + x]);
    assert.equal(at(2, 4), at(3, 5));
    assert.notEqual(at(2, 4), at(2, 6));
    assert.match(data.describeTargets(), /at each place/);
  });

  it('gives equal tokens equal targets', () => {
    const input = spec('tokens', [BATCH, 6], { dtype: 'int64', vocabulary: 9 });
    const data = new SyntheticData([input], [output('teacher', [BATCH, 6, 4])], BATCH, 1);
    const feeds = data.feeds(0);
    const vectors = new Map<number, string>();
    Array.from(feeds.get('x')!.data, Number).forEach((token, i) => {
      const vector = String(feeds.get('t')!.data.slice(4 * i, 4 * i + 4));
      assert.equal(vectors.get(token) ?? vector, vector);
      vectors.set(token, vector);
    });
    assert.equal(vectors.size, new Set(vectors.values()).size);
  });

  it('gives fixed numbers where an output does not run over the batch', () => {
    const data = new SyntheticData([spec('vector', [BATCH, 5])], [output('teacher', [7])], BATCH, 1);
    assert.deepEqual(data.feeds(0).get('t'), data.feeds(3).get('t'));
    assert.match(data.describeTargets(), /fixed random numbers/);
  });

  it('says that a network without inputs is fed nothing', () => {
    const data = new SyntheticData([], [output('teacher', [7])], BATCH, 1);
    assert.equal(data.describeInputs(), 'none: the network has no inputs, it computes from constants of the file');
  });
});

describe('inputSpecs', () => {
  const describeInputs = (text: string, channelsLast = false) => {
    const graph = parseGraph(`<ir_version: 8, opset_import: ["" : 18]> ${text}`).toMutable();
    const shapes = new Map(graph.inputs.map((i) => [i.name, i.type.shape as number[]]));
    return inputSpecs(graph, shapes, 4, channelsLast).map((s) => [s.name, s.kind, s.channelAxis, s.vocabulary]);
  };

  it('tells pictures, series, vectors and tokens apart', () => {
    assert.deepEqual(
      describeInputs(`g (float[4,3,32,32] a, float[4,32,32,1] b, float[4,28,28] c, float[4,10,6] d, float[4,9] e,
          int64[4,7] ids, int64[4,7] attention_mask, int64[4,7] position_ids, float[2,4,5] state, float[4,2,8,16] past_key_values_0, bool flag)
          => (float[4,7,8] y) <float[30,8] table> { i = Cast<to = 7>(ids)  y = Gather(table, i) }`),
      [
        ['a', 'image', 1, 0],
        ['b', 'image', 3, 0],
        ['c', 'image', -1, 0],
        ['d', 'sequence', -1, 0],
        ['e', 'vector', -1, 0],
        ['ids', 'tokens', -1, 30],
        ['attention_mask', 'mask', -1, 0],
        ['position_ids', 'positions', -1, 0],
        ['state', 'constant', -1, 0],
        ['past_key_values_0', 'constant', -1, 0],
        ['flag', 'constant', -1, 0],
      ],
    );
  });

  it('finds the vocabulary of a fused embedding', () => {
    const text = `g (int32[4,3] ids) => (float[4,3,8] y) <float[30,8] words, float[9,8] places, float[8] scale, float[8] shift>
      { y, m = com.microsoft.EmbedLayerNormalization(ids, , words, places, , scale, shift) }`;
    assert.deepEqual(describeInputs(text), [['ids', 'tokens', -1, 30]]);
  });

  it('finds the vocabulary behind what Keras does for negative tokens', () => {
    for (const choice of [
      'at = Where(isNegative, back, ids)',
      'n = Cast<to = 6>(isNegative) not = Not(isNegative) p = Cast<to = 6>(not) a = Mul(n, back) b = Mul(ids, p) at = Add(a, b)',
    ]) {
      const text = `g (int32[4,3] ids) => (float[4,3,8] y) <float[30,8] words, int32 zero = {0}, int32 rows = {30}>
        { isNegative = Less(ids, zero)  back = Add(ids, rows)  ${choice}  y = Gather(words, at) }`;
      assert.deepEqual(describeInputs(text), [['ids', 'tokens', -1, 30]]);
    }
  });

  it("goes by the file's convention where sizes do not tell", () => {
    const text = 'g (float[4,16,16,16] a) => (float[4,16,16,16] y) { y = Relu(a) }';
    assert.equal(describeInputs(text)[0][2], 1);
    assert.equal(describeInputs(text, true)[0][2], 3);
  });
});

/** Solves the normal equations by Gauss elimination. */
function leastSquares(rows: readonly { x: number[]; t: number }[]): number[] {
  const n = rows[0].x.length;
  const m = Array.from({ length: n }, (_, i) => [
    ...Array.from({ length: n }, (_, j) => rows.reduce((sum, r) => sum + r.x[i] * r.x[j], 0)),
    rows.reduce((sum, r) => sum + r.x[i] * r.t, 0),
  ]);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      if (k === i) continue;
      const factor = m[k][i] / m[i][i];
      for (let j = i; j <= n; j++) m[k][j] -= factor * m[i][j];
    }
  }
  return m.map((row, i) => row[n] / row[i]);
}
