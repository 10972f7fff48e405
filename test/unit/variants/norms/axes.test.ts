import assert from 'node:assert/strict';
import { inferTypes } from '../../../../src/ir/inferTypes';
import { elementCount } from '../../../../src/ir/tensor';
import { parseGraph } from '../../../../src/ir/textForm';
import { layerView } from '../../../../src/layers/recognize';
import { lowerPrivateOperators } from '../../../../src/variants/lowerPrivate';
import { applyNormVariant } from '../../../../src/variants/norms/applyNormVariant';
import { groupsFor, type NormKind } from '../../../../src/variants/norms/writeNorm';
import { toTrainingForm } from '../../../../src/variants/trainingForm';
import { floats, noise, runGraph } from '../../../support/runGraph';

interface Place {
  readonly input: readonly number[];
  /** Where the norm has another layout than the input. */
  readonly shape?: readonly number[];
  readonly norm: string;
  readonly channelAxis: number;
  /** Kinds that it is of already, or cannot be of. */
  readonly not: readonly NormKind[];
}

const CHANNELS = 9;

const standardized = (
  x: string,
  axes: string,
) => `axes = Constant <value_ints = [${axes}]> () mu = ReduceMean (${x}, axes)
  d = Sub (${x}, mu) q = Mul (d, d) v = ReduceMean (q, axes) eps = Constant <value_float = 1e-5> () e = Add (v, eps) r2 = Sqrt (e)
  n = Div (d, r2)`;

/** Places where a norm can stand; its input always has 9 channels, in 3 groups. */
const places: Readonly<Record<string, Place>> = {
  'a picture, channels second': {
    input: [3, 9, 4, 5],
    norm: 'y = InstanceNormalization (x, s, b)',
    channelAxis: 1,
    not: ['instance'],
  },
  'a picture, channels last': {
    input: [3, 9, 4, 5],
    shape: [3, 4, 5, 9],
    norm: 't = Transpose <perm = [0,2,3,1]> (x) y = LayerNormalization (t, s, b)',
    channelAxis: 3,
    not: ['layer'],
  },
  'a picture in groups, channels last': {
    input: [3, 4, 5, 9],
    norm: `apart = Constant <value_ints = [3,4,5,3,3]> () whole = Constant <value_ints = [3,4,5,9]> () r = Reshape (x, apart)
      ${standardized('r', '1,2,4')} h = Reshape (n, whole) g = Mul (h, s) y = Add (g, b)`,
    channelAxis: 3,
    not: ['group'],
  },
  'vectors that were the channels of a batch norm (Keras 2)': {
    input: [3, 4, 5, 9],
    norm: `apart = Constant <value_ints = [1,60,9,1]> () whole = Constant <value_ints = [3,4,5,9]> () r = Reshape (x, apart)
      sides = Constant <value_ints = [0,2,3]> () mu = ReduceMean (r, sides) d = Sub (r, mu) q = ReduceSumSquare <keepdims = 0> (d, sides)
      count = Constant <value_float = 9.0> () v = Div (q, count) m = Squeeze (mu, sides) many = Constant <value_ints = [60]> ()
      one = ConstantOfShape <value = float[1] {1}> (many) zero = ConstantOfShape <value = float[1] {0}> (many)
      n = BatchNormalization (r, one, zero, m, v) h = Reshape (n, whole) g = Mul (h, s) y = Add (g, b)`,
    channelAxis: 3,
    not: ['layer'],
  },
  'a picture, position by position': {
    input: [3, 9, 4, 5],
    norm: `sides = Constant <value_ints = [1,2]> () gain = Unsqueeze (s, sides) offset = Unsqueeze (b, sides)
      ${standardized('x', '1')} g = Mul (n, gain) y = Add (g, offset)`,
    channelAxis: 1,
    not: ['layer'],
  },
  'a series': { input: [3, 9, 6], norm: 'y = InstanceNormalization (x, s, b)', channelAxis: 1, not: ['instance'] },
  'a sequence': { input: [3, 6, 9], norm: 'y = LayerNormalization (x, s, b)', channelAxis: 2, not: ['layer'] },
  'a vector': {
    input: [5, 9],
    norm: 'y = LayerNormalization (x, s, b)',
    channelAxis: 1,
    not: ['layer', 'instance'],
  },
};

function graphWith({ input, shape = input, norm }: Place) {
  const [ones, zeros] = [1, 0].map((v) => Array.from({ length: CHANNELS }, () => v).join());
  return parseGraph(`<ir_version: 8, opset_import: ["" : 18]>
    net (float[${input.join()}] x) => (float[${shape.join()}] y)
    <float[${CHANNELS}] s = {${ones}}, float[${CHANNELS}] b = {${zeros}}> { ${norm} }`);
}

/** Mean and mean square of the elements that share statistics, told apart by a label for each element. */
function moments(shape: readonly number[], values: ArrayLike<number>, labelOf: (index: readonly number[]) => string) {
  const groups = new Map<string, number[]>();
  const index = shape.map(() => 0);
  for (let i = 0; i < values.length; i++) {
    const label = labelOf(index);
    groups.set(label, [...(groups.get(label) ?? []), values[i]]);
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0;
  }
  return [...groups.values()].map((list) => ({
    mean: list.reduce((a, v) => a + v, 0) / list.length,
    square: list.reduce((a, v) => a + v * v, 0) / list.length,
  }));
}

/** Which elements share statistics, by definition, in a value of this kind. */
function sharing(kind: NormKind, place: string, channelAxis: number): (index: readonly number[]) => string {
  const byPosition = place === 'a sequence';
  return (index) => {
    const [n] = index;
    const c = index[channelAxis];
    const position = byPosition ? index[1] : 0;
    switch (kind) {
      case 'batch':
        return `${c}`;
      case 'instance':
        return `${n} ${c}`;
      case 'group':
        return `${n} ${position} ${Math.floor(c / 3)}`;
      default:
        return `${n} ${position}`;
    }
  };
}

describe('variants of the norm: axes', () => {
  for (const [name, place] of Object.entries(places)) {
    const { input, shape = input, channelAxis } = place;
    for (const kind of ['batch', 'layer', 'instance', 'group', 'rms'] as const) {
      const graph = graphWith(place);
      if (place.not.includes(kind)) {
        it(`no ${kind} norm of ${name}`, async () => {
          await assert.rejects(
            applyNormVariant(graph, kind),
            /does not change this network: .*(already|nothing to aver)/,
          );
        });
        continue;
      }
      it(`${kind} norm of ${name}: mean 0 and variance 1 over its axes and no others`, async () => {
        const variant = (await applyNormVariant(graph, kind)).graph.toMutable();
        toTrainingForm(variant);
        lowerPrivateOperators(variant);
        // every channel and sample with a mean and a spread of its own
        const x = noise(elementCount(input), 7).map((v, i) => 10 * v * (1 + (i % 7)) + (i % 5));
        const { y } = await runGraph(variant, { x: floats(input, x) });
        assert.deepEqual(y.dims, shape);
        const values = y.data as Float32Array;
        const share = sharing(kind, name, channelAxis);
        const own = moments(shape, values, share);
        for (const { mean, square } of own) {
          if (kind !== 'rms') assert.ok(Math.abs(mean) < 1e-4, `mean ${mean}`);

          assert.ok(Math.abs(square - 1) < 5e-3, `mean square ${square}`);
        }
        for (const other of ['batch', 'layer', 'instance', 'group'] as const) {
          const same = sharing(other, name, channelAxis);
          const parts = moments(shape, values, (i) => `${share(i)}/${same(i)}`);
          if (parts.length === own.length) continue;
          assert.ok(parts.some(({ square, mean }) => Math.abs(square - 1) > 0.05 || Math.abs(mean) > 0.05));
        }
      });
    }
  }

  const images = { batch: 'NHW', layer: 'CHW', group: 'CHW', rms: 'CHW' };
  const features = { batch: 'N', group: 'F', rms: 'F' };
  const lettersOf = {
    'a picture, channels second': images,
    'a series': { batch: 'NL', group: 'CL' },
    'a sequence': features,
    'a vector': features,
  };
  for (const [name, letters] of Object.entries(lettersOf)) {
    it(`recognizes what it wrote for ${name} as a norm of that kind, under the id of the one before`, async () => {
      const graph = graphWith(places[name]);
      const [before] = layerView(graph, inferTypes(graph)).layers;
      for (const [kind, axes] of Object.entries(letters)) {
        const variant = (await applyNormVariant(graph, kind as NormKind)).graph;
        const { layers } = layerView(variant, inferTypes(variant));
        assert.equal(layers.length, 1, kind);
        assert.deepEqual(
          [layers[0].id, layers[0].norm?.type, layers[0].norm?.axesMeaning?.join('')],
          [before.id, kind, axes],
          kind,
        );
        assert.ok(layers[0].norm?.scale !== undefined, kind);
        assert.equal(layers[0].norm.channels, CHANNELS, kind);
      }
    });
  }

  it('divides channels into 32 groups, or as many as leave two in each', () => {
    assert.deepEqual(
      [64, 256, 32, 48, 30, 24, 8, 6, 7, 3, 2, 1].map(groupsFor),
      [32, 32, 16, 24, 15, 12, 4, 3, 1, 1, 1, 1],
    );
  });
});
