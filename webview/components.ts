import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodePanels,
  vsCodePanelTab,
  vsCodePanelView,
  vsCodeProgressRing,
  vsCodeTextField,
  type Checkbox,
  type Dropdown,
  type TextField,
} from '@vscode/webview-ui-toolkit';
import { h, setAttribute } from './dom';

/**
 * The view's controls. This is the only file that knows the toolkit, which gets no more updates: the rest of the view sees these
 * few functions and interfaces.
 */

provideVSCodeDesignSystem().register(
  vsCodeButton(),
  vsCodeCheckbox(),
  vsCodeDropdown(),
  vsCodeOption(),
  vsCodePanels(),
  vsCodePanelTab(),
  vsCodePanelView(),
  vsCodeProgressRing(),
  vsCodeTextField(),
);

export interface Button {
  readonly element: HTMLElement;
  setLabel(label: string): void;
  setDisabled(disabled: boolean): void;
  /** Makes it a toggle button in the one state or the other. */
  setPressed(pressed: boolean): void;
}

export interface ButtonOptions {
  /** 'quiet' is for the many small ones that belong to a figure. */
  readonly appearance?: 'primary' | 'secondary' | 'quiet';
  readonly testId?: string;
  /** What is spoken and shown on hovering where the label is short; holds the label's words. */
  readonly description?: string;
  readonly onClick: () => void;
}

export function button(
  label: string,
  { appearance = 'secondary', testId, description, onClick }: ButtonOptions,
): Button {
  const element = create('vscode-button', { appearance: appearance === 'primary' ? 'primary' : 'secondary' }, testId);
  if (appearance === 'quiet') element.classList.add('quiet');
  element.textContent = label;
  if (description) {
    element.setAttribute('aria-label', description);
    element.title = description;
  }
  element.addEventListener('click', onClick);
  return {
    element,
    setLabel: (text) => {
      if (element.textContent !== text) element.textContent = text;
    },
    setDisabled: (disabled) => setAttribute(element, 'disabled', disabled),
    setPressed: (pressed) => setAttribute(element, 'aria-pressed', String(pressed)),
  };
}

export interface Field<T extends string | boolean> {
  readonly element: HTMLElement;
  get(): T;
  /** Shows a value that comes from elsewhere; leaves the field alone while the user types in it. */
  set(value: T): void;
  setDisabled(disabled: boolean): void;
}

export interface TextFieldOptions {
  readonly label: string;
  readonly testId: string;
  readonly placeholder?: string;
  readonly numeric?: boolean;
  /** Shows the label above; otherwise it is only spoken. */
  readonly labelled?: boolean;
  readonly onInput: (value: string) => void;
}

export interface ValidatedField extends Field<string> {
  /** Says what is wrong with the value; null when nothing is. */
  setError(message: string | null): void;
  focus(): void;
}

export function textField({
  label,
  testId,
  placeholder,
  numeric,
  labelled,
  onInput,
}: TextFieldOptions): ValidatedField {
  const element = create('vscode-text-field', { placeholder: placeholder ?? '' }, testId) as TextField;
  // the toolkit names the field after its text and overwrites any other name
  element.textContent = label;
  element.classList.toggle('unlabelled', !labelled);
  if (numeric) element.setAttribute('inputmode', 'decimal');
  element.addEventListener('input', () => onInput(element.value));
  const error = h('span', {
    class: 'field-error',
    testId: `${testId}-error`,
    attributes: { role: 'alert', hidden: true },
  });
  const wrapper = h('div', { class: 'field' }, element, error);
  return {
    element: wrapper,
    get: () => element.value,
    set: (value) => {
      if (element.value !== value && !element.contains(document.activeElement) && document.activeElement !== element)
        element.value = value;
    },
    setDisabled: (disabled) => (element.disabled = disabled),
    focus: () => element.focus(),
    setError: (message) => {
      error.hidden = message === null;
      error.textContent = message ?? '';
      wrapper.classList.toggle('invalid', message !== null);
      setAttribute(element, 'aria-invalid', message !== null ? 'true' : undefined);
    },
  };
}

export interface DropdownOptions {
  readonly label: string;
  readonly testId: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly labelled?: boolean;
  readonly onChange: (value: string) => void;
}

export function dropdown({ label, testId, options, labelled, onChange }: DropdownOptions): Field<string> {
  const element = create('vscode-dropdown', { 'aria-label': label }, testId) as Dropdown;
  for (const option of options) {
    const item = create('vscode-option', { value: option.value });
    item.textContent = option.label;
    element.append(item);
  }
  element.addEventListener('change', () => onChange(element.value));
  const wrapper = h(
    'div',
    { class: 'field' },
    labelled && h('span', { class: 'field-label', attributes: { 'aria-hidden': 'true' } }, label),
    element,
  );
  return {
    element: wrapper,
    get: () => element.value,
    set: (value) => {
      if (element.value !== value) element.value = value;
    },
    setDisabled: (disabled) => (element.disabled = disabled),
  };
}

export function checkbox(label: string, testId: string, onChange: (checked: boolean) => void): Field<boolean> {
  const element = create('vscode-checkbox', {}, testId) as Checkbox;
  element.textContent = label;
  element.addEventListener('change', () => onChange(element.checked));
  return {
    element,
    get: () => element.checked,
    set: (checked) => {
      if (element.checked !== checked) element.checked = checked;
    },
    setDisabled: (disabled) => (element.disabled = disabled),
  };
}

/** Turns while something goes on. It is for eyes only: the toolkit calls it "Loading", aloud, again and again. */
export function progressRing(): HTMLElement {
  return h('span', { class: 'ring', attributes: { 'aria-hidden': 'true' } }, create('vscode-progress-ring', {}));
}

/** Our own: the toolkit's badge has a style attribute in its template, which the page's policy refuses. */
export function badge(text: string): HTMLElement {
  return h('span', { class: 'badge' }, text);
}

export interface Tabs {
  readonly element: HTMLElement;
  setActive(id: string): void;
  setShown(id: string, shown: boolean): void;
  /** Sets the number behind a tab's label, and in `words` what it counts; null for none. */
  setCount(id: string, count: number | null, words: string): void;
}

export function tabs(
  label: string,
  parts: readonly { readonly id: string; readonly label: string; readonly content: HTMLElement }[],
  onChange: (id: string) => void,
): Tabs {
  const heads = new Map(
    parts.map((part) => {
      const count = badge('');
      count.hidden = true;
      const head = create('vscode-panel-tab', { id: part.id }, `tab-${part.id}`);
      head.append(part.label, ' ', count);
      return [part.id, { head, count, label: part.label }];
    }),
  );
  const views = parts.map((part) => {
    const view = create('vscode-panel-view', { id: `${part.id}-view` });
    view.append(part.content);
    return view;
  });
  const element = create('vscode-panels', { 'aria-label': label }) as HTMLElement & { activeid: string };
  element.append(...[...heads.values()].map(({ head }) => head), ...views);
  element.addEventListener('change', (event) => {
    // fields inside of the views bubble their own changes through here
    if (event.target === element && parts.some(({ id }) => id === element.activeid)) onChange(element.activeid);
  });
  return {
    element,
    setActive: (id) => {
      if (element.activeid !== id) element.activeid = id;
    },
    setShown: (id, shown) => setAttribute(heads.get(id)!.head, 'hidden', !shown),
    setCount: (id, count, words) => {
      const { head, count: mark, label: name } = heads.get(id)!;
      mark.hidden = count === null;
      mark.textContent = String(count ?? '');
      // the toolkit has named the tab after the text it was made with
      head.setAttribute('aria-label', count === null ? name : `${name} ${count} ${words}`);
    },
  };
}

function create(tag: string, attributes: Readonly<Record<string, string>>, testId?: string): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value) element.setAttribute(name, value);
  if (testId) element.dataset.testid = testId;
  return element;
}
