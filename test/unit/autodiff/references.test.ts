import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { differentiate } from '../../../src/autodiff/differentiate';
import { inferTypes } from '../../../src/ir/inferTypes';
import { parseGraph } from '../../../src/ir/textForm';
import { lowerPrivateOperators } from '../../../src/variants/lowerPrivate';
import { toOpset18 } from '../../../src/variants/toOpset18';
import { toTrainingForm } from '../../../src/variants/trainingForm';
import { encode } from '../../support/encode';
import { nativeEngine, wasmEngine } from '../../support/engines';
import { relativeError } from '../../support/finiteDifferences';
import { floats, longs } from '../../support/runGraph';

const folder = join(__dirname, '../../references');

interface Packed {
  readonly shape: readonly number[];
  /** float32, little-endian, in base64. */
  readonly floats?: string;
  readonly integers?: readonly number[];
}

/** What test/references/make.py writes. */
interface Reference {
  readonly network: readonly string[];
  readonly inputs: Readonly<Record<string, Packed>>;
  readonly loss: number;
  readonly gradients: Readonly<Record<string, Packed>>;
}

function unpack({ floats }: Packed): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(floats!, 'base64')).buffer);
}

/** Gradients of whole networks as PyTorch computes them in double precision: nothing of ours has a hand in them. */
describe('gradients of every weight, against PyTorch', () => {
  // references of other kinds stand in the folder too
  const references = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({ name, read: JSON.parse(readFileSync(join(folder, name), 'utf8')) as Partial<Reference> }))
    .flatMap(({ name, read }) => (read.network === undefined ? [] : [{ name, reference: read as Reference }]));

  it('are there for a network of each kind', () => assert.ok(references.length >= 4));

  for (const { name, reference } of references) {
    it(name.replace('.json', ''), async () => {
      const graph = parseGraph(reference.network.join('\n')).toMutable();
      toOpset18(graph);
      toTrainingForm(graph);
      const wrt = Object.keys(reference.gradients);
      const { gradientOf, cuts } = differentiate(graph, inferTypes(graph), { loss: 'loss', wrt });
      assert.deepEqual(cuts, []);
      for (const gradient of gradientOf.values()) graph.addOutput(gradient);
      lowerPrivateOperators(graph);
      const feeds = Object.fromEntries(
        Object.entries(reference.inputs).map(([name, packed]) => [
          name,
          packed.integers ? longs(packed.shape, packed.integers) : floats(packed.shape, unpack(packed)),
        ]),
      );
      const model = await encode(graph);
      for (const engine of [nativeEngine, wasmEngine]) {
        const session = await engine.load(model);
        const results = await session.run(feeds);
        await session.release();
        const loss = Number(results.loss.data[0]);
        assert.ok(Math.abs(loss - reference.loss) < 1e-5 * reference.loss, `${engine.name}: loss ${loss}`);
        for (const [name, expected] of Object.entries(reference.gradients)) {
          const gradient = results[gradientOf.get(name)!];
          assert.deepEqual(gradient.dims, expected.shape, name);
          const error = relativeError(gradient.data as Float32Array, unpack(expected));
          assert.ok(error < 1e-4, `${name}, ${engine.name}: ${error}`);
        }
      }
    });
  }
});
