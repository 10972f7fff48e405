/**
 * Links of the form `vscode://normscope.normscope/open?file=FILE&layer=LAYER`, which open the view of a model at a layer: the
 * Problems panel has no place inside of a binary file to point to. FILE is a `file:` address or an absolute path.
 */
export interface LayerLink {
  readonly file: string;
  /** Id of the layer; undefined opens the model alone. */
  readonly layer?: string;
}

export const linkPath = '/open';

/** Anybody can write a link: longer ones than any real file and layer need are not looked at. */
const LONGEST = 8192;

export function linkQuery({ file, layer }: LayerLink): string {
  const parameters = [['file', file], ...(layer === undefined ? [] : [['layer', layer]])];
  return parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
}

/** What a link asks for; undefined when it is none of ours. */
export function readLink(path: string, query: string): LayerLink | undefined {
  if (path !== linkPath || query.length > LONGEST) return undefined;
  const values = new Map<string, string>();
  for (const part of query.split('&')) {
    const at = part.indexOf('=');
    if (at > 0) values.set(part.slice(0, at), decoded(part.slice(at + 1)));
  }
  const [file, layer] = [values.get('file'), values.get('layer')];
  return file ? { file, ...(layer && { layer }) } : undefined;
}

/** A link that was written by hand may hold a sign that is not encoded. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
