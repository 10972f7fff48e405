import { attribute } from '../../ir/attribute';
import { float32Tensor, int64Tensor } from '../../ir/tensor';
import { floats, hostTensor } from '../../training/hostTensor';
import { Random } from '../../training/random';
import { say } from '../../texts/say';
import { overSeeds, verdictOf } from '../conclusion';
import type { Experiment } from '../experiment';
import { mean, norm } from '../lab/figures';
import { Learner } from '../lab/learner';
import { LOGITS, NetworkBuilder, type Network } from '../lab/network';
import type { Batch } from '../lab/samples';

const WIDTH = 64;
const HIDDEN = 4 * WIDTH;
const LENGTH = 16;
const CLASSES = 10;
const BATCH = 16;
/** Networks with a batch each that the gradient's norm is averaged over: it is an expectation over weights and data. */
const NETWORKS = 8;
const DEPTHS = [2, 6, 12, 24, 48];
const placements = ['post', 'pre'] as const;
type Placement = (typeof placements)[number];
const blocks = ['attention and FFN', 'FFN'] as const;
type Blocks = (typeof blocks)[number];
/**
 * The blocks of the theorem, and of the gate. Blocks of FFN alone, which halve the number of norms, are shown beside them: there
 * the two placements do not differ yet at L = 2.
 */
const GATED = 'attention and FFN';

const wordOf = (kind: Blocks) => (kind === GATED ? say`attention and FFN` : kind);

/** Norm of the gradient of the last block's second FFN weight, by depth. */
type Measured = Readonly<Record<Blocks, Readonly<Record<Placement, readonly number[]>>>>;

/** Residual blocks with layer norms behind the sum (post) or in front of the branch and once at the end (pre). */
class Transformer {
  private readonly net = new NetworkBuilder([LENGTH, WIDTH]);
  private readonly constants: { readonly axes: string; readonly scale: string };

  constructor(private readonly placement: Placement) {
    const { graph } = this.net;
    this.constants = {
      axes: graph.addInitializer(int64Tensor('axes', [1], [1])),
      scale: graph.addInitializer(float32Tensor('scale', [], [1 / Math.sqrt(WIDTH)])),
    };
  }

  build(depth: number, kind: Blocks): Network {
    let x = 'x';
    for (let l = 1; l <= depth; l++) {
      if (kind === 'attention and FFN') x = this.block(`attention${l}`, x, (name, v) => this.attention(name, v));
      x = this.block(`ffn${l}`, x, (name, v) => this.feedForward(name, v));
    }
    if (this.placement === 'pre') x = this.net.norm('layer', 'norm.last', x, WIDTH, 3);
    const { net, constants } = this;
    const pooled = net.add('ReduceMean', 'pooled', [x, constants.axes], { keepdims: attribute.int(0) });
    const logits = net.dense(LOGITS, pooled, WIDTH, CLASSES);
    return net.finish(`transformer ${this.placement} ${depth} ${kind}`, logits, CLASSES);
  }

  private block(name: string, x: string, branch: (name: string, x: string) => string): string {
    const normalized = (v: string) => this.net.norm('layer', `${name}.norm`, v, WIDTH, 3);
    if (this.placement === 'pre') return this.net.add('Add', `${name}.sum`, [x, branch(name, normalized(x))]);
    return normalized(this.net.add('Add', `${name}.sum`, [x, branch(name, x)]));
  }

  private feedForward(name: string, x: string): string {
    const hidden = this.net.activation('Relu', `${name}.relu`, this.linear(`${name}.first`, x, WIDTH, HIDDEN));
    return this.linear(`${name}.second`, hidden, HIDDEN, WIDTH);
  }

  /** One head. */
  private attention(name: string, x: string): string {
    const { net, constants } = this;
    const [q, k, v] = ['query', 'key', 'value'].map((part) => this.linear(`${name}.${part}`, x, WIDTH, WIDTH));
    const turned = net.add('Transpose', `${name}.turned`, [k], { perm: attribute.ints([0, 2, 1]) });
    const scores = net.add('Mul', `${name}.scores`, [net.add('MatMul', `${name}.raw`, [q, turned]), constants.scale]);
    const weights = net.add('Softmax', `${name}.weights`, [scores], { axis: attribute.int(-1) });
    return this.linear(`${name}.output`, net.add('MatMul', `${name}.mixed`, [weights, v]), WIDTH, WIDTH);
  }

  private linear(name: string, x: string, inputs: number, outputs: number): string {
    return this.net.add('MatMul', name, [x, this.net.values(`${name}.weight`, [inputs, outputs])]);
  }
}

function randomBatch(seed: number, n: number): Batch {
  const random = new Random(seed, 61, n);
  const x = floats([BATCH, LENGTH, WIDTH], random.normals(BATCH * LENGTH * WIDTH));
  const labels = Array.from({ length: BATCH }, () => random.integer(CLASSES));
  return { x, target: hostTensor('int64', [BATCH, 1], labels) };
}

export const experiment: Experiment<Measured> = {
  id: 'pre-or-post-norm',
  about: () => ({
    title: say`Pre-norm or post-norm`,
    claim: say`In residual networks the gradient of the last layers is large with the norm after the sum (post), and falls with the depth with the norm in the branch (pre).`,
    setting: say`Residual blocks of one-head attention and FFN (${WIDTH} - ${HIDDEN} - ${WIDTH}, ReLU), and of FFN alone, with layer norms; L = ${DEPTHS.join(', ')} blocks, Glorot weights, a batch of ${BATCH} Gaussian sequences of length ${LENGTH}, before training; norm of the gradient of the second weight of the last FFN, mean over ${NETWORKS} networks.`,
    reference: say`Xiong et al. 2020, On layer normalization in the transformer architecture, theorem 1 and figure 3.`,
    published: say`Upper bounds: post-norm O(d sqrt(ln d)) whatever the depth L, pre-norm O(d sqrt(ln d / L)). A gradient may grow with L below its bound.`,
    gate: say`Post-norm larger than pre-norm at every L, pre-norm falling with every L (blocks of attention and FFN).`,
  }),

  async measure(lab, seed) {
    const result = {} as Record<Blocks, Record<Placement, number[]>>;
    let done = 0;
    for (const kind of blocks) {
      result[kind] = { post: [], pre: [] };
      for (const placement of placements) {
        for (const depth of DEPTHS) {
          const network = new Transformer(placement).build(depth, kind);
          const watched = `ffn${depth}.second.weight`;
          const frozen = network.parameters.map((p) => p.name).filter((name) => name !== watched);
          const norms: number[] = [];
          for (let n = 0; n < NETWORKS; n++) {
            const learner = new Learner(lab, network, { seed: seed * NETWORKS + n, weights: 'xavier' });
            const { gradients } = await learner.run(randomBatch(seed, n), { frozen });
            norms.push(norm(gradients.get(watched)!));
          }
          result[kind][placement].push(mean(norms));
          lab.progress(++done / (4 * DEPTHS.length));
        }
      }
    }
    return result;
  },

  conclude(measured) {
    const holds = measured.every(({ [GATED]: m }) =>
      m.post.every((p, i) => p > m.pre[i] && (i === 0 || m.pre[i] < m.pre[i - 1])),
    );
    const at = (kind: Blocks, placement: Placement, i: number) => measured.map((m) => m[kind][placement][i]);
    const last = DEPTHS.length - 1;
    return {
      measured: placements
        .map((p) => say`${p}-norm ${overSeeds(at(GATED, p, 0))} at L = 2, ${overSeeds(at(GATED, p, last))} at 48`)
        .join('; '),
      verdict: verdictOf(holds),
      figures: blocks.flatMap((kind) =>
        placements.flatMap((placement) =>
          DEPTHS.map((depth, i) => ({
            label: say`norm of the gradient, ${wordOf(kind)}, ${placement}-norm, L = ${depth}`,
            values: at(kind, placement, i),
          })),
        ),
      ),
      charts: blocks.map((kind) => {
        const [m] = measured;
        return {
          kind: 'lines' as const,
          title: say`Gradient of the last FFN weight over the depth, blocks of ${wordOf(kind)}`,
          x: { label: say`blocks L`, logarithmic: true },
          y: { label: say`norm of the gradient`, logarithmic: true },
          series: [
            ...placements.map((p) => ({ name: `${p}-norm`, x: DEPTHS, y: m[kind][p] })),
            {
              name: 'L^(-1/2)',
              reference: true,
              x: DEPTHS,
              y: DEPTHS.map((d) => m[kind].pre[0] * Math.sqrt(DEPTHS[0] / d)),
            },
          ],
        };
      }),
    };
  },
};
