const fits = new Map<string, string>();
const widths = new Map<string, number>();

/** Width in the pen's font. Measuring costs more than drawing: what was measured once is remembered. */
export function widthOf(pen: CanvasRenderingContext2D, text: string): number {
  return remembered(widths, `${pen.font} ${text}`, () => pen.measureText(text).width);
}

/** The text, cut with an ellipsis where it is wider than its room: at its end, or a path in its beginning. */
export function fitted(pen: CanvasRenderingContext2D, whole: string, room: number, path: boolean): string {
  // what is longer than this fits nowhere
  const text = whole.length <= 200 ? whole : path ? whole.slice(-200) : whole.slice(0, 200);
  return remembered(fits, `${pen.font} ${Math.round(room)} ${path} ${text}`, () => {
    if (text === whole && pen.measureText(text).width <= room) return text;
    const letters = [...text];
    let [low, high] = [0, letters.length];
    const cut = (length: number) =>
      path ? `…${letters.slice(letters.length - length).join('')}` : `${letters.slice(0, length).join('')}…`;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (pen.measureText(cut(middle)).width <= room) low = middle;
      else high = middle - 1;
    }
    return low > 0 ? cut(low) : '';
  });
}

function remembered<V>(known: Map<string, V>, key: string, compute: () => V): V {
  let value = known.get(key);
  if (value === undefined) {
    if (known.size > 20_000) known.clear();
    known.set(key, (value = compute()));
  }
  return value;
}
