import assert from 'node:assert/strict';
import { channelBlock } from '../../../src/engine/channelBlock';
import { nativeRuntime } from '../../../src/engine/nativeRuntime';
import { BLOCKED_DOMAIN } from '../../../src/ir/channelBlocks';
import { inferTypes } from '../../../src/ir/inferTypes';
import type { MutableGraph } from '../../../src/ir/mutableGraph';
import { parseGraph } from '../../../src/ir/textForm';
import { blockConvolutions } from '../../../src/variants/blockConvolutions';
import { floats, noise, runGraph } from '../../support/runGraph';

const cases = [
  {
    what: 'few channels, a bias, a stride, and two convolutions that read one value',
    nodes: `a = Conv <pads = [1,1,1,1]> (x, w)  r = Relu (a)
      b = Conv <pads = [2,0,1,3], strides = [2,1]> (r, v, t)  c = Conv <dilations = [2,2]> (r, u)`,
    outputs: ['a', 'b', 'c'],
    operators: ['Conv', 'ReorderOutput', 'ReorderInput', 'Conv', 'ReorderOutput', 'Conv', 'ReorderOutput'],
  },
  {
    what: 'one convolution behind the other: nothing is brought back and forth',
    nodes: `a = Conv <pads = [1,1,1,1]> (x, w)  b = Conv (a, v)`,
    outputs: ['a', 'b'],
    operators: ['Conv', 'ReorderOutput', 'Conv', 'ReorderOutput'],
  },
  {
    what: 'every channel by itself, with few pixels as well',
    nodes: `a = Conv <pads = [1,1,1,1]> (x, w)  b = Conv <group = 16, strides = [7,7]> (a, d)`,
    outputs: ['a', 'b'],
    operators: ['Conv', 'ReorderOutput', 'Conv', 'ReorderOutput'],
  },
  {
    what: 'groups, a kernel of one element, channels that fill no block, and few pixels: as they were',
    nodes: `a = Conv <group = 3> (x, g)  b = Conv (x, p)  c = Conv (x, o)  d = Conv <strides = [5,5]> (x, w)`,
    outputs: ['a', 'b', 'c', 'd'],
    operators: [],
  },
];

/** Weights of all cases; those that a case does not read are left out. */
const weights = {
  ...{ w: [16, 3, 3, 3], v: [32, 16, 3, 3], u: [16, 16, 3, 2], t: [32] },
  ...{ d: [16, 1, 3, 3], g: [48, 1, 3, 3], p: [16, 3, 1, 1], o: [12, 3, 3, 3] },
};

function graphOf(nodes: string, outputs: readonly string[]): MutableGraph {
  const read = Object.entries(weights).filter(([name]) => new RegExp(`[(,] ?${name}[,)]`).test(nodes));
  const inputs = read.map(([name, shape]) => `float[${shape.join()}] ${name}`);
  const results = outputs.map((name) => `float[A, B, C, D] ${name}`);
  const header = `<ir_version: 8, opset_import: ["" : 18]> g (float[3, 3, 30, 30] x, ${inputs.join()}) => (${results.join()})`;
  const graph = parseGraph(`${header} { ${nodes} }`).toMutable();
  for (const output of graph.outputs) output.type = { kind: 'unknown' };
  return graph;
}

describe('convolutions on blocks of channels', () => {
  for (const { what, nodes, outputs, operators } of cases) {
    it(what, async function () {
      const block = await channelBlock(nativeRuntime(1));
      if (block === 1) return this.skip();
      const graph = graphOf(nodes, outputs);
      const types = inferTypes(graph);
      const blocked = graph.copy();
      blockConvolutions(blocked, (value) => types.get(value), block);
      assert.deepEqual(
        blocked.nodes.filter((n) => n.domain === BLOCKED_DOMAIN).map((n) => n.opType),
        operators,
      );
      const feeds = Object.fromEntries(
        graph.inputs.map(({ name, type }, i) => {
          const shape = type.shape as number[];
          return [
            name,
            floats(
              shape,
              noise(
                shape.reduce((a, b) => a * b, 1),
                i + 1,
              ),
            ),
          ];
        }),
      );
      const [expected, actual] = [await runGraph(graph, feeds), await runGraph(blocked, feeds)];
      for (const name of outputs) {
        assert.deepEqual(actual[name].dims, expected[name].dims);
        const differences = Array.from(expected[name].data, (v, i) =>
          Math.abs(Number(v) - Number(actual[name].data[i])),
        );
        assert.ok(Math.max(...differences) < 1e-4, `${name}: ${Math.max(...differences)}`);
      }
    });
  }
});
