import type { Layer, LayerView } from '../../layers/layerView';
import { ABSENT } from '../../ir/graph';
import type { LinearNormalization } from '../../protocol/facts';
import { later, say, translated } from '../../texts/say';
import type { Rule } from '../rule';
import { isExported } from '../folding';
import { activatedLinear, isGate } from '../stacks';

/** Share of the siblings that must have a norm, and how many of them at least. */
const SHARE = 3 / 4;
const FEWEST = 3;

const places: readonly LinearNormalization[] = ['normalized-before-activation', 'normalized-after-activation'];

export const inconsistentNorm: Rule = {
  meta: {
    id: 'inconsistent-norm',
    severity: 'information',
    title: 'One layer without the norm that the others have',
    whatItDoes:
      'Reports a linear layer with an activation and without a norm, where at least three quarters of the layers of its kind (convolutions with a window, ' +
      'depthwise, pointwise and transposed convolutions, dense layers) have one in the same place. First layers behind an input, layers with no norm between them and an ' +
      'output, squeeze-and-excitation, gates and attention are not counted; in an exported inference graph, a layer with a bias among normalized ones without ' +
      'is not reported: its norm may have been folded into it.',
    why:
      'A norm that is missing in one place of many is more often forgotten than left out: this layer alone hands on activations of another scale, and trains at ' +
      'another pace than the rest.',
    insteadDo: 'Add the norm, or check that it is left out on purpose.',
    bad: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
forgotten (float[N,3,8,8] x) => (float[N,4,8,8] y)
<float[4,3,1,1] w, float[4,4,3,3] u, float[4] scale, float[4] shift, float[4] mean, float[4] variance>
{
  a0 = Conv(x, w)
  n0 = BatchNormalization(a0, scale, shift, mean, variance)
  r0 = Relu(n0)
  a1 = Conv<pads = [1,1,1,1]>(r0, u)
  n1 = BatchNormalization(a1, scale, shift, mean, variance)
  r1 = Relu(n1)
  a2 = Conv<pads = [1,1,1,1]>(r1, u)
  n2 = BatchNormalization(a2, scale, shift, mean, variance)
  r2 = Relu(n2)
  a3 = Conv<pads = [1,1,1,1]>(r2, u)  # finding
  r3 = Relu(a3)
  a4 = Conv<pads = [1,1,1,1]>(r3, u)
  n4 = BatchNormalization(a4, scale, shift, mean, variance)
  y = Relu(n4)
}`,
    },
    good: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
all_alike (float[N,3,8,8] x) => (float[N,4,8,8] y)
<float[4,3,1,1] w, float[4,4,3,3] u, float[4] scale, float[4] shift, float[4] mean, float[4] variance>
{
  a0 = Conv(x, w)
  n0 = BatchNormalization(a0, scale, shift, mean, variance)
  r0 = Relu(n0)
  a1 = Conv<pads = [1,1,1,1]>(r0, u)
  n1 = BatchNormalization(a1, scale, shift, mean, variance)
  r1 = Relu(n1)
  a2 = Conv<pads = [1,1,1,1]>(r1, u)
  n2 = BatchNormalization(a2, scale, shift, mean, variance)
  r2 = Relu(n2)
  a3 = Conv<pads = [1,1,1,1]>(r2, u)
  n3 = BatchNormalization(a3, scale, shift, mean, variance)
  y = Relu(n3)
}`,
    },
    references: [
      {
        title: 'Ben Braiek & Khomh 2023, Testing Feedforward Neural Networks Training Programs (TheDeepChecker)',
        url: 'https://arxiv.org/abs/2204.00694',
      },
    ],
  },

  check({ model, view, report }) {
    const siblings = new Map<string, Layer[]>();
    for (const linear of bodyOf(view)) {
      const kind = kindOf(linear, view);
      const list = siblings.get(kind);
      if (list) list.push(linear);
      else siblings.set(kind, [linear]);
    }
    for (const [kind, linears] of siblings) {
      const normalizations = linears.map((l) => view.normalizationOf(l));
      const counts = places.map((p) => normalizations.filter((n) => n === p).length);
      const most = Math.max(...counts);
      if (most < FEWEST || most < SHARE * linears.length) continue;
      const usual = places[counts.indexOf(most)];
      const place = usual === places[0] ? say`before the activation` : say`after the activation`;
      const others = linears.filter((_, i) => normalizations[i] === usual);
      // exporters fold some norms and leave others: the bias is what is left of one
      const mayBeFolded = isExported(model) && others.every((l) => l.linear!.bias === undefined);
      linears.forEach((layer, i) => {
        if (!view.lacksNorm(layer) || normalizations[i] === 'folded') return;
        if (mayBeFolded && layer.linear!.bias !== undefined) return;
        report({
          layer,
          message: say`${layer.kind} has an activation and no norm, while ${most} of the ${linears.length} ${translated(kind)} in the body have one ${place}.`,
        });
      });
    }
  },
};

/** Linear layers with an activation that stand neither at an input nor at an output nor in a side branch that scales. */
function bodyOf(view: LayerView): readonly Layer[] {
  const first = firstLayers(view);
  const last = withoutNormBehind(view);
  const scaling = behindGlobalPool(view);
  const body = new Set<Layer>();
  for (const layer of view.layers) {
    const linear = activatedOrNormalized(layer, view);
    // a layer that could not be expressed in operators has nothing to compare
    if (linear?.linear === undefined || isGate(layer, view) || first[linear.index] || scaling[linear.index]) continue;
    if (view.normalizationOf(linear) === 'output-head' || (view.lacksNorm(linear) && last[linear.index])) continue;
    body.add(linear);
  }
  return [...body];
}

/** The linear layer whose result the activation works on, directly or through its norm. */
function activatedOrNormalized(activation: Layer, view: LayerView): Layer | undefined {
  const direct = activatedLinear(activation, view);
  if (direct !== undefined || activation.role !== 'activation') return direct;
  const [norm] = view.nearestBefore(activation);
  return norm?.role === 'norm' ? view.placementOf(norm).linear : undefined;
}

/** For each layer, whether it is linear and sees an input of the model with no linear layer in between on some path. */
function firstLayers(view: LayerView): Uint8Array {
  const raw = new Uint8Array(view.layers.length);
  const first = new Uint8Array(view.layers.length);
  for (const layer of view.layers) {
    const before = view.predecessors(layer);
    const seesInput = before.length === 0 || before.some((l) => l === undefined || raw[l.index]);
    if (!seesInput) continue;
    if (layer.role === 'linear' || layer.role === 'recurrent') first[layer.index] = 1;
    else raw[layer.index] = 1;
  }
  return first;
}

/** For each layer, whether some output is reached from it without a norm on the way. */
function withoutNormBehind(view: LayerView): Uint8Array {
  const found = new Uint8Array(view.layers.length);
  for (let i = view.layers.length - 1; i >= 0; i--) {
    const layer = view.layers[i];
    if (view.reachesOutput(layer) || view.successors(layer).some((l) => l.role !== 'norm' && found[l.index]))
      found[i] = 1;
  }
  return found;
}

/** For each layer, whether what it works on has been pooled over the whole image. */
function behindGlobalPool(view: LayerView): Uint8Array {
  const behind = new Uint8Array(view.layers.length);
  for (const layer of view.layers) {
    const [source] = view.nearestBefore(layer);
    if (source === undefined || !['linear', 'activation', 'norm'].includes(layer.role)) continue;
    if (source.role === 'pool' || behind[source.index]) behind[layer.index] = 1;
  }
  return behind;
}

/** What the layer is compared with, as a plural. */
function kindOf({ linear }: Layer, { graph }: LayerView): string {
  const { operator, groups, channels, weight } = linear!;
  if (operator === 'Gemm' || operator === 'MatMul') return later`dense layers`;
  if (operator === 'ConvTranspose') return later`transposed convolutions`;
  if (groups > 1 && groups === channels) return later`depthwise convolutions`;
  const dims = weight === ABSENT ? undefined : graph.initializer(weight)?.dims;
  return dims?.slice(2).every((d) => d === 1) ? later`pointwise convolutions` : later`convolutions with a window`;
}
