import assert from 'node:assert/strict';
import { attribute } from '../../../../src/ir/attribute';
import { ModelError } from '../../../../src/ir/errors';
import type { Graph } from '../../../../src/ir/graph';
import { inferTypes } from '../../../../src/ir/inferTypes';
import { parseGraph } from '../../../../src/ir/textForm';
import { layerView } from '../../../../src/layers/recognize';
import { applyNormVariant } from '../../../../src/variants/norms/applyNormVariant';
import { normVariantIds } from '../../../../src/protocol/normVariant';
import { normVariants } from '../../../../src/variants/norms/registry';
import * as convolutional from '../../../support/networks/convolutional';
import * as transformers from '../../../support/networks/transformers';
import { floats, noise, runGraph } from '../../../support/runGraph';

const layersOf = (graph: Graph) => layerView(graph, inferTypes(graph)).layers;
const normTypes = (graph: Graph) => layersOf(graph).flatMap((l) => l.norm?.type ?? []);
const idsOf = (graph: Graph) => layersOf(graph).map((l) => l.id);

/** Conv, norm, activation twice, and a classifier; all constants are small, scales and variances positive. */
const net = (first: string, second: string) =>
  parseGraph(`<ir_version: 8, opset_import: ["" : 18]>
  net (float[2,3,6,6] x) => (float[2,2] z)
  <float[4,3,3,3] w1 = {${noise(108, 3).join()}}, float[2,4,1,1] w2 = {${noise(8, 4).join()}},
   float[4] s1 = {1,2,0.5,1.5}, float[4] b1 = {0.1,0.2,-0.3,0}, float[4] m1 = {0.3,-0.2,0.1,0}, float[4] v1 = {1,2,0.5,1},
   float[2] s2 = {1,1}, float[2] b2 = {0,0}, float[2] m2 = {0,0}, float[2] v2 = {3.99999,3.99999}>
  { ${first} ${second} g = GlobalAveragePool (a2) z = Flatten (g) }`);

const first = '[conv1] c1 = Conv (x, w1) [bn1] n1 = BatchNormalization (c1, s1, b1, m1, v1) [act1] a1 = Relu (n1)';
const second = 'c2 = Conv (a1, w2) n2 = BatchNormalization (c2, s2, b2, m2, v2) a2 = Relu (n2)';
const feeds = { x: floats([2, 3, 6, 6], noise(216, 9)) };

async function outputOf(graph: Graph): Promise<number[]> {
  return Array.from((await runGraph(graph.toMutable(), feeds)).z.data as Float32Array);
}

function assertClose(actual: readonly number[], expected: readonly number[]): void {
  const most = Math.max(...expected.map(Math.abs));
  actual.forEach((v, i) => assert.ok(Math.abs(v - expected[i]) < 1e-5 * most, `${v} for ${expected[i]}`));
}

describe('variants of the norm', () => {
  const original = net(first, second);

  it('without norms the network is what is left, and layers keep their ids', async () => {
    const { graph, summary } = await applyNormVariant(original, 'none');
    assert.equal(summary, '2 norms taken out');
    assert.deepEqual(normTypes(graph), []);
    assert.deepEqual(idsOf(graph), ['conv1', 'act1', 'c2', 'a2', 'g']);
    const plain = net('c1 = Conv (x, w1) a1 = Relu (c1)', 'c2 = Conv (a1, w2) a2 = Relu (c2)');
    assertClose(await outputOf(graph), await outputOf(plain));
  });

  it('gives a layer a bias for the shift of the norm that is taken out, and no second one', async () => {
    const biases = (graph: Graph) => layersOf(graph).flatMap((l) => (l.linear ? [l.linear.bias !== undefined] : []));
    assert.deepEqual(biases(original), [false, false]);
    assert.deepEqual(biases((await applyNormVariant(original, 'none')).graph), [true, true]);
    const dense = parseGraph(`<ir_version: 8, opset_import: ["" : 18]>
      net (float[4,3] x) => (float[4,2] y) <float[3,2] w, float[2] s, float[2] b>
      { [dense] c = MatMul (x, w) n = LayerNormalization (c, s, b) y = Relu (n) }`);
    const without = (await applyNormVariant(dense, 'none')).graph;
    assert.deepEqual(biases(without), [true]);
    assert.deepEqual(idsOf(without), ['dense', 'y']);
  });

  it('folded into the layers before them, norms leave the function as it was', async () => {
    const { graph, summary } = await applyNormVariant(original, 'folded');
    assert.equal(summary, '2 batch norms folded');
    assert.deepEqual(normTypes(graph), []);
    assert.deepEqual(idsOf(graph), ['conv1', 'act1', 'c2', 'a2', 'g']);
    assertClose(await outputOf(graph), await outputOf(original));
    const instance = net('c1 = Conv (x, w1) n1 = InstanceNormalization (c1, s1, b1) a1 = Relu (n1)', second);
    const { left } = await applyNormVariant(instance, 'folded');
    assert.deepEqual(
      left.map((l) => [l.layer.id, l.reason]),
      [['n1', 'it is no batch norm beside a linear layer']],
    );
  });

  it('a norm that does nothing can go without a difference', async () => {
    // variance 4 - epsilon and scale 2
    const graph = net('c1 = Conv (x, w1) a1 = Relu (c1)', second);
    const doubled = graph.toMutable();
    const scale = doubled.nodes.find((n) => n.opType === 'BatchNormalization')!;
    scale.attributes.set('epsilon', attribute.float(1e-5));
    const half = await outputOf((await applyNormVariant(doubled.freeze(), 'none')).graph);
    assertClose(
      (await outputOf(doubled.freeze())).map((v) => 2 * v),
      half,
    );
  });

  it('moves norms after the activation and back: the same network again', async () => {
    const { graph, changed } = await applyNormVariant(original, 'after-activation');
    assert.deepEqual(
      changed.map((l) => l.id),
      ['bn1', 'n2'],
    );
    const swapped = 'c1 = Conv (x, w1) r = Relu (c1) a1 = BatchNormalization (r, s1, b1, m1, v1)';
    const expected = net(swapped, 'c2 = Conv (a1, w2) r2 = Relu (c2) a2 = BatchNormalization (r2, s2, b2, m2, v2)');
    assertClose(await outputOf(graph), await outputOf(expected));
    assert.deepEqual([...idsOf(graph)].sort(), [...idsOf(original)].sort());
    const back = (await applyNormVariant(graph, 'before-activation')).graph;
    assert.deepEqual(idsOf(back), idsOf(original));
    assertClose(await outputOf(back), await outputOf(original));
  });

  it('a norm that only scales, by positive factors, commutes with ReLU', async () => {
    const scaling = net('c1 = Conv (x, w1) a1 = Relu (c1)', second);
    assertClose(await outputOf((await applyNormVariant(scaling, 'after-activation')).graph), await outputOf(scaling));
  });

  it('keeps scale and shift of a norm that is replaced, and its epsilon', async () => {
    const norm = original.toMutable().nodes.find((n) => n.name === 'bn1')!;
    const graph = (await applyNormVariant(original, 'instance')).graph.toMutable();
    const instance = graph.nodes.find((n) => n.name === 'bn1')!;
    assert.equal(instance.opType, 'InstanceNormalization');
    assert.deepEqual(instance.inputs.slice(1), norm.inputs.slice(1, 3));
    assert.ok(!graph.initializers.has('m1'), 'running statistics are not kept');
  });

  it('inserts norms after linear layers that have none, the last one excepted', async () => {
    const plain = net('[conv1] c1 = Conv (x, w1) a1 = Relu (c1)', 'c2 = Conv (a1, w2) a2 = Relu (c2)');
    for (const id of ['inserted-batch', 'batch'] as const) {
      const { graph } = await applyNormVariant(plain, id);
      assert.deepEqual(idsOf(graph), ['conv1', 'conv1/norm', 'a1', 'c2', 'a2', 'g']);
    }
    assert.match(
      (await applyNormVariant(plain, 'group')).summary,
      /^the network has no norm of its own: 1 group norm inserted/,
    );
    await assert.rejects(applyNormVariant(original, 'inserted-batch'), /does not change this network/);
  });

  it('reads what stands written out or in one operator with an addition', async () => {
    const feeds = { x: floats([2, 5, 4], noise(40, 2)), r: floats([2, 5, 4], noise(40, 3)) };
    const text = (body: string) =>
      parseGraph(`<ir_version: 8, opset_import: ["" : 18, "com.microsoft" : 1]>
        net (float[2,5,4] x, float[2,5,4] r) => (float[2,5,4] z)
        <float[4] s = {1,2,3,4}, float[4] b = {1,0,-1,0}, float[4] k = {0.5,0.25,0,1}, float[4,4] w = {${noise(16).join()}}, int64[1] axes = {-1}, float two = {2}, float eps = {1e-5}>
        { ${body} z = MatMul (y, w) }`);
    const skip = text('y, mean, inv, sum = com.microsoft.SkipLayerNormalization <epsilon = 1e-5> (x, r, s, b, k)');
    const plain = text('t = Add (x, r) sum = Add (t, k) y = LayerNormalization (sum, s, b)');
    const written = text(`t = Add (x, r) sum = Add (t, k) m = ReduceMean (sum, axes) d = Sub (sum, m) q = Pow (d, two)
      v = ReduceMean (q, axes) e = Add (v, eps) o = Sqrt (e) n = Div (d, o) ns = Mul (n, s) y = Add (ns, b)`);
    for (const id of ['instance', 'rms', 'batch', 'none'] as const) {
      const [a, b, c] = await Promise.all(
        [skip, plain, written].map(async (g) => {
          const { z } = await runGraph((await applyNormVariant(g, id)).graph.toMutable(), feeds);
          return Array.from(z.data as Float32Array);
        }),
      );
      assertClose(b, a);
      assertClose(c, a);
    }
  });

  it('leaves alone what it cannot take out, and says why', async () => {
    const text = (body: string, outputs = 'float[1,4,2,2] z') =>
      parseGraph(`<ir_version: 8, opset_import: ["" : 18]> net (float[1,4,2,2] x, float[4] t) => (${outputs})
        <float[4] s, float[4] b, float[4] m, float[4] v> { ${body} }`);
    const conditioned = text('y = InstanceNormalization (x, t, b) z = Relu (y)');
    await assert.rejects(applyNormVariant(conditioned, 'none'), /scale and shift are computed/);
    const unit = text('y = LpNormalization (x) z = Relu (y)');
    await assert.rejects(applyNormVariant(unit, 'none'), /unit length/);
    const shown = text('z = BatchNormalization (x, s, b, m, v) a = Relu (z)', 'float[1,4,2,2] z, float[1,4,2,2] a');
    await assert.rejects(applyNormVariant(shown, 'after-activation'), /reads the value between/);
    const given = text('y = BatchNormalization (x, s, b, m, v) z = Relu (y)');
    await assert.rejects(applyNormVariant(given, 'after-activation'), /output of the model/);
    // an output that a norm computes keeps its name
    assert.deepEqual((await applyNormVariant(shown, 'none')).graph.outputs.length, 2);
  });

  it('refuses a graph with a cycle', async () => {
    const graph = original.toMutable();
    const [one, two] = graph.nodes.filter((n) => n.opType === 'BatchNormalization');
    [one.inputs[0], two.inputs[0]] = [two.outputs[0], one.outputs[0]];
    for (const { id } of normVariants) await assert.rejects(applyNormVariant(graph.freeze(), id), /has a cycle/);
  });

  it('changes the norms of a thousand layers', async () => {
    const layers = Array.from(
      { length: 1000 },
      (_, i) => `n${i} = InstanceNormalization (${i === 0 ? 'x' : `r${i - 1}`}, s, b) r${i} = Relu (n${i})`,
    );
    const deep = parseGraph(`<ir_version: 8, opset_import: ["" : 18]> net (float[1,4,2,2] x) => (float[1,4,2,2] z)
      <float[4] s, float[4] b> { ${layers.join(' ')} z = Relu (r999) }`);
    const count = async (id: 'none' | 'group') => normTypes((await applyNormVariant(deep, id)).graph).length;
    assert.deepEqual([await count('none'), await count('group')], [0, 1000]);
  });

  it('lists every variant once, with words', () => {
    assert.deepEqual(normVariantIds, ['as-is', ...normVariants.map((v) => v.id)]);
    for (const { title, description } of normVariants) {
      assert.match(description, /\.$/);
      assert.ok(title.length < 40);
    }
  });

  const families = { ...convolutional, ...transformers } as Record<string, () => Graph>;
  for (const [name, make] of Object.entries(families)) {
    it(`every variant of ${name} can be made and keeps the ids of its layers`, async () => {
      const graph = make();
      const before = layersOf(graph);
      for (const { id } of normVariants) {
        let variant: Graph;
        try {
          variant = (await applyNormVariant(graph, id)).graph;
        } catch (error) {
          assert.ok(error instanceof ModelError, String(error));
          assert.match(error.message, /does not change this network/);
          continue;
        }
        const after = new Set(idsOf(variant));
        const lost = before.filter((l) => !after.has(l.id) && (l.role !== 'norm' || !['none', 'folded'].includes(id)));
        assert.deepEqual(
          lost.map((l) => l.id),
          [],
          id,
        );
        const kinds = new Set(normTypes(variant));
        if (id === 'none') assert.equal(kinds.size, 0);
        if (id === 'batch' || id === 'detached-batch') assert.deepEqual([...kinds], ['batch'], id);
      }
    });
  }
});
