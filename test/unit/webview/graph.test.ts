import assert from 'node:assert/strict';
import path from 'node:path';
import { openModelFile } from '../../../src/engine/nodeFolder';
import type { LayerFacts } from '../../../src/protocol/facts';
import { analyzeModel } from '../../../src/rules/analyzeModel';
import { blocksOf, type Block, type BlockTree } from '../../../webview/graph/blocks';
import { layered, nearest } from '../../../webview/graph/layered';
import { allBlocks, entered, step, type Direction } from '../../../webview/graph/navigate';
import { networkOf } from '../../../webview/graph/network';
import { heat, scaleOf } from '../../../webview/graph/measured';
import { blocksAround, columnStarts, itemAt, sceneOf, type Item, type Scene } from '../../../webview/graph/scene';
import { corpusOnnxFiles } from '../../support/corpus';
import { graphLayer, graphLayers, residualLayers } from '../../support/graphLayers';
import { modelOf, recordedState } from '../../support/recordedProfiles';

const measure = (text: string) => text.length * 6;

/** The outermost blocks: layers of runs joined by dots, "3x(...)" and "part(...)" around theirs. */
function drawn(blocks: readonly Block[], { network }: BlockTree): string {
  return blocks
    .map((block): string => {
      if (block.kind === 'run')
        return network.layers
          .slice(block.from, block.to)
          .map(({ kind }) => kind)
          .join('.');
      const [copy] = block.kind === 'repeat' ? block.children : [block];
      const inside = drawn(copy.kind === 'run' ? [copy] : copy.children, { network } as BlockTree);
      return block.kind === 'repeat' ? `${block.children.length}x(${inside})` : `part(${inside})`;
    })
    .join(' ');
}

function folded(layers: readonly LayerFacts[]): string {
  const tree = blocksOf(layers);
  return drawn(tree.blocks, tree);
}

/** Every layer is in one block of each level, and blocks follow each other. */
function assertCovers(tree: BlockTree): void {
  const covers = (blocks: readonly Block[], from: number, to: number) => {
    let at = from;
    for (const block of blocks) {
      assert.equal(block.from, at);
      assert.ok(block.to > block.from);
      if (block.kind !== 'run') covers(block.children, block.from, block.to);
      at = block.to;
    }
    assert.equal(at, to);
  };
  covers(tree.blocks, 0, tree.network.layers.length);
  const ids = [...allBlocks(tree)];
  assert.equal(new Set(ids).size, ids.length, 'ids are unique');
}

/** No two siblings overlap, children lie inside of their parent, and lines go down between the columns' turns. */
function assertPlaced({ items, pieces }: Scene, parent?: Item): void {
  items.forEach((a, i) => {
    assert.ok(Number.isFinite(a.x + a.y + a.width + a.height));
    for (const b of items.slice(i + 1, i + 40))
      assert.ok(
        a.x + a.width <= b.x + 1e-6 ||
          b.x + b.width <= a.x + 1e-6 ||
          a.y + a.height <= b.y + 1e-6 ||
          b.y + b.height <= a.y + 1e-6,
        `${a.block.id} overlaps ${b.block.id}`,
      );
    if (parent) {
      assert.ok(a.x >= parent.x && a.x + a.width <= parent.x + parent.width, `${a.block.id} sticks out of its block`);
      assert.ok(a.y >= parent.y && a.y + a.height <= parent.y + parent.height, `${a.block.id} sticks out of its block`);
    }
    assertPlaced({ items: a.children, pieces: a.pieces } as Scene, a);
  });
  for (const { points, elbow } of pieces)
    if (!elbow)
      for (let i = 3; i < points.length; i += 2) assert.ok(points[i] >= points[i - 2] - 1e-6, 'a line goes up');
}

describe('the graph of a network', () => {
  describe('folding', () => {
    it('puts a norm and an activation to the linear layer they belong to', () => {
      assert.equal(folded(graphLayers('a conv <\nb bn\nc relu\nd conv\ne relu\nf bn')), 'conv.bn.relu conv.relu.bn');
    });

    it('puts a norm that leads to the linear layer after it', () => {
      const leads = (name: string, input: string) => graphLayer(name, 'bn', [input], 'pre-activation');
      const layers = [
        graphLayer('a', 'conv', []),
        leads('b', 'a'),
        graphLayer('c', 'relu', ['b']),
        graphLayer('d', 'conv', ['c']),
        leads('e', 'd'),
        graphLayer('f', 'relu', ['e']),
        graphLayer('g', 'matmul', ['f']),
      ];
      assert.equal(folded(layers), 'conv bn.relu.conv bn.relu.matmul');
    });

    it('folds equal blocks, a residual one with its shortcut inside', () => {
      assert.equal(folded(residualLayers(8)), 'conv.bn.relu 8x(conv.bn.relu conv.bn add.relu) pool matmul');
    });

    it('puts branches between a fork and its join into a part', () => {
      const layers = graphLayers('a conv <\nb conv < a\nc bn\nd conv < a\ne add < c d\nf relu\ng matmul');
      assert.equal(folded(layers), 'part(conv conv.bn conv add.relu) matmul'.replace('part(conv ', 'conv part('));
    });

    it('tells blocks of other shapes apart', () => {
      const layers = residualLayers(4).map((layer, i) => (i < 17 ? layer : { ...layer, outputShape: ['N', 16, 2, 2] }));
      assert.match(folded(layers), /^conv\.bn\.relu 2x\(.*\) 2x\(.*\) pool matmul$/);
    });

    it('draws a damaged model: circles, inputs that are not there, names of the language', () => {
      const layers = graphLayers(
        'a conv < b nowhere\nb bn < a\n__proto__ relu < b\nconstructor conv < __proto__ constructor',
      );
      const tree = blocksOf(layers);
      assertCovers(tree);
      assert.equal(tree.network.layers.length, 4);
      for (const [at, inputs] of tree.network.inputs.entries()) assert.ok(inputs.every((input) => input < at));
      assertPlaced(sceneOf(tree, { opened: new Set(allBlocks(tree)), measure, columns: new Set() }));
    });

    it('orders branches in one piece each', () => {
      const layers = graphLayers('a conv <\nb conv < a\nc conv < a\nd relu < b\ne relu < c\nf add < d e');
      assert.deepEqual(
        networkOf(layers, 'branches').layers.map(({ id }) => id),
        ['a', 'b', 'd', 'c', 'e', 'f'],
      );
    });

    it('makes few sections of a network without a pattern', () => {
      const kinds = ['conv', 'pool', 'add', 'relu', 'odd'];
      let seed = 7;
      const lines = Array.from({ length: 3000 }, (_, i) => {
        seed = (seed * 1103515245 + 12345) % 2147483648;
        return `n${i} ${kinds[seed % 5]}${seed % 911}`;
      });
      const tree = blocksOf(graphLayers(lines.join('\n')));
      assertCovers(tree);
      assert.ok(tree.blocks.length < 120, `${tree.blocks.length} blocks`);
    });

    const resnet = corpusOnnxFiles().find((file) => path.basename(file) === 'light_resnet50.onnx');
    const densenet = corpusOnnxFiles().find((file) => path.basename(file) === 'light_densenet121.onnx');
    (resnet ? it : it.skip)(
      'folds ResNet-50 into its stages: 3, 4, 6 and 3 blocks (He et al. 2016, table 1)',
      async () => {
        const text = folded(await layersOf(resnet!));
        assert.deepEqual(text.match(/\d+x|part/g), ['part', '2x', 'part', '3x', 'part', '5x', 'part', '2x']);
      },
    );

    (densenet ? it : it.skip)(
      'folds DenseNet-121 into 6, 12, 24 and 16 layers (Huang et al. 2017, table 1)',
      async () => {
        const text = folded(await layersOf(densenet!));
        assert.deepEqual(text.match(/\d+x/g), ['6x', '12x', '24x', '16x']);
      },
    );

    it('covers every layer of real models, and draws them folded and open', async function () {
      const files = corpusOnnxFiles();
      if (!files.length) this.skip();
      this.timeout(120_000);
      let models = 0;
      for (const file of files) {
        const layers = await layersOf(file).catch(() => []);
        if (!layers.length) continue;
        models++;
        const tree = blocksOf(layers);
        assertCovers(tree);
        for (const opened of [new Set<string>(), new Set(allBlocks(tree))])
          assertPlaced(sceneOf(tree, { opened, measure, columns: new Set() }));
      }
      assert.ok(models > 50, `${models} models`);
    });
  });

  describe('places', () => {
    it('are as near to the wanted ones as order and widths allow', () => {
      assert.deepEqual(nearest([0, 0], [1, 1], [10]), [-5, 5]);
      assert.deepEqual(nearest([0, 30, 31], [1, 1, 1], [10, 10]), [0, 25.5, 35.5]);
      assert.deepEqual(nearest([0, 0], [9, 1], [10]), [-1, 9]);
    });

    it('stand in ranks: every link goes down', () => {
      const boxes = Array.from({ length: 5 }, () => ({ width: 20, height: 10 }));
      const { places, ranks, pieces } = layered(boxes, [
        [0, 1],
        [1, 2],
        [0, 3],
        [2, 4],
        [3, 4],
        [0, 4],
      ]);
      assert.deepEqual(
        ranks.map((rank) => rank.boxes.length),
        [1, 2, 1, 1],
      );
      assert.ok(places[1].y > places[0].y && places[4].y > places[2].y);
      // the link from the first to the last passes two ranks: three pieces
      assert.equal(pieces.filter(({ from, to }) => from === 0 && to === -1).length, 2);
      assert.equal(pieces.filter(({ to }) => to === 4).length, 3);
    });

    it('a chain is straight', () => {
      const boxes = [20, 50, 30].map((width) => ({ width, height: 10 }));
      const { places } = layered(boxes, [
        [0, 1],
        [1, 2],
      ]);
      assert.deepEqual(
        places.map(({ x }, i) => x + boxes[i].width / 2),
        [25, 25, 25],
      );
    });

    it('columns fill a wide window, and begin where one line goes on', () => {
      const lines = Array.from({ length: 24 }, (_, i) => `n${i} pool`);
      const layers = graphLayers(lines.join('\n')).map((layer, i) => ({ ...layer, kind: `Pool${i}` }));
      const tree = blocksOf(layers);
      const column = sceneOf(tree, { opened: new Set(), measure, columns: new Set() });
      const starts = columnStarts(column, 1200, 600);
      const scene = sceneOf(tree, { opened: new Set(), measure, columns: starts });
      assert.ok(starts.size >= 2 && scene.height < column.height / 2, `${starts.size} columns`);
      assertPlaced(scene);
    });

    it('ten thousand layers are folded and laid out at once, all open', () => {
      const { layers } = modelOf(recordedState(10_000, false));
      const begin = performance.now();
      const tree = blocksOf(layers);
      const folding = performance.now() - begin;
      const scene = sceneOf(tree, { opened: new Set(allBlocks(tree)), measure, columns: new Set() });
      const all = performance.now() - begin;
      console.log(
        `      10 000 layers: folded in ${folding.toFixed(0)} ms, laid out open in ${(all - folding).toFixed(0)} ms`,
      );
      assert.ok(all < 3000 && scene.height > 10_000);
    });
  });

  describe('the keyboard', () => {
    const tree = blocksOf(residualLayers(8));
    const repeat = tree.blocks.find(({ kind }) => kind === 'repeat')!;
    const closed = sceneOf(tree, { opened: new Set(), measure, columns: new Set() });
    const open = sceneOf(tree, { opened: new Set([repeat.id, repeat.children[0].id]), measure, columns: new Set() });
    const walk = (scene: Scene, directions: Direction[]) => {
      let here = entered(scene.items[0], 'first');
      for (const direction of directions) here = step(scene, here, direction);
      return here.layer === null ? here.item.block.id : tree.network.layers[here.layer].id;
    };

    it('goes along the lines, through folded and into open blocks', () => {
      assert.equal(walk(closed, ['down']), 'stem/bn');
      assert.equal(walk(closed, ['right', 'right', 'down']), repeat.id);
      assert.equal(walk(closed, ['right', 'right', 'down', 'down']), 'head/pool');
      assert.equal(walk(closed, ['last', 'up', 'up', 'up']), 'stem/relu');
      assert.equal(walk(open, ['right', 'right', 'down']), 'block0/conv1');
      assert.equal(walk(open, ['right', 'right', 'down', 'up']), 'stem/relu');
    });

    it('goes left and right in a run, and stays at the ends', () => {
      assert.equal(walk(closed, ['left']), 'stem/conv');
      assert.equal(walk(closed, ['right', 'left']), 'stem/conv');
      assert.equal(walk(closed, ['last', 'down']), 'head/fc');
      assert.equal(walk(closed, ['first', 'up']), 'stem/conv');
    });

    it('finds what must be opened to see a layer', () => {
      const at = tree.network.positions.get('block0/bn1')!;
      assert.deepEqual(blocksAround(tree, at), [repeat.id, repeat.children[0].id]);
      assert.equal(itemAt(closed, at)!.block.id, repeat.id);
      assert.equal(itemAt(open, at)!.block.kind, 'run');
    });
  });

  describe('colours', () => {
    it('stand on a logarithmic scale from the least to the greatest figure', () => {
      const scale = scaleOf([1e-4, null, 1, 0], true);
      assert.deepEqual(
        [1e-4, 1e-2, 1, null, 0, 5].map((value) => scale.place(value)),
        [0, 0.5, 1, null, null, 1],
      );
      assert.equal(scaleOf([3, 3], true).place(3), 0.5);
      assert.deepEqual(
        [0, 0.25, null].map((share) => scaleOf([], false).place(share)),
        [0, 0.25, null],
      );
    });

    it('are viridis: from dark violet to yellow', () => {
      assert.equal(heat(0), '#440154');
      assert.equal(heat(1), '#fde725');
      assert.match(heat(0.5), /^#[0-9a-f]{6}$/);
    });
  });
});

async function layersOf(file: string): Promise<readonly LayerFacts[]> {
  const { layers } = await analyzeModel(await openModelFile(file), file);
  return layers;
}
