import type { Span } from '../formats/tfjs/jsonIndex';
import type { StatedLayer } from '../formats/tfjs/statedLayers';
import type { ConfigDocument } from './configDocument';
import { kerasNorms } from './kerasNorms';

/**
 * What is wrong with a setting of a norm in a model text. It does the work of a JSON schema, which goes by a file's name: that would
 * judge every `model.json` there is, and know nothing of a model by another name.
 */
export type SettingProblem = { readonly span: Span; readonly key: string; readonly className: string } & (
  { readonly kind: 'momentum' | 'epsilon' | 'flag' | 'groups' } | { readonly kind: 'misspelt'; readonly meant: string }
);

type Check = readonly [kind: 'momentum' | 'epsilon' | 'flag' | 'groups', isRight: (value: unknown) => boolean];

const isFlag = (value: unknown) => typeof value === 'boolean';

/** What keras.layers takes; axes are judged with the shapes that they are of, where the model is read. */
const checks: Readonly<Record<string, Check>> = {
  momentum: ['momentum', (value) => typeof value === 'number' && value >= 0 && value <= 1],
  epsilon: ['epsilon', (value) => typeof value === 'number' && value >= 0],
  center: ['flag', isFlag],
  scale: ['flag', isFlag],
  groups: ['groups', (value) => Number.isInteger(value) && (value === -1 || Number(value) >= 1)],
};

/** Layers that were looked at and are in order: an edit leaves all but one as they were. */
const flawless = new WeakSet<StatedLayer['definition']>();

/** Settings of norms with values that their class does not take, and those whose name is nearly one that is missing. */
export function settingProblems(config: ConfigDocument): SettingProblem[] {
  const found: SettingProblem[] = [];
  for (const layer of config.layers) {
    const { className, definition } = layer;
    if (flawless.has(definition)) continue;
    const known = kerasNorms.get(className)?.settings.map(([key]) => key);
    if (known === undefined) continue;
    const stated = definition.config;
    const wrong = known.filter((key) => key in checks && Object.hasOwn(stated, key) && !isRight(key, stated[key]));
    const missing = known.filter((key) => !Object.hasOwn(stated, key));
    const misspelt = new Map(
      Object.keys(stated).flatMap((key) => {
        const meant = known.includes(key) ? undefined : missing.find((name) => isNearly(key, name));
        return meant === undefined ? [] : [[key, meant] as const];
      }),
    );
    if (wrong.length === 0 && misspelt.size === 0) {
      flawless.add(definition);
      continue;
    }
    // members of the config come behind those of the layer: of a name that both have, the config's is meant
    const members = new Map(config.settingsOf(layer).map((member) => [member.name, member]));
    for (const [name, { key, value }] of members) {
      const meant = misspelt.get(name);
      if (meant !== undefined) found.push({ kind: 'misspelt', span: key, key: name, className, meant });
      else if (wrong.includes(name)) found.push({ kind: checks[name][0], span: value, key: name, className });
    }
  }
  return found;
}

/** Keras and TensorFlow.js take null for the default. */
function isRight(key: string, value: unknown): boolean {
  return value === null || checks[key][1](value);
}

/** One letter replaced, left out, doubled or added, or two exchanged; `center` in British spelling. */
function isNearly(typed: string, name: string): boolean {
  if (typed.toLowerCase() === name || (typed === 'centre' && name === 'center')) return true;
  if (Math.abs(typed.length - name.length) > 1) return false;
  let same = 0;
  while (same < typed.length && typed[same] === name[same]) same++;
  const [restTyped, restName] = [typed.slice(same), name.slice(same)];
  return (
    restTyped.slice(1) === restName.slice(1) ||
    restTyped.slice(1) === restName ||
    restTyped === restName.slice(1) ||
    (restTyped.slice(2) === restName.slice(2) && restTyped[0] === restName[1] && restTyped[1] === restName[0])
  );
}
