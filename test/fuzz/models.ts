import { readFileSync, statSync } from 'node:fs';
import * as path from 'node:path';
import { attr, floats, longs, modelBytes, node, valueInfo } from '../support/onnxModels';
import { corpusFolder, manifestEntries } from '../support/manifest';
import { tensorListCases, tensorListModel } from '../support/tensorListModels';

/** A model to damage. */
export interface Original {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly isJson: boolean;
  /** Where the files beside it are. */
  readonly folder: string;
}

const root = path.resolve(__dirname, '../..');
/** Larger files take too long to open thousands of times. */
const LARGEST = 200_000;

/** The project's own models, and those of the corpus where it is there. */
export function originals(): Original[] {
  const files = ['media/samples/sample.onnx', 'media/samples/tfjs/model.json'].map((file) => path.join(root, file));
  for (const entry of manifestEntries()) {
    const file = path.join(corpusFolder, entry.path);
    if (['onnx', 'tfjs-layers', 'tfjs-graph', 'keras-json'].includes(entry.format)) files.push(file);
  }
  const found = files
    .filter((file) => statSync(file).size <= LARGEST)
    .map((file) => ({
      name: path.relative(root, file),
      bytes: readFileSync(file),
      isJson: file.endsWith('.json'),
      folder: path.dirname(file),
    }));
  const lists = Object.keys(tensorListCases).map((name) => ({
    name,
    bytes: new TextEncoder().encode(tensorListModel(name).text),
    isJson: true,
    folder: root,
  }));
  return [{ name: 'every kind of field', bytes: manyFields(), isJson: false, folder: root }, ...lists, ...found];
}

/** Subgraphs, functions, typed, external and sparse tensors, attributes of all kinds, in few bytes. */
function manyFields(): Uint8Array {
  const body = {
    name: 'body',
    node: [node('Mul', ['norm', 'inner'], ['then'])],
    initializer: [floats('inner', [4])],
    output: [valueInfo('then')],
  };
  const entries = Object.entries({ location: 'weights.bin', offset: '0', length: '16' });
  return modelBytes(
    {
      input: [valueInfo('x', ['batch', 4, 8, 8]), valueInfo('flag', [], 9)],
      node: [
        node('Conv', ['x', 'w'], ['conv'], [attr.ints('pads', [1, 1, 1, 1]), attr.int('group', 1)]),
        node('BatchNormalization', ['conv', 'scale', 'bias', 'bias', 'scale'], ['norm'], [attr.float('epsilon', 1e-5)]),
        node('If', ['flag'], ['chosen'], [attr.graph('then_branch', body), attr.graph('else_branch', body)]),
        node('Constant', [], ['shape'], [attr.tensor('value', longs('', [2], [-1, 256]))]),
        node('Reshape', ['chosen', 'shape'], ['flat']),
        { ...node('Own', ['flat'], ['own'], [attr.string('mode', 'a'), attr.float('alpha', 0.5)]), domain: 'own' },
        node('Gemm', ['own', 'external'], ['y']),
      ],
      initializer: [
        floats('w', [4, 4, 3, 3]),
        floats('scale', [4]),
        { name: 'bias', dims: [4], dataType: 1, floatData: [1, 2, 3, 4] },
        {
          name: 'external',
          dims: [2, 2],
          dataType: 1,
          dataLocation: 1,
          externalData: entries.map(([key, value]) => ({ key, value })),
        },
      ],
      sparseInitializer: [{ dims: [4], values: floats('sparse', [2]), indices: longs('', [2], [0, 3]) }],
      valueInfo: [valueInfo('conv', ['batch', 4, 8, 8])],
      output: [valueInfo('y', ['batch', 2])],
    },
    {
      metadataProps: [{ key: 'author', value: 'x' }],
      functions: [
        {
          name: 'Own',
          domain: 'own',
          input: ['a'],
          output: ['b'],
          attribute: ['alpha'],
          node: [node('LeakyRelu', ['a'], ['b'], [attr.reference('alpha', 'alpha')])],
          opsetImport: [{ domain: '', version: 18 }],
        },
      ],
      opsetImport: [
        { domain: '', version: 18 },
        { domain: 'own', version: 1 },
      ],
    },
  );
}
