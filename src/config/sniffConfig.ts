import { createScanner } from 'jsonc-parser';

/**
 * Model descriptions that are read as text: a TensorFlow.js layers or graph model, one of the two whose description lies behind
 * its long list of weights, or the architecture of a Keras model.
 */
export type ConfigKind = 'tfjs-layers' | 'tfjs-graph' | 'tfjs' | 'keras';

const OPEN_BRACE = 1;
const CLOSE_BRACE = 2;
const OPEN_BRACKET = 3;
const CLOSE_BRACKET = 4;
const COLON = 6;
const STRING = 10;
const END = 17;

/** Where the description of a model may begin: keys from the top of the file down to class_name and config. */
const modelPaths: ReadonlyMap<string, ConfigKind> = new Map([
  ['', 'keras'],
  ['model_config', 'keras'],
  ['modelTopology', 'tfjs-layers'],
  ['modelTopology/model_config', 'tfjs-layers'],
]);
const modelClasses: ReadonlySet<string> = new Set(['Sequential', 'Model', 'Functional']);

/** Keys that tell a graph by its nodes, or by the functions that some write before them. */
const graphKeys: ReadonlySet<string> = new Set([
  'modelTopology/node[]//op',
  'modelTopology/node[]//attr',
  'modelTopology/node[]//input',
  'modelTopology/library/function',
]);
/** What an entry of a weightsManifest states. */
const MANIFEST_WEIGHTS = 'weightsManifest[]//weights';

/** A model is found within the first few levels; what lies deeper is skipped. */
const DEEPEST_KEY = 4;

/**
 * What the beginning of a JSON text describes, if it is a model; undefined for every other file. Meant to be asked of every
 * JSON document that is opened: files without the word are done after one search, and no text makes it throw.
 * @param prefix the first 64 KB or so; it may end anywhere
 */
export function sniffConfig(prefix: string): ConfigKind | undefined {
  if (!/class_name|layers-model|graph-model|modelTopology|weightsManifest/.test(prefix)) return undefined;
  const start = /^[\s\ufeff]*/.exec(prefix)![0].length;
  if (prefix[start] === '"') return describesModel(prefix) ? 'keras' : undefined;
  return prefix[start] === '{' ? sniffObject(prefix.slice(start)) : undefined;
}

function sniffObject(text: string): ConfigKind | undefined {
  const scanner = createScanner(text, true);
  const path: string[] = [];
  let depth = 0;
  let key = '';
  let hasManifest = false;
  let kind: number = scanner.scan();
  while (kind !== END) {
    if (kind === OPEN_BRACE || kind === OPEN_BRACKET) {
      if (depth > 0 && depth <= DEEPEST_KEY) path[depth - 1] = kind === OPEN_BRACE ? key : `${key}[]`;
      depth++;
      key = '';
    } else if (kind === CLOSE_BRACE || kind === CLOSE_BRACKET) {
      depth--;
      key = '';
    } else if (kind === STRING && depth > 0 && depth <= DEEPEST_KEY) {
      const text = scanner.getTokenValue();
      kind = scanner.scan();
      const where = path.slice(0, depth - 1).join('/');
      if (kind !== COLON) {
        const found = judge(where, key, text);
        if (found !== undefined) return found;
        key = '';
        continue;
      }
      key = text;
      // the list of layers says more than any class: models may be of a class of their own
      const model = where.endsWith('config') ? where.replace(/\/?config$/, '') : undefined;
      const isList = key === 'layers' && model !== undefined && !model.endsWith('model_');
      if (isList && modelPaths.has(model)) return modelPaths.get(model);
      if (graphKeys.has(`${where}/${key}`)) return 'tfjs-graph';
      if (`${where}/${key}` === MANIFEST_WEIGHTS) hasManifest = true;
    }
    kind = scanner.scan();
  }
  // the text ended before its description of the model came
  return hasManifest && depth > 0 ? 'tfjs' : undefined;
}

/** What a member with a string as its value says. */
function judge(where: string, key: string, value: string): ConfigKind | undefined {
  if (where === '' && key === 'format' && value === 'layers-model') return 'tfjs-layers';
  if (where === '' && key === 'format' && value === 'graph-model') return 'tfjs-graph';
  const kind = modelPaths.get(where);
  if (kind === undefined) return undefined;
  if (key === 'class_name' && modelClasses.has(value)) return kind;
  // the model encoded once more, as a string
  if (key === 'model_config' && describesModel(value)) return kind;
  return key === 'modelTopology' && describesModel(value) ? 'tfjs-layers' : undefined;
}

/** For JSON inside a string: its quotes have backslashes before them. */
function describesModel(text: string): boolean {
  return (
    text.includes('class_name') && /config\\{0,7}"\s{0,9}:/.test(text) && /layers\\{0,7}"\s{0,9}:|Sequential/.test(text)
  );
}
