import assert from 'node:assert/strict';
import { attribute } from '../../../src/ir/attribute';
import { MutableGraph } from '../../../src/ir/mutableGraph';
import { missingTensor } from '../../../src/ir/tensor';
import { verifyGraph } from '../../../src/ir/verifyGraph';
import { fed, feedsOf, graphOf, held, ints, operatorCase, operatorCases, values } from '../../support/operatorCases';
import { runGraph } from '../../support/runGraph';

const { int, ints: list } = attribute;
const image = fed([2, 3, 8, 8]);
const vector = (n: number) => held(fed([n]));

/** Calls that ONNX Runtime refuses, at the latest when it runs, and what is said of them. */
const broken = [
  [operatorCase(18, 'Conv', [image, held(fed([4, 5, 3, 3]))]), /3 input channels.* wants 5/],
  [operatorCase(18, 'Conv', [image, held(fed([4, 3, 3, 3])), vector(5)]), /4 channels.* \[5\]/],
  [operatorCase(18, 'Conv', [image, held(fed([4, 3, 9, 3]))]), /window of 9 over 8/],
  [
    operatorCase(18, 'Conv', [fed([2, 4, 8, 8]), held(fed([3, 2, 3, 3]))], { group: int(2) }),
    /3 output channels into 2/,
  ],
  [operatorCase(18, 'ConvTranspose', [image, held(fed([4, 5, 3, 3]))]), /3 input channels.* wants 4/],
  [operatorCase(18, 'Gemm', [fed([2, 3]), held(fed([4, 5]))]), /3 input features.* wants 4/],
  [operatorCase(18, 'Gemm', [fed([2, 3]), held(fed([3, 5])), vector(4)]), /bias \[4\] to a result \[2,5\]/],
  [operatorCase(18, 'MatMul', [fed([2, 3, 4]), fed([5, 6])]), /4 columns meet 5 rows/],
  [operatorCase(18, 'MatMul', [fed([2, 3, 4]), fed([3, 4, 6])]), /do not fit/],
  [operatorCase(18, 'Add', [fed([2, 3]), fed([2])]), /do not fit: \[2,3\] and \[2\]/],
  [operatorCase(18, 'Add', [fed([2]), values('int64', [1, 2])]), /mixes the types float32, int64$/],
  [operatorCase(18, 'BatchNormalization', [image, vector(3), vector(4), vector(3), vector(3)]), /3 channels.* \[4\]/],
  [operatorCase(18, 'InstanceNormalization', [image, vector(3), vector(2)]), /3 channels.* \[2\]/],
  [operatorCase(18, 'LayerNormalization', [fed([2, 3]), vector(2)]), /normalizes \[2,3\].* \[2\]/],
  [operatorCase(18, 'MaxPool', [image], { kernel_shape: list([9, 2]) }), /window of 9 over 8/],
  [operatorCase(18, 'Concat', [fed([2, 3]), fed([3, 3])], { axis: int(1) }), /\[2,3\] and \[3,3\] along axis 1/],
  [operatorCase(18, 'Reshape', [fed([2, 3]), ints(4, 2)]), /makes \[4,2\] of the elements of \[2,3\]/],
  [operatorCase(18, 'Reshape', [fed([2, 3]), ints(4, -1)]), /cannot make \[4,-1\]/],
  [operatorCase(18, 'Transpose', [fed([2, 3])], { perm: list([0, 0]) }), /axes of \[2,3\] by \[0,0\]/],
  [operatorCase(18, 'Conv', [image]), /input 1 is left out/],
] as const;

describe('verifyGraph', () => {
  for (const [c, expected] of broken) {
    it(`names a ${c.opType} that cannot run: ${expected.source}`, async () => {
      const graph = graphOf(c);
      const problems = verifyGraph(graph);
      assert.equal(problems.length, 1, JSON.stringify(problems));
      assert.match(problems[0].message, expected);
      assert.match(problems[0].message, new RegExp(`^${c.opType} `));
      assert.deepEqual(problems[0].place, { node: c.opType });
      // A pooling whose window does not fit runs, and yields nothing.
      if (c.opType === 'MaxPool') assert.equal((await runGraph(graphOf(c), feedsOf(c))).y0.data.length, 0);
      else await assert.rejects(runGraph(graphOf(c), feedsOf(c)));
    });
  }

  it('has nothing against calls that run', () => {
    for (const c of operatorCases) assert.deepEqual(verifyGraph(graphOf(c)), [], `${c.opType}-${c.opset}`);
  });

  it('finds values that are computed twice, never or too late', () => {
    const g = new MutableGraph();
    g.opsets.set('', 18);
    g.addInput('x', { kind: 'tensor', dtype: 'float32', shape: [2] });
    g.addInitializer(missingTensor('w', 'float32', [2]));
    g.addNode('Add', ['x', 'late'], {}, { outputs: ['a'], name: 'first' });
    g.addNode('Relu', ['x'], {}, { outputs: ['late'], name: 'second' });
    g.addNode('Relu', ['x'], {}, { outputs: ['w'], name: 'third' });
    g.addNode('Relu', ['nowhere'], {}, { outputs: ['b'] });
    g.addOutput('gone');
    assert.deepEqual(
      verifyGraph(g).map(({ code, place }) => [code, place?.node]),
      [
        ['read-before-computed', 'first'],
        ['computed-twice', 'third'],
        ['undefined-value', 'b'],
        ['undefined-value', undefined],
      ],
    );
  });

  it('counts what subgraphs read', () => {
    const branch = new MutableGraph();
    branch.addNode('Relu', ['outer'], {}, { outputs: ['r'] });
    branch.addOutput('r');
    const body = { type: 'graph', value: branch.freeze() } as const;
    const g = new MutableGraph();
    g.opsets.set('', 18);
    g.addInput('c', { kind: 'tensor', dtype: 'bool', shape: [] });
    g.addNode('If', ['c'], { then_branch: body, else_branch: body }, { outputs: ['y'], name: 'if' });
    g.addOutput('y');
    assert.deepEqual(
      verifyGraph(g).map(({ message }) => message),
      ['If reads outer, which nothing computes'],
    );
    g.addInput('outer', { kind: 'tensor', dtype: 'float32', shape: [2] });
    assert.deepEqual(verifyGraph(g), []);
  });
});
