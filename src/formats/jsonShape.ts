/** What a JSON file is, judged by its keys. */
export type JsonKind =
  | 'tfjs-layers'
  | 'tfjs-graph'
  | 'keras'
  | 'weights-manifest'
  /** Settings of a model in another library's words, without layers. */
  | 'model-settings'
  | 'other-json';

/**
 * Says what a JSON text is from the keys of its two outermost levels, without building it: files of many megabytes are told apart
 * in the time it takes to skip over them. The text need not be well formed; who reads it on reports that.
 */
export function sniffJson(text: string): JsonKind {
  const start = text.search(/[^\s\ufeff]/);
  if (text[start] === '"') return /\\?"class_name\\?"\s*:/.test(text.slice(0, 1000)) ? 'keras' : 'other-json';
  const seen = new Set<string>();
  for (const key of outerKeys(text, start)) {
    seen.add(key);
    const kind = decide(key, seen);
    if (kind) return kind;
  }
  if (seen.has('architectures') || seen.has('model_type') || seen.has('hidden_size')) return 'model-settings';
  return 'other-json';
}

function decide(key: string, seen: ReadonlySet<string>): JsonKind | undefined {
  switch (key) {
    case 'format=graph-model':
    case 'modelTopology.node':
      return 'tfjs-graph';
    case 'format=layers-model':
    case 'modelTopology.model_config':
    case 'modelTopology.class_name':
    case 'modelTopology.config':
    case 'modelTopology=': // a text: it was encoded twice, and the reader of layers models decodes it
      return 'tfjs-layers';
    case 'model_config.class_name':
    case 'model_config=': // likewise a text, as HDF5 files of Keras hold it
    case 'config.layers':
      return 'keras';
  }
  if (seen.has('class_name') && seen.has('config')) return 'keras';
  if (seen.has('node') && seen.has('versions')) return 'tfjs-graph';
  if (seen.has('[].weights') && seen.has('[].paths')) return 'weights-manifest';
  return undefined;
}

/**
 * Keys of the outermost object, `key.inner` for those of the objects in it, `[].inner` for those of objects in an outermost array,
 * and `key=text` for texts (long ones without the text).
 */
function* outerKeys(text: string, start: number): Iterable<string> {
  let depth = 0;
  let outer = text[start] === '[' ? '[]' : '';
  let isKey = false;
  for (let i = start; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x7b: // {
        depth++;
        isKey = true;
        break;
      case 0x5b: // [
        depth++;
        isKey = false;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        depth--;
        break;
      case 0x2c: // ,
        isKey = depth === 1 || depth === 2;
        break;
      case 0x3a: // :
        isKey = false;
        break;
      case 0x22: {
        const end = endOfString(text, i);
        if (depth === 1 || depth === 2) {
          const string = end - i <= 64 ? text.slice(i + 1, end) : '';
          const named = isKey && /^\s*:/.test(text.slice(end + 1, end + 20));
          if (named && depth === 1) {
            outer = string;
            yield string;
          } else if (named) yield `${outer}.${string}`;
          else if (depth === 1) yield `${outer}=${end - i <= 24 ? string : ''}`;
        }
        i = end;
        break;
      }
    }
  }
}

function endOfString(text: string, start: number): number {
  for (let i = start; ;) {
    i = text.indexOf('"', i + 1);
    if (i < 0) return text.length;
    let backslashes = 0;
    while (text.charCodeAt(i - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return i;
  }
}
