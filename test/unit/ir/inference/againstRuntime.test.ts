import assert from 'node:assert/strict';
import type { Dim } from '../../../../src/ir/graph';
import { inferTypes } from '../../../../src/ir/inferTypes';
import { feedsOf, graphOf, operatorCases } from '../../../support/operatorCases';
import { runGraph } from '../../../support/runGraph';

/** Sizes that depend on the values fed, which inference cannot know. */
const DATA_DEPENDENT = new Set(['NonZero']);

describe('inference against ONNX Runtime', () => {
  for (const c of operatorCases) {
    const dims = c.operands.map((o) => (o ? `[${o.dims}]` : '-')).join(' ');
    it(`${c.opType}-${c.opset} ${dims} {${Object.keys(c.attributes)}}`, async () => {
      const actual = await runGraph(graphOf(c), feedsOf(c));
      const inferred = inferTypes(graphOf(c));
      for (const [name, { type, dims }] of Object.entries(actual)) {
        const said = inferred.get(name);
        assert.equal(said?.dtype, type, `element type of ${name}`);
        if (!DATA_DEPENDENT.has(c.opType)) assert.deepEqual(said?.shape, dims, name);
      }

      // With symbols in place of all fed sizes, whatever inference says must hold for the sizes that were fed.
      const symbolic = graphOf(c);
      const sizes = new Map<string, number>();
      for (const input of symbolic.inputs) {
        const shape = input.type.shape!.map((d, axis) => {
          sizes.set(`${input.name}.${axis}`, d as number);
          return `${input.name}.${axis}`;
        });
        input.type = { ...input.type, shape };
      }
      const open = inferTypes(symbolic);
      for (const [name, { type, dims }] of Object.entries(actual)) {
        const said = open.get(name);
        if (said?.dtype !== undefined) assert.equal(said.dtype, type);
        if (said?.shape === undefined) continue;
        const value = (d: Dim, axis: number) => (typeof d === 'string' ? sizes.get(d) : (d ?? dims[axis]));
        assert.deepEqual(said.shape.map(value), dims, `${name} is said to be [${said.shape}]`);
      }
    });
  }
});
