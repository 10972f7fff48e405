import { attribute } from '../../ir/attribute';
import { floats } from '../../training/hostTensor';
import { Random } from '../../training/random';
import { say } from '../../texts/say';
import { armWord } from '../armWord';
import { overSeeds, verdictOf } from '../conclusion';
import type { Experiment } from '../experiment';
import { mean, variance } from '../lab/figures';
import { Learner } from '../lab/learner';
import { EPSILON, LOGITS, NetworkBuilder, type Network } from '../lab/network';

const [N, C, H, W] = [8, 12, 5, 7];
const GROUPS = 4;
/** From the coarsest sets to the finest, batch norm apart. */
const kinds = ['batch', 'layer', 'group', 'instance'] as const;
type Kind = (typeof kinds)[number];

/** The set of values that element (n, c) is normalized with. */
const setOf: Readonly<Record<Kind, (n: number, c: number) => number>> = {
  batch: (_n, c) => c,
  layer: (n) => n,
  group: (n, c) => n * GROUPS + Math.floor(c / (C / GROUPS)),
  instance: (n, c) => n * C + c,
};

const axesOf: Readonly<Record<Kind, string>> = { batch: 'N H W', layer: 'C H W', group: 'C/4 H W', instance: 'H W' };

/**
 * Which sets come out normalized, by definition: a norm's own, and those that are unions of its own (a union of sets of mean
 * 0 and variance 1 has mean 0 and variance 1): a sample of its groups, and all the others of single channels of samples.
 */
const normalized: Readonly<Record<Kind, readonly Kind[]>> = {
  batch: ['batch'],
  layer: ['layer'],
  group: ['group', 'layer'],
  instance: ['instance', 'group', 'layer', 'batch'],
};

/** By norm, then by the sets looked at: the largest of abs(mean) and abs(variance - 1) over the sets. */
type Measured = Readonly<Record<Kind, Readonly<Record<Kind, number>>>>;

function network(kind: Kind): Network {
  const net = new NetworkBuilder([C, H, W]);
  if (kind !== 'layer') return net.finish(`norm-axes ${kind}`, net.norm(kind, LOGITS, 'x', C, 4, GROUPS), C);
  const affine = ['scale', 'shift'].map((s) => net.values(`${LOGITS}.${s}`, [C, H, W]));
  const attributes = { axis: attribute.int(1), epsilon: attribute.float(EPSILON) };
  return net.finish('norm-axes layer', net.add('LayerNormalization', LOGITS, ['x', ...affine], attributes), C);
}

/** The largest of abs(mean) and abs(variance - 1) over the sets of a kind. */
export function offStandard(y: ArrayLike<number>, kind: Kind): number {
  const sets = new Map<number, number[]>();
  for (let i = 0; i < y.length; i++) {
    const channel = Math.floor(i / (H * W));
    const key = setOf[kind](Math.floor(channel / C), channel % C);
    sets.set(key, [...(sets.get(key) ?? []), y[i]]);
  }
  return Math.max(...[...sets.values()].map((s) => Math.max(Math.abs(mean(s)), Math.abs(variance(s) - 1))));
}

export const experiment: Experiment<Measured> = {
  id: 'norm-axes',
  about: () => ({
    title: say`Four norms, four sets of axes`,
    claim: say`Batch, layer, instance and group normalization differ only in the axes that their statistics run over.`,
    setting: say`One random tensor of N x C x H x W = ${N} x ${C} x ${H} x ${W} whose samples, channels and both together have means and deviations of their own, through each norm (training form, scale 1, shift 0, ${GROUPS} groups); mean and variance of the result over the sets of each norm.`,
    reference: say`Wu and He 2018, Group normalization, figure 2 and section 3.1.`,
    published: say`Mean 0 and variance 1 over a norm’s own axes, by definition; also over unions of its sets, and over no other.`,
    gate: say`Off by less than 1e-3 (the epsilon) over the own sets and unions of them; off by more than 0.05 over all others.`,
  }),

  async measure(lab, seed) {
    const random = new Random(seed, 43);
    const bySample = random.normals(N);
    const byChannel = random.normals(C);
    const data = new Float32Array(N * C * H * W);
    for (let n = 0, at = 0; n < N; n++) {
      for (let c = 0; c < C; c++) {
        const level = 2 * (bySample[n] + byChannel[c] + random.normal());
        const gain = random.uniform(0.5, 3);
        for (let i = 0; i < H * W; i++) data[at++] = level + gain * random.normal();
      }
    }
    const result: Partial<Record<Kind, Record<Kind, number>>> = {};
    for (const kind of kinds) {
      const learner = new Learner(lab, network(kind), { seed });
      const { values } = await learner.run({ x: floats([N, C, H, W], data) }, { loss: 'none', values: [LOGITS] });
      const y = values.get(LOGITS)!;
      const off = kinds.map((sets) => [sets, offStandard(y, sets)] as const);
      result[kind] = Object.fromEntries(off) as Record<Kind, number>;
    }
    return result as Measured;
  },

  conclude(measured) {
    const pairs = kinds.flatMap((kind) =>
      kinds.map((sets) => {
        const values = measured.map((m) => m[kind][sets]);
        const own = normalized[kind].includes(sets);
        return { kind, sets, values, own, holds: values.every((v) => (own ? v < 1e-3 : v > 0.05)) };
      }),
    );
    const worstOwn = measured.map((_, i) => Math.max(...pairs.filter((p) => p.own).map((p) => p.values[i])));
    const leastOther = measured.map((_, i) => Math.min(...pairs.filter((p) => !p.own).map((p) => p.values[i])));
    return {
      measured: say`off by at most ${overSeeds(worstOwn)} over the own axes, by at least ${overSeeds(leastOther)} over the others`,
      verdict: verdictOf(pairs.every((p) => p.holds)),
      figures: pairs.map((p) => ({
        label: say`${armWord(p.kind)}, statistics over ${axesOf[p.sets]}: off mean 0, variance 1 by`,
        values: p.values,
        published: p.own ? '0' : say`not 0`,
      })),
      charts: [
        {
          kind: 'heatmap',
          title: say`How far the result of each norm is from mean 0 and variance 1`,
          columns: { label: say`statistics over`, values: kinds.map((k) => axesOf[k]) },
          rows: { label: say`norm`, values: kinds.map(armWord) },
          value: say`largest deviation of mean or variance`,
          cells: kinds.map((kind) => kinds.map((sets) => measured[0][kind][sets])),
        },
      ],
    };
  },
};
