import assert from 'node:assert/strict';
import { Cancellation, cancelTransposes } from '../../../../src/formats/tfjs/cancelTransposes';
import { attribute } from '../../../../src/ir/attribute';
import { Names } from '../../../../src/formats/tfjs/names';
import { MutableGraph, nodeOf, type MutableNode } from '../../../../src/ir/mutableGraph';
import { float32Tensor } from '../../../../src/ir/tensor';
import { floats, noise, runGraph } from '../../../support/runGraph';

const inward = [0, 3, 1, 2];
const outward = [0, 2, 3, 1];

/** A graph on x [2, 4, 5, 3] in which layout transposes are marked. */
class Net {
  readonly graph = new MutableGraph();
  readonly layout = new Set<MutableNode>();

  constructor() {
    this.graph.opsets.set('', 18);
    this.graph.addInput('x', { kind: 'tensor', dtype: 'float32', shape: [2, 4, 5, 3] });
  }

  transpose(input: string, order: readonly number[], output: string, isLayout = true): string {
    this.graph.addNode('Transpose', [input], { perm: attribute.ints(order) }, { name: output, outputs: [output] });
    if (isLayout) this.layout.add(this.graph.nodes[this.graph.nodes.length - 1]);
    return output;
  }

  node(opType: string, inputs: string[], output: string, attributes = {}): string {
    return this.graph.add(opType, inputs, attributes, { name: output, outputs: [output] });
  }

  /** A pool, which needs channels first, between its two transposes. */
  pool(input: string, name: string): string {
    const inner = this.transpose(input, inward, `${name}/in`);
    const attributes = { kernel_shape: attribute.ints([2, 2]), pads: attribute.ints([0, 0, 1, 1]) };
    return this.transpose(this.node('MaxPool', [inner], name, attributes), outward, `${name}/out`);
  }

  output(...names: string[]): this {
    for (const name of names) this.graph.addOutput(name, { kind: 'tensor', dtype: 'float32' });
    return this;
  }

  /** Cancels, checks that the outputs are what they were, and counts the transposes left. */
  async cancelled(): Promise<{
    transposes: number;
    moved: ReadonlyMap<string, readonly number[]>;
    graph: MutableGraph;
  }> {
    const feeds = { x: floats([2, 4, 5, 3], noise(120)) };
    const before = await runGraph(this.graph, feeds);
    const names = this.graph.outputs.map((o) => o.name);
    const moved = cancelTransposes(this.graph, this.layout, (wanted) => this.graph.freshName(wanted));
    const after = await runGraph(this.graph, feeds);
    names.forEach((name, i) => {
      const now = after[this.graph.outputs[i].name];
      assert.deepEqual(now.dims, before[name].dims);
      assert.deepEqual(Array.from(now.data, Number), Array.from(before[name].data, Number));
    });
    return { transposes: this.graph.nodes.filter((n) => n.opType === 'Transpose').length, moved, graph: this.graph };
  }
}

describe('cancelTransposes', () => {
  it('removes a pair between two layers', async () => {
    const net = new Net();
    const { transposes } = await net.output(net.pool(net.pool('x', 'a'), 'b')).cancelled();
    assert.equal(transposes, 2);
  });

  it('moves them past elementwise operators, which keep their names', async () => {
    const net = new Net();
    const relu = net.node('Relu', [net.pool('x', 'a')], 'relu');
    const { transposes, moved, graph } = await net.output(net.pool(relu, 'b')).cancelled();
    assert.equal(transposes, 2);
    assert.deepEqual([...moved.keys()], ['relu']);
    assert.deepEqual(moved.get('relu'), outward);
    assert.ok(graph.nodes.some((n) => n.outputs[0] === 'relu'));
  });

  it('moves them past sums, joins and softmax over any axis', async () => {
    for (const axis of [1, 2, 3, -1]) {
      const net = new Net();
      const a = net.pool('x', 'a');
      const b = net.node('Sigmoid', [net.pool('x', 'b')], 'sigmoid');
      const sum = net.node('Add', [a, b], 'sum');
      const both = net.node('Concat', [sum, a], 'both', { axis: attribute.int(axis) });
      const soft = net.node('Softmax', [both], 'soft', { axis: attribute.int(axis) });
      const { transposes } = await net.output(net.pool(soft, 'c')).cancelled();
      assert.equal(transposes, 3, `axis ${axis}`);
    }
  });

  it('moves them past operators with a scalar, not with a vector', async () => {
    const withConstant = async (dims: number[]) => {
      const net = new Net();
      const value = float32Tensor('k', dims, dims.length === 0 ? [2] : [1, 2, 3]);
      net.graph.addNode('Constant', [], { value: attribute.tensor(value) }, { outputs: ['k'] });
      const scaled = net.node('Mul', ['k', net.pool('x', 'a')], 'scaled');
      return (await net.output(net.pool(scaled, 'b')).cancelled()).transposes;
    };
    assert.equal(await withConstant([]), 2);
    assert.equal(await withConstant([3]), 4);
  });

  it('takes the slopes of a PRelu along', async () => {
    for (const dims of [
      [4, 5, 3],
      [1, 1, 3],
      [4, 1, 1],
    ]) {
      const net = new Net();
      const count = dims.reduce((a, b) => a * b, 1);
      net.graph.addInitializer(float32Tensor('slopes', dims, noise(count)));
      const { transposes } = await net
        .output(net.pool(net.node('PRelu', [net.pool('x', 'a'), 'slopes'], 'p'), 'b'))
        .cancelled();
      assert.equal(transposes, 2);
    }
  });

  it('leaves the slopes of two PRelus as they are', async () => {
    const net = new Net();
    net.graph.addInitializer(float32Tensor('slopes', [4, 5, 3], noise(60)));
    const first = net.node('PRelu', [net.pool('x', 'a'), 'slopes'], 'p');
    await net.output(net.node('PRelu', [net.pool(first, 'b'), 'slopes'], 'q')).cancelled();
  });

  it('makes the form of the file where it is needed, once', async () => {
    const net = new Net();
    const relu = net.node('Relu', [net.pool('x', 'a')], 'relu');
    const flat = net.node('Flatten', [relu], 'flat');
    const again = net.node('Flatten', [relu], 'again');
    const { transposes } = await net.output(flat, again, relu, net.pool(relu, 'b')).cancelled();
    assert.equal(transposes, 3);
  });

  it('merges transposes that do not undo each other', async () => {
    const net = new Net();
    const turned = net.transpose(net.pool('x', 'a'), [0, 2, 1, 3], 'turned');
    const { transposes } = await net.output(turned).cancelled();
    assert.equal(transposes, 2);
  });

  it('does not mix layouts', async () => {
    const net = new Net();
    const a = net.pool('x', 'a');
    const mixed = net.node('Add', [a, 'x'], 'mixed');
    const other = net.transpose(net.node('Relu', [net.transpose('x', [0, 2, 1, 3], 't')], 'r'), [0, 2, 1, 3], 'back');
    await net.output(net.node('Mul', [mixed, other], 'product')).cancelled();
  });

  it("keeps the file's own transposes", async () => {
    const net = new Net();
    const permuted = net.transpose(net.pool('x', 'a'), inward, 'permute', false);
    const { graph } = await net.output(net.node('Relu', [permuted], 'relu')).cancelled();
    assert.ok(graph.nodes.some((n) => n.outputs[0] === 'permute'));
  });

  it('is taken up again for other nodes as if it were run for all of them', () => {
    for (let seed = 1; seed <= 40; seed++) {
      let state = seed;
      const roll = (sides: number) => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return Math.floor((state / 2 ** 32) * sides);
      };
      const layout = new Set<MutableNode>();
      /** A node that reads some of the values before it: a transpose, an operator that moves past one, or one that does not. */
      const made = (index: number): MutableNode => {
        const read = () => (index === 0 ? 'x' : `v${Math.max(0, index - 1 - roll(4))}`);
        const kind = roll(5);
        const options = { name: `v${index}`, outputs: [`v${index}`] };
        if (kind > 2)
          return nodeOf(kind === 3 ? 'Flatten' : 'Add', kind === 3 ? [read()] : [read(), read()], {}, options);
        if (kind === 2) return nodeOf('Relu', [read()], {}, options);
        const node = nodeOf('Transpose', [read()], { perm: attribute.ints(kind === 0 ? inward : outward) }, options);
        layout.add(node);
        return node;
      };
      const count = 12;
      const graphOf = (nodes: readonly MutableNode[]) => {
        const graph = new MutableGraph();
        graph.nodes = [...nodes];
        for (const last of [count - 1, count - 3]) graph.addOutput(`v${last}`, { kind: 'tensor' });
        return graph;
      };
      let nodes = Array.from({ length: count }, (_, i) => made(i));
      let names = new Names();
      const giver = {
        claim: (wanted: string) => names.claim(wanted, () => false),
        release: (name: string) => names.release(name),
      };
      const first = graphOf(nodes);
      const pass = new Cancellation(first, layout, giver.claim);
      pass.run();
      for (let step = 0; step < 8; step++) {
        const others = new Set([roll(count), roll(count)]);
        nodes = nodes.map((node, i) => (others.has(i) ? made(i) : node));
        const [is, expected] = [graphOf(nodes), graphOf(nodes)];
        names = new Names();
        assert.equal(pass.again(is, giver), true);
        names = new Names();
        const whole = new Cancellation(expected, layout, giver.claim);
        whole.run();
        assert.deepEqual([is.nodes, is.outputs], [expected.nodes, expected.outputs], `${seed}, ${step}`);
        assert.deepEqual(new Map([...pass.transposed].sort()), new Map([...whole.transposed].sort()));
        assert.deepEqual([...pass.claimed].sort(), [...whole.claimed].sort());
      }
    }
  });
});
