import type { ProfiledLayer, TheoryLine } from '../protocol/profile';
import { later, translated } from '../texts/say';
import { fromFigure } from './figure';
import type { Measurements } from './measuredRule';

/** Fewer layers show no law. */
const FEWEST_LAYERS = 3;
const DENSE: ReadonlySet<string> = new Set(['Gemm', 'MatMul', 'Dense']);

/** Texts are English here, and translated where they are said. */
interface Law {
  readonly name: string;
  readonly formula: string;
  readonly reference: TheoryLine['reference'];
  /** Factor of the gradient's RMS for each layer towards the input; undefined where the law says nothing. */
  ratio(batch: number): number | undefined;
}

const meanField = {
  title: 'Yang et al. 2019, A Mean Field Theory of Batch Normalization',
  url: 'https://arxiv.org/abs/1902.08129',
};

/** What stands between one linear layer and the next decides which law holds. */
const laws: Readonly<Record<string, Law>> = {
  Sigmoid: {
    name: later`Sigmoid without a norm`,
    formula: later`0.25: the largest slope of the sigmoid, weights of variance 1 / width`,
    reference: {
      title: 'Glorot & Bengio 2010, Understanding the difficulty of training deep feedforward neural networks',
      url: 'https://proceedings.mlr.press/v9/glorot10a.html',
    },
    ratio: () => 0.25,
  },
  'norm Relu': {
    name: later`Batch norm and ReLU`,
    formula: later`sqrt(pi / (pi - 1)) = 1.211, for wide layers and large batches B`,
    reference: meanField,
    ratio: () => Math.sqrt(Math.PI / (Math.PI - 1)),
  },
  norm: {
    name: later`Batch norm without an activation`,
    formula: later`sqrt((B - 2) / (B - 3)), for wide layers and batches B`,
    reference: meanField,
    ratio: (batch) => (batch > 3 ? Math.sqrt((batch - 2) / (batch - 3)) : undefined),
  },
};

/**
 * What theory says of the gradients of fresh weights: for each chain of three dense layers and more of equal width, with the same
 * between them, the RMS of dLoss/dOutput that follows from the one measured at the chain's end at the first step.
 */
export function theoryLines({ settings, layers }: Measurements): TheoryLine[] {
  if (!settings.weights.startsWith('re-initialised')) return [];
  const next = consumers(layers);
  const links = new Map<ProfiledLayer, { readonly to: ProfiledLayer; readonly between: string }>();
  for (const layer of layers) {
    const link = isDense(layer) ? linkFrom(layer, next) : undefined;
    if (link) links.set(layer, link);
  }
  const lines: TheoryLine[] = [];
  const used = new Set<ProfiledLayer>();
  for (const first of layers) {
    const start = links.get(first);
    const ratio = start && laws[start.between]?.ratio(settings.batch);
    if (start === undefined || ratio === undefined || used.has(first)) continue;
    const chain = [first];
    for (let link = links.get(first); link?.between === start.between; link = links.get(link.to)) {
      used.add(chain.at(-1)!);
      chain.push(link.to);
    }
    const end = fromFigure(chain.at(-1)!.gradient[0]?.rms ?? 'NaN');
    // a variance of the weights other than 1 / width shows in the gradients, unless a norm takes it out
    const scaled = typeof settings.init === 'number' && !start.between.startsWith('norm');
    if (chain.length < FEWEST_LAYERS || !(end > 0 && Number.isFinite(end)) || scaled) continue;
    const { reference, ...law } = laws[start.between];
    const [name, formula] = [translated(law.name), translated(law.formula)];
    const values = chain.map(({ id, depth }, i) => ({ layer: id, depth, rms: end * ratio ** (chain.length - 1 - i) }));
    lines.push({ name, formula, reference, ratio, values });
  }
  return lines;
}

function isDense({ role, kind }: ProfiledLayer): boolean {
  return role === 'linear' && DENSE.has(kind);
}

function consumers(layers: readonly ProfiledLayer[]): Map<string, ProfiledLayer[]> {
  const next = new Map<string, ProfiledLayer[]>();
  for (const layer of layers) {
    for (const input of layer.inputs ?? []) next.set(input, [...(next.get(input) ?? []), layer]);
  }
  return next;
}

/** The next dense layer of the same width with one way to it, and the norms and activations on that way. */
function linkFrom(
  from: ProfiledLayer,
  next: ReadonlyMap<string, readonly ProfiledLayer[]>,
): { readonly to: ProfiledLayer; readonly between: string } | undefined {
  const between: string[] = [];
  for (let layer = from; between.length < 3;) {
    const after = next.get(layer.id) ?? [];
    if (after.length !== 1 || after[0].inputs?.length !== 1) return undefined;
    [layer] = after;
    if (isDense(layer)) {
      return layer.elements === from.elements ? { to: layer, between: between.join(' ') } : undefined;
    }
    if (layer.role === 'norm' && layer.statistics !== undefined) between.push('norm');
    else if (layer.role === 'activation') between.push(layer.activationFunction ?? '');
    else return undefined;
  }
  return undefined;
}
