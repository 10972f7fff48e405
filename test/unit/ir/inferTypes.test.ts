import assert from 'node:assert/strict';
import { attribute } from '../../../src/ir/attribute';
import { inferTypes } from '../../../src/ir/inferTypes';
import { MutableGraph } from '../../../src/ir/mutableGraph';
import { float32Tensor, int64Tensor, missingTensor } from '../../../src/ir/tensor';

/** conv -> bn -> relu -> pool -> flatten (through Shape, Gather, Concat, Reshape as PyTorch writes it) -> gemm. */
function smallNetwork(batch: number | string): MutableGraph {
  const g = new MutableGraph();
  g.opsets.set('', 11);
  g.addInput('x', { kind: 'tensor', dtype: 'float32', shape: [batch, 3, 32, 32] });
  g.addInitializer(missingTensor('w', 'float32', [8, 3, 3, 3]));
  g.addInitializer(missingTensor('fc', 'float32', [10, 8 * 16 * 16]));
  for (const p of ['scale', 'shift', 'mean', 'var']) g.addInitializer(float32Tensor(p, [8], new Array(8).fill(1)));
  g.addInitializer(int64Tensor('zero', [], [0]));
  g.addInitializer(int64Tensor('rest', [1], [-1]));
  g.addNode('Conv', ['x', 'w'], { pads: attribute.ints([1, 1, 1, 1]) }, { outputs: ['conv'] });
  g.addNode('BatchNormalization', ['conv', 'scale', 'shift', 'mean', 'var'], {}, { outputs: ['bn'] });
  g.addNode('Relu', ['bn'], {}, { outputs: ['relu'] });
  const window = { kernel_shape: attribute.ints([2, 2]), strides: attribute.ints([2, 2]) };
  g.addNode('MaxPool', ['relu'], window, { outputs: ['pool'] });
  g.addNode('Shape', ['pool'], {}, { outputs: ['shape'] });
  g.addNode('Gather', ['shape', 'zero'], {}, { outputs: ['n'] });
  g.addNode('Unsqueeze', ['n'], { axes: attribute.ints([0]) }, { outputs: ['n1'] });
  g.addNode('Concat', ['n1', 'rest'], { axis: attribute.int(0) }, { outputs: ['target'] });
  g.addNode('Reshape', ['pool', 'target'], {}, { outputs: ['flat'] });
  g.addNode('Gemm', ['flat', 'fc'], { transB: attribute.int(1) }, { outputs: ['y'] });
  g.addOutput('y', { kind: 'tensor', dtype: 'float32', shape: [batch, 10] });
  return g;
}

describe('inferTypes', () => {
  it('follows sizes through convolutions, norms, pools and shapes computed from shapes', () => {
    const types = inferTypes(smallNetwork(4));
    assert.deepEqual(types.get('conv')?.shape, [4, 8, 32, 32]);
    assert.deepEqual(types.get('pool')?.shape, [4, 8, 16, 16]);
    assert.deepEqual(types.get('flat')?.shape, [4, 2048]);
    assert.deepEqual(types.get('y'), { kind: 'tensor', dtype: 'float32', shape: [4, 10] });
  });

  it('carries a symbolic batch by name and leaves no size unknown', () => {
    const types = inferTypes(smallNetwork('N'));
    assert.deepEqual(types.get('flat')?.shape, ['N', 2048]);
    assert.deepEqual(types.get('y')?.shape, ['N', 10]);
  });

  it('makes everything static with a given batch, over a symbol and over another size', () => {
    for (const declared of ['N', 1]) {
      const types = inferTypes(smallNetwork(declared), new Map([['x', [8, 3, 32, 32]]]));
      assert.deepEqual(types.get('relu')?.shape, [8, 8, 32, 32]);
      assert.deepEqual(types.get('y')?.shape, [8, 10]);
    }
  });

  it('follows the sizes of an upsampled picture through floats, as exporters write them', () => {
    const g = new MutableGraph();
    g.opsets.set('', 11);
    g.addInput('x', { kind: 'tensor', dtype: 'float32', shape: ['N', 3, 'H', 20] });
    for (const [name, values] of [
      ['start', [2]],
      ['end', [4]],
      ['zero', [0]],
      ['two', [2]],
    ] as const)
      g.addInitializer(int64Tensor(name, [1], values));
    g.addInitializer(float32Tensor('scale', [2], [2, 1.5]));
    g.addInitializer(float32Tensor('none', [0], []));
    g.addNode('Shape', ['x'], {}, { outputs: ['shape'] });
    g.addNode('Slice', ['shape', 'start', 'end'], {}, { outputs: ['size'] });
    g.addNode('Slice', ['shape', 'zero', 'two'], {}, { outputs: ['head'] });
    g.addNode('Cast', ['size'], { to: attribute.int(1) }, { outputs: ['floats'] });
    g.addNode('Mul', ['floats', 'scale'], {}, { outputs: ['scaled'] });
    g.addNode('Floor', ['scaled'], {}, { outputs: ['floored'] });
    g.addNode('Cast', ['floored'], { to: attribute.int(7) }, { outputs: ['wanted'] });
    g.addNode('Concat', ['head', 'wanted'], { axis: attribute.int(0) }, { outputs: ['sizes'] });
    g.addNode('Resize', ['x', 'none', 'none', 'sizes'], {}, { outputs: ['y'] });
    g.addOutput('y');
    assert.deepEqual(inferTypes(g).get('y')?.shape, ['N', 3, null, 30]);
    const known = new Map([['x', [2, 3, 10, 20]]]);
    assert.deepEqual(inferTypes(g, known).get('y')?.shape, [2, 3, 20, 30]);
  });

  it('resolves -1 in Reshape against symbols and partly known targets', () => {
    const g = new MutableGraph();
    g.opsets.set('', 18);
    g.addInput('x', { kind: 'tensor', dtype: 'float32', shape: ['N', 'T', 3, 4] });
    g.addInitializer(int64Tensor('keep', [3], [0, 0, -1]));
    g.addInitializer(int64Tensor('flat', [2], [-1, 12]));
    g.addNode('Reshape', ['x', 'keep'], {}, { outputs: ['a'] });
    g.addNode('Reshape', ['x', 'flat'], {}, { outputs: ['b'] });
    const types = inferTypes(g);
    assert.deepEqual(types.get('a')?.shape, ['N', 'T', 12]);
    assert.deepEqual(types.get('b')?.shape, [null, 12]);
  });

  it('says the same of the frozen form', () => {
    const g = smallNetwork('N');
    assert.deepEqual(inferTypes(g.freeze()), inferTypes(g));
  });

  it('takes declared types where it does not know the operator, with the batch exchanged', () => {
    const g = new MutableGraph();
    g.opsets.set('', 18);
    g.addInput('x', { kind: 'tensor', dtype: 'float32', shape: [1, 4] });
    g.addNode('Mystery', ['x'], {}, { outputs: ['a'], domain: 'example' });
    g.addNode('Mystery', ['x'], {}, { outputs: ['b'], domain: 'example' });
    g.addNode('Relu', ['a'], {}, { outputs: ['y'] });
    g.valueTypes.set('a', { kind: 'tensor', dtype: 'float32', shape: [1, 7] });
    g.addOutput('y');
    assert.deepEqual(inferTypes(g).get('y')?.shape, [1, 7]);
    const types = inferTypes(g, new Map([['x', [5, 4]]]));
    assert.deepEqual(types.get('y')?.shape, [5, 7]);
    assert.deepEqual(types.get('b'), { kind: 'unknown', dtype: undefined, shape: undefined });
  });
});
