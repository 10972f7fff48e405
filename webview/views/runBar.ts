import type { ProfileSettings } from '../../src/protocol/profile';
import type { Running } from '../../src/protocol/view';
import { button, dropdown, progressRing, textField } from '../components';
import { h, setAttribute } from '../dom';
import { counted, formatDuration, formatFigure, modelName } from '../format';
import { shown } from '../shown';
import type { Store } from '../store';
import { engineWords, initWords, lossWords, optimizerNames, phaseWords, requestLine, variantWords } from '../words';
import { changes, type View } from './view';
import { t } from '../texts/texts';

type NumberKey = 'steps' | 'batch' | 'lr' | 'seed';
type Key = NumberKey | 'scale';

interface NumberRule {
  readonly key: NumberKey;
  readonly label: string;
  readonly whole: boolean;
  readonly min: number;
  readonly max: number;
}

const numbers: readonly NumberRule[] = [
  { key: 'steps', label: t('Steps'), whole: true, min: 1, max: 100_000 },
  { key: 'batch', label: t('Batch'), whole: true, min: 1, max: 4096 },
  { key: 'lr', label: t('Learning rate'), whole: false, min: 0, max: 1000 },
  { key: 'seed', label: t('Seed'), whole: true, min: 0, max: 4_294_967_295 },
];

/** @returns what is wrong with the text, or the number it states */
export function readNumber(text: string, { whole, min, max }: Omit<NumberRule, 'key' | 'label'>): number | string {
  const value = Number(text.trim().replace(',', '.'));
  if (text.trim() === '' || !Number.isFinite(value)) return t('Not a number');
  if (whole && !Number.isInteger(value)) return t('Whole numbers only');
  if (value < min || value > max) return t('{0} to {1}', min, max);
  return value;
}

/** Starts a profile, says how far it is, stops it. */
export function runBar(store: Store): View {
  const errors = new Map<Key, string>();
  // of the store, not of the last drawing: two fields may change within one frame
  const set = (change: Partial<ProfileSettings>) => store.set({ settings: { ...store.settings, ...change } });

  const start = button(t('Profile on CPU'), {
    appearance: 'primary',
    testId: 'profile',
    onClick: () => store.post({ type: 'profile', settings: store.settings }),
  });
  const more = button(t('Settings'), {
    testId: 'settings',
    onClick: () => store.set({ settingsOpen: !store.ui.settingsOpen }),
  });
  const compare = button(t('Compare normalizations …'), {
    testId: 'run-compare',
    onClick: () => store.post({ type: 'compare', settings: store.settings }),
  });
  const line = h('span', { class: 'request', testId: 'request' });
  const idle = h('div', { class: 'run-row' }, start.element, compare.element, more.element, line);

  const phase = h('span', { class: 'run-phase', testId: 'phase' });
  const cancel = button(t('Cancel'), { testId: 'cancel', onClick: () => store.post({ type: 'cancel' }) });
  const filled = h('span', { class: 'bar-filled' });
  const bar = h(
    'div',
    {
      class: 'bar',
      testId: 'progress',
      attributes: { role: 'progressbar', 'aria-label': t('Progress'), 'aria-valuemin': 0 },
    },
    filled,
  );
  const busy = h('div', { class: 'run-row', attributes: { hidden: true } }, progressRing(), phase, bar, cancel.element);

  const fields = numbers.map((rule) => ({
    rule,
    field: textField({
      label: rule.label,
      testId: `setting-${rule.key}`,
      numeric: true,
      labelled: true,
      onInput: (text) => {
        const value = readNumber(text, rule);
        if (typeof value === 'string') errors.set(rule.key, value);
        else errors.delete(rule.key);
        set(typeof value === 'number' ? { [rule.key]: value } : {});
      },
    }),
  }));
  const choices = {
    optimizer: choice(t('Optimizer'), 'optimizer', optimizerNames, (optimizer) => set({ optimizer })),
    init: choice(t('Weights'), 'init', initWords, (init) => set({ init })),
    norm: choice(t('Norms'), 'norm', variantWords, (norm) => set({ norm })),
    loss: choice(t('Loss'), 'loss', lossWords, (loss) => set({ loss })),
    engine: choice(t('Engine'), 'engine', engineWords, (engine) => set({ engine })),
  };
  const scale = textField({
    label: t('Weights times'),
    testId: 'setting-scale',
    numeric: true,
    labelled: true,
    onInput: (text) => {
      const value = readNumber(text, { whole: false, min: 0.000001, max: 1_000_000 });
      if (typeof value === 'string') errors.set('scale', value);
      else errors.delete('scale');
      set(typeof value === 'number' ? { init: value === 1 ? 'default' : value } : {});
    },
  });
  const data = fileChoice('data', t('Data'), t('Made samples'));
  const labels = fileChoice('labels', t('Labels'), t('Those of the data'));
  const [steps, batch, lr, seed] = fields.map(({ field }) => field.element);
  const form = h(
    'div',
    {
      class: 'settings',
      id: 'settings',
      attributes: { role: 'group', 'aria-label': t('Settings of the profile'), hidden: true },
    },
    ...[steps, batch, choices.optimizer.element, lr, seed, choices.init.element, scale.element],
    ...[choices.norm.element, choices.loss.element, choices.engine.element, data.element, labels.element],
  );
  setAttribute(more.element, 'aria-controls', 'settings');
  const element = h('section', { class: 'run', attributes: { 'aria-label': t('Profile') } }, idle, busy, form);
  const changed = changes();
  return {
    element,
    update({ ui, settings: current, running, model }) {
      element.hidden = !model || store.isReport;
      if (!changed(current, running, ui.settingsOpen, model, [...errors].join())) return;
      const row = running ? busy : idle;
      // what had the focus is hidden: the keyboard goes on at what takes its place
      const follows = row.hidden && document.hasFocus() && element.contains(document.activeElement);
      idle.hidden = running !== null;
      busy.hidden = running === null;
      form.hidden = !ui.settingsOpen || running !== null;
      setAttribute(more.element, 'aria-expanded', String(ui.settingsOpen));
      more.setLabel(ui.settingsOpen ? t('Hide settings') : t('Settings'));
      for (const run of [start, compare]) run.setDisabled(errors.size > 0 || !model?.layers.length);
      if (follows) (running ? cancel : start).element.focus();
      line.textContent = errors.size ? t('A setting cannot be used: see below.') : requestLine(current);
      for (const { rule, field } of fields) {
        if (!errors.has(rule.key)) field.set(String(current[rule.key]));
        field.setError(errors.get(rule.key) ?? null);
      }
      choices.optimizer.set(current.optimizer);
      choices.init.set(current.init === 'keep' ? 'keep' : 'default');
      choices.norm.set(current.norm ?? 'as-is');
      choices.loss.set(current.loss ?? 'auto');
      // a standard deviation can be scaled where weights are drawn at random
      scale.element.hidden = current.init === 'keep';
      if (current.init === 'keep') errors.delete('scale');
      if (!errors.has('scale')) scale.set(String(typeof current.init === 'number' ? current.init : 1));
      scale.setError(errors.get('scale') ?? null);
      data.show(current.data);
      labels.show(current.labels);
      labels.element.hidden = current.data === undefined;
      choices.engine.set(current.engine);
      if (running) showProgress(running);
    },
  };

  /** A file that the host asks for. */
  function fileChoice(field: 'data' | 'labels', label: string, none: string) {
    const choose = button(none, {
      testId: `setting-${field}`,
      description: t('{0}: {1}. Choose a file', label, none),
      onClick: () => {
        set({}); // what is chosen stays with what was edited
        store.post({ type: 'chooseData', field, settings: store.settings });
      },
    });
    const element = h(
      'div',
      { class: 'field file-field' },
      h('span', { class: 'field-label', attributes: { 'aria-hidden': 'true' } }, label),
      choose.element,
    );
    return {
      element,
      show(path: string | undefined) {
        const text = path === undefined ? none : shown(modelName(path));
        // a button does not cut its label
        choose.setLabel(text.length > 17 ? `${text.slice(0, 16)}…` : text);
        choose.element.title = path === undefined ? none : shown(path);
        choose.element.setAttribute('aria-label', t('{0}: {1}. Choose a file', label, text));
      },
    };
  }

  function showProgress(running: Running): void {
    const text = progressText(running);
    if (phase.textContent !== text) phase.textContent = text;
    setAttribute(bar, 'aria-valuemax', running.steps);
    setAttribute(bar, 'aria-valuenow', running.step);
    setAttribute(bar, 'aria-valuetext', text);
    filled.style.width = `${running.steps ? (100 * running.step) / running.steps : 0}%`;
  }
}

/** "Training: step 7 of 20 · loss 1.23 · 2.1 s left". */
export function progressText({ phase, step, steps, loss, secondsLeft }: Running): string {
  if (phase !== 'training') return `${phaseWords[phase]} …`;
  const parts = [
    step
      ? t('{0}: step {1} of {2}', phaseWords.training, step, steps)
      : t('{0}: the first of {1} …', phaseWords.training, counted(steps, 'step')),
  ];
  if (loss !== undefined) parts.push(t('loss {0}', formatFigure(loss)));
  if (secondsLeft !== undefined) parts.push(t('{0} left', formatDuration(secondsLeft)));
  return parts.join(' · ');
}

function choice<T extends string>(
  label: string,
  key: string,
  words: Readonly<Record<T, string>>,
  onChange: (value: T) => void,
) {
  const options = Object.entries<string>(words).map(([value, word]) => ({ value, label: word }));
  return dropdown({
    label,
    testId: `setting-${key}`,
    options,
    labelled: true,
    onChange: (value) => onChange(value as T),
  });
}
