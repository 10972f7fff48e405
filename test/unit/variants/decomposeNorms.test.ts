import assert from 'node:assert/strict';
import { attribute } from '../../../src/ir/attribute';
import { decomposeNorms, type DecomposableNorm } from '../../../src/variants/decomposeNorms';
import { fed, feedsOf, graphOf, held, operatorCase, type Operand } from '../../support/operatorCases';
import { runGraph } from '../../support/runGraph';

const { int, float } = attribute;
const vector = (n: number, low = -1) => held(fed([n], low));
/** A mean that is large against the deviation, where an uncentred variance would cancel. */
const far = (...dims: number[]): Operand => fed(dims, 99, 101);

const cases = [
  operatorCase(18, 'InstanceNormalization', [far(2, 3, 8, 9), vector(3), vector(3)], { epsilon: float(1e-3) }),
  operatorCase(18, 'InstanceNormalization', [far(2, 3, 8), vector(3), vector(3)]),
  operatorCase(18, 'GroupNormalization', [far(2, 4, 3, 3), vector(2), vector(2)], { num_groups: int(2) }),
  operatorCase(18, 'GroupNormalization', [far(2, 4, 3, 3), vector(4), vector(4)], { num_groups: int(4) }),
  // The standard's own definition of this operator subtracts the square of the mean, so the mean must be small here.
  operatorCase(21, 'GroupNormalization', [fed([2, 4, 5]), vector(4), vector(4)], { num_groups: int(2) }),
  operatorCase(18, 'LayerNormalization', [far(2, 3, 4), vector(4), vector(4)], {}, { outputs: 3 }),
  operatorCase(18, 'LayerNormalization', [far(2, 3, 4), held(fed([3, 4]))], { axis: int(1) }),
  operatorCase(23, 'RMSNormalization', [fed([2, 3, 4]), vector(4)], { epsilon: float(0.1) }),
];

describe('decomposeNorms', () => {
  for (const c of cases) {
    it(`${c.opType}-${c.opset} [${c.operands[0]!.dims}] gives what the runtime's own operator gives`, async () => {
      const graph = graphOf(c);
      decomposeNorms(graph, [c.opType as DecomposableNorm]);
      assert.ok(!graph.nodes.some((n) => n.opType.endsWith('Normalization')));
      const expected = await runGraph(graphOf(c), feedsOf(c));
      const actual = await runGraph(graph, feedsOf(c));
      for (const [name, { dims, data }] of Object.entries(expected)) {
        assert.deepEqual(actual[name].dims, dims, name);
        Array.from(data).forEach((v, i) => {
          const error = Math.abs(Number(actual[name].data[i]) - Number(v));
          assert.ok(error <= 2e-3 * (1 + Math.abs(Number(v))), `${name}[${i}] is ${actual[name].data[i]}, not ${v}`);
        });
      }
    });
  }
});
