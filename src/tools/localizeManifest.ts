/**
 * What VS Code shows of package.json stands in package.nls.json (English) and its translations; package.json holds keys.
 * A text that somebody wrote into package.json gets the key of its place.
 */

/** Members whose value is shown to people; `tags`, ids and what language models read are not. */
const shown: ReadonlySet<string> = new Set([
  ...['title', 'name', 'displayName', 'description', 'markdownDescription', 'userDescription', 'contents'],
  ...['enumDescriptions', 'markdownEnumDescriptions'],
]);
/** Parts that hold no text for people. */
const silent: ReadonlySet<string> = new Set(['menus', 'keybindings', 'inputSchema']);

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type Manifest = { [key: string]: Json };

/**
 * Replaces the texts by keys, in place.
 * @param known texts of the keys that are there already
 * @returns the texts by key
 */
export function localizeManifest(manifest: Manifest, known: Readonly<Record<string, string>>): Record<string, string> {
  const texts: Record<string, string> = {};
  const keyed = (text: string, key: string): string => {
    const stated = /^%(.+)%$/.exec(text)?.[1];
    texts[stated ?? key] = stated === undefined ? text : known[stated];
    return `%${stated ?? key}%`;
  };
  const walk = (node: Json, place: string): void => {
    if (Array.isArray(node)) node.forEach((element, i) => walk(element, `${place}.${nameOf(element) ?? i}`));
    else if (typeof node === 'object' && node !== null) {
      for (const [name, value] of Object.entries(node)) {
        const key = `${place}.${name.replace('normscope.', '')}`;
        // the name of a tool is what it is called by
        const isText = shown.has(name) && !(name === 'name' && place.startsWith('languageModelTools'));
        if (isText && typeof value === 'string') node[name] = keyed(value, key);
        else if (isText && Array.isArray(value)) node[name] = value.map((v, i) => keyed(v as string, `${key}.${i}`));
        else if (!silent.has(name)) walk(value, key);
      }
    }
  };
  for (const name of ['contributes', 'capabilities']) {
    for (const [part, node] of Object.entries(manifest[name] as { [key: string]: Json }))
      if (!silent.has(part)) walk(node, part);
  }
  manifest.description = keyed(manifest.description as string, 'description');
  return texts;
}

/** A manifest with the texts of a language in the place of keys. */
export function withTexts<M>(manifest: M, texts: Readonly<Record<string, string>>): M {
  const text = JSON.stringify(manifest).replace(/"%([^"%]+)%"/g, (whole, key: string) =>
    key in texts ? JSON.stringify(texts[key]) : whole,
  );
  return JSON.parse(text) as M;
}

function nameOf(element: Json): string | undefined {
  if (typeof element !== 'object' || element === null || Array.isArray(element)) return undefined;
  const name = element.command ?? element.id ?? element.viewType ?? element.view ?? element.name;
  return typeof name === 'string' ? name.replace('normscope.', '') : undefined;
}
