import { shown } from './shown';

/**
 * Elements made of text, never of markup: the only way the view builds its page, so that no name in a model can become HTML.
 */

export type Child = Node | string | null | undefined | false;

export interface Properties {
  readonly class?: string;
  readonly id?: string;
  readonly title?: string;
  /** `data-testid`. */
  readonly testId?: string;
  /** Other attributes; `undefined` and `false` leave one out, `true` sets it empty. */
  readonly attributes?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly on?: { readonly [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void };
}

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (properties.class) element.className = properties.class;
  if (properties.id) element.id = properties.id;
  if (properties.title) element.title = shown(properties.title).slice(0, 400);
  if (properties.testId) element.dataset.testid = properties.testId;
  for (const [name, value] of Object.entries(properties.attributes ?? {})) setAttribute(element, name, value);
  for (const [name, listener] of Object.entries(properties.on ?? {}))
    element.addEventListener(name, listener as (event: Event) => void);
  append(element, children);
  return element;
}

export function append(parent: Node, children: readonly Child[]): void {
  for (const child of children) if (child) parent.appendChild(typeof child === 'string' ? new Text(child) : child);
}

export function replaceChildren(parent: Element, ...children: readonly Child[]): void {
  parent.replaceChildren();
  append(parent, children);
}

export function setAttribute(element: Element, name: string, value: string | number | boolean | undefined): void {
  if (value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? '' : String(value));
}

/** A name of the model's: one line, its direction kept from the text around it, cut off with an ellipsis where it is too long. */
export function name(text: string, className = ''): HTMLElement {
  return h('bdi', { class: `name ${className}`.trim(), title: text }, shown(text));
}

/**
 * A name that is cut in its middle where it is too long: names of layers are paths, which begin alike and differ at their ends.
 */
export function pathName(text: string): HTMLElement {
  const end = Math.max(text.lastIndexOf('/'), text.lastIndexOf('.'), text.lastIndexOf(':'));
  const cut = end > 0 && text.length - end <= 24 ? end : text.length - 10;
  // cutting a text that runs from right to left would show its parts in the wrong order
  if (cut < 6 || !/^[\u0020-\u02ff]*$/.test(text)) return name(text);
  const part = (className: string, content: string) => h('span', { class: className }, shown(content));
  return h(
    'bdi',
    { class: 'path-name', title: text },
    part('path-head', text.slice(0, cut)),
    part('path-tail', text.slice(cut)),
  );
}

const svgNamespace = 'http://www.w3.org/2000/svg';

export function svg(
  tag: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: Node[]
): SVGElement {
  const element = document.createElementNS(svgNamespace, tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}
