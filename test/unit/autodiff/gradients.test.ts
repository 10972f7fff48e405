import assert from 'node:assert/strict';
import { rules } from '../../../src/autodiff/vjp/registry';
import { writtenOut } from '../../../src/variants/writtenOut';
import {
  backwardGraph,
  numericGradients,
  operatorOf,
  relativeError,
  reverseGradients,
  TOLERANCE,
  floatInputs,
  inputShape,
  type BackwardGraph,
  type GradientCase,
} from '../../support/finiteDifferences';
import { nativeEngine, wasmEngine } from '../../support/engines';
import { gradientCases } from './cases/index';

/** Nodes of the backward pass without the three that bring the loss to each output. */
function addedNodes(test: GradientCase, { graph, firstAdded }: BackwardGraph): number {
  return graph.nodes.length - firstAdded - 3 * (test.into?.length ?? 1);
}

/** Nodes of the backward pass that no gradient needs. */
function deadNodes({ graph, firstAdded, gradients }: BackwardGraph): string[] {
  const needed = new Set(gradients.gradientOf.values());
  const dead: string[] = [];
  for (const node of graph.nodes.slice(firstAdded).reverse()) {
    if (node.outputs.some((o) => needed.has(o))) for (const input of node.inputs) needed.add(input);
    else dead.push(`${node.opType} ${node.outputs[0]}`);
  }
  return dead;
}

/** ONNX Runtime has no kernel for GroupNorm on the CPU, and straight-through gradients are none: test/unit/variants/writtenOut. */
const TESTED_APART = [
  'com.microsoft.GroupNorm',
  'DequantizeLinear',
  'normscope.RoundStraightThrough',
  'onnx.brevitas.Quant',
  'qonnx.custom_op.general.Quant',
];

describe('gradient rules against central differences', () => {
  for (const test of gradientCases) {
    it(`${test.opType}: ${test.name}`, async () => {
      const backward = backwardGraph(test);
      assert.deepEqual(backward.gradients.cuts, []);
      const native = await numericGradients(test, nativeEngine);
      for (const engine of [nativeEngine, wasmEngine]) {
        // each runtime draws its own random numbers
        const expected = test.random ? await numericGradients(test, engine) : native;
        for (const [name, { data, dims }] of await reverseGradients(test, backward, engine)) {
          const reference = expected.get(name)!;
          const error = relativeError(data, reference);
          assert.ok(error <= TOLERANCE, `${name}, ${engine.name}: ${error}\n${data.join()}\n${reference.join()}`);
          assert.deepEqual(dims, inputShape(test, name));
        }
      }
      const size = addedNodes(test, backward);
      assert.ok(size <= (test.nodes ?? Infinity), `the backward pass has ${size} nodes`);
    });
  }

  for (const test of gradientCases.filter((c) => floatInputs(c).length > 1)) {
    it(`${test.opType}: ${test.name}: one gradient at a time`, async () => {
      const all = await reverseGradients(test, backwardGraph(test));
      for (const wanted of floatInputs(test)) {
        const backward = backwardGraph(test, [wanted]);
        assert.deepEqual([...backward.gradients.gradientOf.keys()], [wanted]);
        assert.deepEqual(deadNodes(backward), []);
        const one = await reverseGradients(test, backward);
        assert.ok(relativeError(one.get(wanted)!.data, all.get(wanted)!.data) < 1e-6);
      }
    });
  }

  it('every rule, and every operator that is written out for training, has cases', () => {
    const covered = new Set([...gradientCases.map(operatorOf), ...TESTED_APART]);
    assert.deepEqual(
      [...rules.keys(), ...writtenOut.keys()].filter((key) => !covered.has(key)),
      [],
    );
  });
});
