import assert from 'node:assert/strict';
import { graphHash } from '../../../src/formats/graphHash';
import { attribute, type Attribute } from '../../../src/ir/attribute';
import { MutableGraph } from '../../../src/ir/mutableGraph';
import { float32Tensor, int64Tensor, missingTensor, type Tensor } from '../../../src/ir/tensor';

interface Parts {
  readonly opType?: string;
  readonly name?: string;
  readonly weight?: Tensor;
  readonly attributes?: Record<string, Attribute>;
  readonly shape?: number[];
  readonly opset?: number;
}

function hash(parts: Parts = {}): string {
  const {
    opType = 'Conv',
    name = 'c',
    weight = float32Tensor('w', [4, 3], new Float32Array(12)),
    attributes = {},
    shape = [2, 3],
    opset = 18,
  } = parts;
  const graph = new MutableGraph();
  graph.opsets.set('', opset);
  graph.addInput('x', { kind: 'tensor', dtype: 'float32', shape });
  graph.addInitializer(weight);
  graph.addOutput(graph.add(opType, ['x', weight.name], attributes, { name, outputs: ['y'] }));
  return graphHash(graph.freeze());
}

describe('graphHash', () => {
  it('is the same for the same graph, 16 hex digits', () => {
    assert.equal(hash(), hash());
    assert.match(hash(), /^[0-9a-f]{16}$/);
  });

  it('does not change with the values of weights, nor when they are missing', () => {
    assert.equal(hash({ weight: float32Tensor('w', [4, 3], new Float32Array(12).fill(5)) }), hash());
    assert.equal(hash({ weight: missingTensor('w', 'float32', [4, 3]) }), hash());
  });

  it('changes with everything that the graph says', () => {
    const others = [
      hash({ opType: 'Gemm' }),
      hash({ name: 'd' }),
      hash({ weight: float32Tensor('w', [3, 4], new Float32Array(12)) }),
      hash({ weight: float32Tensor('v', [4, 3], new Float32Array(12)) }),
      hash({ weight: int64Tensor('w', [2], [1, 2]) }),
      hash({ weight: int64Tensor('w', [2], [1, 3]) }),
      hash({ attributes: { a: attribute.int(1) } }),
      hash({ attributes: { a: attribute.int(2 ** 40 + 1) } }),
      hash({ attributes: { a: attribute.int(2 ** 41 + 1) } }),
      hash({ attributes: { a: attribute.float(1) } }),
      hash({ attributes: { a: attribute.float(1e-5) } }),
      hash({ attributes: { a: attribute.float(1.5e-5) } }),
      hash({ attributes: { a: attribute.ints([1]) } }),
      hash({ attributes: { a: attribute.ints([1, 1]) } }),
      hash({ attributes: { a: attribute.string('x') } }),
      hash({ attributes: { b: attribute.string('x') } }),
      hash({ shape: [3, 2] }),
      hash({ opset: 17 }),
    ];
    assert.equal(new Set([hash(), ...others]).size, others.length + 1);
  });
});
