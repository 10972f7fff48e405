import assert from 'node:assert/strict';
import { ModelError } from '../../../../src/ir/errors';
import { analyzeModel } from '../../../../src/rules/analyzeModel';
import { mutate, random as randomNumbers } from '../../../support/jsonMutations';
import { openTfjsGraph } from '../../../../src/formats/tfjsGraph/openTfjsGraph';
import type { Graph } from '../../../../src/ir/graph';
import type { Model } from '../../../../src/ir/model';
import {
  assertGraphAgrees,
  calls,
  floats,
  graphFunction as fn,
  graphModel,
  graphNode as n,
  int,
  ints,
  placeholder,
  random,
  type TestWeight,
} from '../../../support/tfjsGraphs';

interface Case {
  readonly nodes: Parameters<typeof graphModel>[0];
  readonly weights?: Readonly<Record<string, TestWeight>>;
  readonly functions?: readonly object[];
  /** Operators that the graph and the graphs inside it have to hold, and how many of each. */
  readonly holds: Readonly<Record<string, number>>;
}

const output = (name: string) => ({ signature: { outputs: { y: { name: `${name}:0` } } } });
const same = { strides: [1, 1, 1, 1], padding: 'SAME', data_format: 'NHWC', dilations: [1, 1, 1, 1] };
const matrix = placeholder('x', [-1, 5]);
const image = placeholder('x', [-1, 6, 7, 4]);
const frame = (isConstant: boolean, name = 'frame') => ({ frame_name: name, is_constant: isConstant });
/** Nodes that say whether the sum of the input is positive, and whether it is negative: one of them is taken each. */
const signs = [n('sum', 'Sum', ['x', 'all']), n('up', 'Greater', ['sum', 'zero']), n('down', 'Less', ['sum', 'zero'])];
const signConstants = { all: ints(0, 1), zero: floats([], [0]) };

const addOrDouble = [
  fn('add', ['a', 'b'], [n('sum', 'AddV2', ['a', 'b']), n('act', 'Relu', ['sum:z:0'])], ['act:activations:0']),
  fn('twice', ['a', 'b'], [n('sum', 'AddV2', ['a', 'a']), n('out', 'Sub', ['sum:z:0', 'b'])], ['out:z:0']),
];

/** What a loop reads from outside. */
const fromOutside = { start: 'zero_i', k: 'k' };

/** A loop of the older kind: `count` times x * 0.5 + k, with further nodes between that and the next iteration. */
function frameLoop(
  count: number,
  input: string,
  name: string,
  inner: Case['nodes'] = [],
  last = 'plus',
  outside = fromOutside,
): Case['nodes'] {
  const at = (part: string) => `${name}/${part}`;
  return [
    n(at('enter_i'), 'Enter', [outside.start], frame(false, name)),
    n(at('enter_x'), 'Enter', [input], frame(false, name)),
    n(at('enter_k'), 'Enter', [outside.k], frame(true, name)),
    n(at('merge_i'), 'Merge', [at('enter_i'), at('next_i')]),
    n(at('merge_x'), 'Merge', [at('enter_x'), at('next_x')]),
    n(at('less'), 'Less', [at('merge_i'), `n${count}`]),
    n(at('cond'), 'LoopCond', [at('less')]),
    n(at('switch_i'), 'Switch', [at('merge_i'), at('cond')]),
    n(at('switch_x'), 'Switch', [at('merge_x'), at('cond')]),
    n(at('i'), 'Identity', [`${at('switch_i')}:1`]),
    n(at('x'), 'Identity', [`${at('switch_x')}:1`]),
    n(at('none'), 'Sub', [at('i'), at('i')]),
    n(at('more'), 'AddV2', [at('i'), 'one_i']),
    n(at('half'), 'Mul', [at('x'), 'half']),
    n(at('plus'), 'AddV2', [at('half'), at('enter_k')]),
    n(at('next_i'), 'NextIteration', [at('more')]),
    ...inner,
    n(at('next_x'), 'NextIteration', [at(last)]),
    n(at('exit_x'), 'Exit', [at('switch_x')]),
  ];
}
const frameConstants = {
  zero_i: int(0),
  one_i: int(1),
  half: floats([], [0.5]),
  k: random([5], 3),
  n3: int(3),
  n4: int(4),
};

const counted = (body: Case['nodes'], results: string[], args: string[] = ['i', 'v']) => [
  fn('less', args, [n('n', 'Const', [], { dtype: { type: 3 } }), n('c', 'Less', ['i', 'n:output:0'])], ['c:z:0']),
  fn(
    'step',
    args,
    [n('one', 'Const', [], { dtype: { type: 3 } }), n('more', 'AddV2', ['i', 'one:output:0']), ...body],
    ['more:z:0', ...results],
  ),
];
const counters = { start: int(0), n: int(4), one: int(1) };
const loop = (inputs: string[]) => n('loop', 'StatelessWhile', inputs, { cond: calls('less'), body: calls('step') });

const cases: Readonly<Record<string, Case>> = {
  'a branch that the input chooses': {
    nodes: [
      matrix,
      ...signs,
      n('p', 'If', ['up', 'x', 'k'], { then_branch: calls('add'), else_branch: calls('twice') }),
      n('q', 'StatelessIf', ['down', 'x', 'k'], { then_branch: calls('add'), else_branch: calls('twice') }),
      n('y', 'Mul', ['p', 'q']),
    ],
    weights: { ...signConstants, k: random([5], 2) },
    functions: addOrDouble,
    holds: { If: 2, Relu: 2, Sub: 2 },
  },
  'a branch that a constant chooses': {
    nodes: [matrix, n('y', 'If', ['no', 'x', 'k'], { then_branch: calls('add'), else_branch: calls('twice') })],
    weights: { no: int(0), k: random([5], 2) },
    functions: addOrDouble,
    holds: { If: 0, Relu: 0, Sub: 1 },
  },
  'convolutions before, in and behind branches': {
    nodes: [
      image,
      n('sum', 'Sum', ['x', 'all']),
      n('up', 'Greater', ['sum', 'zero']),
      n('c', 'Conv2D', ['x', 'k'], same),
      n('r', 'Relu', ['c']),
      n('if', 'If', ['up', 'r', 'k2', 'k'], { then_branch: calls('conv'), else_branch: calls('plain') }),
      n('d', 'Conv2D', ['if', 'k2'], same),
      n('y', 'AddV2', ['d', 'r']),
    ],
    weights: { all: ints(0, 1, 2, 3), zero: floats([], [0]), k: random([3, 3, 4, 4], 2), k2: random([3, 3, 4, 4], 5) },
    functions: [
      fn(
        'conv',
        ['a', 'k', 'l'],
        [n('c', 'Conv2D', ['a', 'k'], same), n('r', 'Relu', ['c:output:0'])],
        ['r:activations:0'],
      ),
      fn('plain', ['a', 'k', 'l'], [n('c', 'Conv2D', ['a', 'l'], same), n('t', 'Tanh', ['c:output:0'])], ['t:y:0']),
    ],
    holds: { If: 1, Conv: 4 },
  },
  'a branch that hands an argument on': {
    nodes: [
      matrix,
      ...signs,
      n('p', 'If', ['up', 'x'], { then_branch: calls('itself'), else_branch: calls('relu') }),
      n('q', 'If', ['down', 'x'], { then_branch: calls('itself'), else_branch: calls('relu') }),
      n('y', 'AddV2', ['p', 'q']),
    ],
    weights: signConstants,
    functions: [fn('itself', ['a'], [], ['a']), fn('relu', ['a'], [n('r', 'Relu', ['a'])], ['r:activations:0'])],
    holds: { If: 2, Relu: 2 },
  },
  'a loop with a weight that does not vary': {
    nodes: [matrix, loop(['start', 'x', 'k']), n('y', 'Relu', ['loop:1'])],
    weights: { ...counters, k: random([5, 5], 4) },
    functions: counted(
      [n('m', 'MatMul', ['v', 'k']), n('t', 'Tanh', ['m:product:0']), n('k2', 'Identity', ['k'])],
      ['t:y:0', 'k2:output:0'],
      ['i', 'v', 'k'],
    ),
    holds: { Loop: 1, MatMul: 1 },
  },
  'a loop over an image': {
    nodes: [
      image,
      n('c', 'Conv2D', ['x', 'k'], same),
      loop(['start', 'c', 'k']),
      n('y', 'Conv2D', ['loop:1', 'k'], same),
    ],
    weights: { ...counters, k: random([3, 3, 4, 4], 4) },
    functions: counted(
      [n('m', 'Conv2D', ['v', 'k'], same), n('t', 'Relu', ['m:output:0'])],
      ['t:activations:0', 'k'],
      ['i', 'v', 'k'],
    ),
    holds: { Loop: 1, Conv: 3 },
  },
  'a loop that makes its variable longer': {
    nodes: [matrix, loop(['start', 'x', 'x']), n('y', 'Relu', ['loop:1'])],
    weights: { ...counters, axis: int(1) },
    functions: counted(
      [n('axis', 'Const', [], { dtype: { type: 3 } }), n('j', 'ConcatV2', ['v', 'w', 'axis:output:0'])],
      ['j:output:0', 'w'],
      ['i', 'v', 'w'],
    ),
    holds: { Loop: 1, Concat: 1 },
  },
  'a branch in a loop': {
    nodes: [matrix, ...signs, loop(['start', 'x', 'up']), n('y', 'Identity', ['loop:1'])],
    weights: { ...signConstants, ...counters, k: random([5], 2) },
    functions: [
      ...addOrDouble,
      ...counted(
        [
          n('k', 'Const', [], { dtype: { type: 1 } }),
          n('b', 'If', ['up', 'v', 'k:output:0'], { then_branch: calls('add'), else_branch: calls('twice') }),
        ],
        ['b:output:0', 'up'],
        ['i', 'v', 'up'],
      ),
    ],
    holds: { Loop: 1, If: 1 },
  },
  'Switch and Merge': {
    nodes: [
      matrix,
      ...signs,
      n('s', 'Switch', ['x', 'up']),
      n('no', 'Relu', ['s']),
      n('yes', 'Tanh', ['s:1']),
      n('more', 'AddV2', ['yes', 'k']),
      n('m', 'Merge', ['no', 'more']),
      n('s2', 'Switch', ['x', 'down']),
      n('no2', 'Relu', ['s2:0']),
      n('yes2', 'Tanh', ['s2:1']),
      n('m2', 'Merge', ['no2', 'yes2']),
      n('y', 'AddV2', ['m', 'm2']),
    ],
    weights: { ...signConstants, k: random([5], 2) },
    holds: { If: 2, Relu: 2, Tanh: 2 },
  },
  'Enter and Exit': {
    nodes: [matrix, ...frameLoop(3, 'x', 'first'), n('y', 'Relu', ['first/exit_x'])],
    weights: frameConstants,
    holds: { Loop: 1 },
  },
  'Switch and Merge in a loop of the older kind': {
    nodes: [
      matrix,
      ...frameLoop(
        4,
        'x',
        'outer',
        [
          n('early', 'Less', ['outer/i', 'one_i']),
          n('s', 'Switch', ['outer/plus', 'early']),
          n('no', 'Relu', ['s']),
          n('yes', 'Tanh', ['s:1']),
          n('outer/m', 'Merge', ['no', 'yes']),
        ],
        'm',
      ),
      n('y', 'Identity', ['outer/exit_x']),
    ],
    weights: frameConstants,
    holds: { Loop: 1, If: 1 },
  },
  'one loop of the older kind after the other': {
    nodes: [
      matrix,
      ...frameLoop(3, 'x', 'first'),
      ...frameLoop(4, 'first/exit_x', 'second'),
      n('y', 'Relu', ['second/exit_x']),
    ],
    weights: frameConstants,
    holds: { Loop: 2 },
  },
};

describe('control flow of TensorFlow.js graph models', () => {
  for (const [name, { nodes, weights, functions, holds }] of Object.entries(cases)) {
    it(`${name}: as tfjs computes it`, async () => {
      const { text, folder } = graphModel(nodes, weights, output('y'), functions);
      const model = await openTfjsGraph(folder, 'model.json', text);
      const { graph } = model;
      assert.deepEqual(model.problems, []);
      for (const [op, count] of Object.entries(holds)) assert.equal(counts(graph).get(op) ?? 0, count, op);
      await assertGraphAgrees(
        model,
        text,
        async (path) => {
          const source = await folder.open(path);
          return source.read(0, source.size);
        },
        { isDynamic: true },
      );
    });
  }

  it('finds a loop of the older kind in another, which tfjs itself does not run', async () => {
    const outside = { start: 'outer/none', k: 'outer/enter_k' };
    const inner = frameLoop(4, 'outer/plus', 'outer/inner', [], 'plus', outside);
    const loops = frameLoop(3, 'x', 'outer', inner, 'inner/exit_x');
    const { text, folder } = graphModel(
      [matrix, ...loops, n('y', 'Relu', ['outer/exit_x'])],
      frameConstants,
      output('y'),
    );
    const model = await openTfjsGraph(folder, 'model.json', text);
    assert.deepEqual(model.problems, []);
    assert.equal(counts(model.graph).get('Loop'), 2);
    const steps = Array.from({ length: 3 * (1 + 4) }, (_, i) => [
      n(`half_${i}`, 'Mul', [i === 0 ? 'x' : `plus_${i - 1}`, 'half']),
      n(`plus_${i}`, 'AddV2', [`half_${i}`, 'k']),
    ]).flat();
    const unrolled = graphModel([matrix, ...steps, n('y', 'Relu', ['plus_14'])], frameConstants, output('y'));
    const source = await unrolled.folder.open('weights.bin');
    await assertGraphAgrees(model, unrolled.text, () => source.read(0, source.size));
  });

  it('with random faults is opened or refused, and analyzed', async function () {
    this.timeout(60_000);
    const texts = Object.values(cases).map((c) => graphModel(c.nodes, c.weights, output('y'), c.functions));
    for (let seed = 0; seed < 600; seed++) {
      const next = randomNumbers(seed);
      const { text, folder } = texts[seed % texts.length];
      const model: unknown = JSON.parse(text);
      // names of other nodes and functions make cycles, calls of itself and wrong numbers of values
      const names = [...text.matchAll(/"([\w/]+(:1)?)"/g)].map((m) => m[1]);
      const strange = [null, 0, -1, '', [], {}, ...names];
      for (let times = 1 + Math.floor(next() * 4); times > 0; times--) mutate(model, next, strange);
      const mutant = JSON.stringify(model);
      try {
        const opened = await openTfjsGraph(folder, 'model.json', mutant);
        verifyNames(opened.graph);
        await analyzeModel(opened, 'model.json');
      } catch (error) {
        assert.ok(error instanceof ModelError, `${(error as Error).stack}\n${mutant}`);
      }
    }
  });

  it('puts the body of a function in place of each of its calls', async () => {
    const weights = { k: random([5], 2) };
    const called = graphModel(
      [
        matrix,
        n('first', 'PartitionedCall', ['x', 'k'], { f: calls('add') }),
        n('second', 'StatefulPartitionedCall', ['first', 'k'], { f: calls('outer') }),
        n('y', 'twice', ['second', 'k']),
      ],
      weights,
      output('y'),
      [
        ...addOrDouble,
        fn('outer', ['u', 'v'], [n('in', 'PartitionedCall', ['u', 'v'], { f: calls('twice') })], ['in:output:0']),
      ],
    );
    const flat = graphModel(
      [
        matrix,
        n('first', 'AddV2', ['x', 'k']),
        n('act', 'Relu', ['first']),
        n('twice', 'AddV2', ['act', 'act']),
        n('second', 'Sub', ['twice', 'k']),
        n('again', 'AddV2', ['second', 'second']),
        n('y', 'Sub', ['again', 'k']),
      ],
      weights,
      output('y'),
    );
    const model = await openTfjsGraph(called.folder, 'model.json', called.text);
    assert.deepEqual(model.problems, []);
    assert.equal(model.nodeCount, 5);
    const names = [...model.graph.nodes()].map((node) => node.name);
    assert.deepEqual(names, ['first/sum', 'first/act', 'second/in/sum', 'second/in/out', 'y/sum', 'y/out']);
    const origin = [...model.graph.nodes()][3].origin!;
    assert.equal(origin.layer, 'second/in/out');
    assert.match(called.text.slice(origin.offset, origin.offset + origin.length), /^\{"name":"out","op":"Sub"/);
    const source = await flat.folder.open('weights.bin');
    await assertGraphAgrees(model, flat.text, () => source.read(0, source.size));
  });

  /** What is said of a model that has to open whatever its functions are. */
  async function problemsOf(nodes: Case['nodes'], functions: readonly object[] = []): Promise<[Model, string]> {
    const { text, folder } = graphModel([matrix, ...nodes], { one: int(1) }, {}, functions);
    const begin = performance.now();
    const model = await openTfjsGraph(folder, 'model.json', text);
    assert.ok(model.graph.nodeCount < 300_000);
    assert.ok(performance.now() - begin < 20_000, 'bounded time');
    return [model, model.problems.map((p) => p.message).join('\n')];
  }
  const callOf = (name: string, of: string, input = 'x') => n(name, 'PartitionedCall', [input], { f: calls(of) });
  const body = (name: string, ...called: string[]) =>
    fn(
      name,
      ['x'],
      called.map((of, i) => callOf(`c${i}`, of, i === 0 ? 'x' : `c${i - 1}:output:0`)),
      [called.length > 0 ? `c${called.length - 1}:output:0` : 'x'],
    );

  it('refuses functions that call themselves', async () => {
    const [model, said] = await problemsOf([callOf('y', 'a')], [body('a', 'b'), body('b', 'a')]);
    assert.match(said, /PartitionedCall y is not computed: the function a calls itself/);
    assert.equal(model.graph.node(0).domain, 'tfjs');
    const step = fn(
      'step',
      ['v'],
      [n('w', 'While', ['v'], { cond: calls('go'), body: calls('step') })],
      ['w:output:0'],
    );
    const go = fn('go', ['v'], [n('c', 'Less', ['v', 'v'])], ['c:z:0']);
    const [, loops] = await problemsOf(
      [n('y', 'While', ['x'], { cond: calls('go'), body: calls('step') })],
      [go, step],
    );
    assert.match(loops, /calls itself/);
  });

  it('refuses functions that double at each level', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `f${i}`);
    const doubling = names.map((name, i) => (i < 39 ? body(name, names[i + 1], names[i + 1]) : body(name)));
    const [, said] = await problemsOf([callOf('y', 'f0')], doubling);
    assert.match(said, /too large/);
    const branching = names.map((name, i) => {
      const next = names[i + 1] ?? 'end';
      return fn(
        name,
        ['x'],
        [
          n('s', 'Less', ['x', 'x']),
          n('b', 'If', ['s:z:0', 'x'], { then_branch: calls(next), else_branch: calls(next) }),
        ],
        ['b:output:0'],
      );
    });
    const [, branches] = await problemsOf([callOf('y', 'f0')], [...branching, body('end')]);
    assert.match(branches, /too large/);
  });

  it('names 20 000 calls apart whose names begin alike', async () => {
    const name = (i: number) => `${'a'.repeat(300)}${i}`;
    const many = Array.from({ length: 20_000 }, (_, i) => callOf(name(i), 'f', i === 0 ? 'x' : name(i - 1)));
    const f = fn('f', ['x'], [n('r', 'Relu', ['x'])], ['r:activations:0']);
    const [{ graph }] = await problemsOf(many, [f]);
    assert.equal(new Set([...graph.nodes()].map((node) => node.name)).size, 20_000);
  });

  it('refuses a chain of 10 000 calls', async () => {
    const chain = Array.from({ length: 10_000 }, (_, i) => body(`f${i}`, `f${i + 1}`));
    const [, said] = await problemsOf([callOf('y', 'f0')], [...chain, body('f10000')]);
    assert.match(said, /more than 64 deep/);
  });

  it('names a function that is not there, and arguments that do not fit', async () => {
    const [, said] = await problemsOf(
      [callOf('a', 'none'), callOf('b', 'two'), n('c', 'PartitionedCall', ['x'], {}), callOf('d', '__proto__')],
      [fn('two', ['p', 'q'], [], ['p'])],
    );
    assert.match(said, /PartitionedCall a is not computed: the function none that it calls is not in the file/);
    assert.match(said, /PartitionedCall b is not computed: the function two wants more arguments/);
    assert.match(said, /PartitionedCall c is not computed: the function without a name/);
    assert.match(said, /PartitionedCall d is not computed: the function __proto__ that it calls is not in the file/);
  });

  it('leaves loops and branches open that have not the form of one', async () => {
    const [model, said] = await problemsOf([
      n('e', 'Enter', ['x'], frame(false)),
      n('m', 'Merge', ['e', 'next']),
      n('l', 'LoopCond', ['m']),
      n('s', 'Switch', ['m', 'l']),
      n('next', 'NextIteration', ['other']),
      n('p', 'Merge', ['x', 'one']),
      n('q', 'Merge', ['q', 'q']),
    ]);
    assert.match(said, /Merge/);
    assert.ok(model.graph.nodeCount > 0);
    const many = Array.from({ length: 500 }, (_, i) =>
      frameLoop(3, i === 0 ? 'x' : `l${i - 1}/exit_x`, `l${i}`),
    ).flat();
    const [long] = await problemsOf(many);
    assert.ok(long.graph.nodeCount > 500);
  });
});

/** How often each operator is in the graph and in the graphs inside it. */
function counts(graph: Graph, found = new Map<string, number>()): Map<string, number> {
  for (const node of graph.nodes()) {
    found.set(node.opType, (found.get(node.opType) ?? 0) + 1);
    for (const name of node.attributeNames) {
      const value = node.attr(name);
      if (value?.type === 'graph') counts(value.value, found);
    }
  }
  return found;
}

/** Every value has one producer in the graph and in those inside it; what a graph inside reads is in the ones around it. */
function verifyNames(graph: Graph, outer: ReadonlySet<string> = new Set()): void {
  const known = new Set(outer);
  const produce = (v: number) => {
    const name = graph.valueName(v);
    assert.ok(!known.has(name), `${name} is computed twice`);
    known.add(name);
  };
  graph.inputs.forEach(produce);
  graph.initializers.forEach(produce);
  for (const node of graph.nodes()) {
    if (node.domain === '') for (const v of node.inputs) assert.ok(v < 0 || known.has(graph.valueName(v)), node.name);
    for (const name of node.attributeNames) {
      const value = node.attr(name);
      if (value?.type === 'graph') verifyNames(value.value, known);
    }
    node.outputs.forEach(produce);
  }
}
