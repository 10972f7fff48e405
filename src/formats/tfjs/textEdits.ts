import type { Span } from './jsonIndex';

/** What stands in place of a stretch of a text. */
export interface TextEdit {
  /** In UTF-16 units of the text as it was. */
  readonly span: Span;
  readonly text: string;
}

/** The text with the edits made, which do not overlap; those that add at one place add in their order. */
export function edited(text: string, edits: readonly TextEdit[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { span, text: put } of inOrder(edits)) {
    if (span.offset < at) throw new RangeError(`two edits overlap at ${span.offset}`);
    parts.push(text.slice(at, span.offset), put);
    at = end(span);
  }
  parts.push(text.slice(at));
  return parts.join('');
}

/** Edits that take elements of a list away, each with one comma. */
export function withoutElements(elements: readonly Span[], taken: ReadonlySet<number>): TextEdit[] {
  let last: Span | undefined;
  return elements.flatMap((element, i) => {
    if (!taken.has(i)) {
      last = element;
      return [];
    }
    const next = elements[i + 1];
    const begin = last === undefined ? element.offset : end(elements[i - 1]);
    const stop = last === undefined && next !== undefined ? next.offset : end(element);
    return [{ span: { offset: begin, length: stop - begin }, text: '' }];
  });
}

export function end({ offset, length }: Span): number {
  return offset + length;
}

function inOrder(edits: readonly TextEdit[]): TextEdit[] {
  return [...edits].sort((a, b) => a.span.offset - b.span.offset || end(a.span) - end(b.span));
}
