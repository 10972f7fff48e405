/**
 * A stand-in for a canvas' pen that writes SVG: whatever can be drawn on a canvas of the view can be saved as a picture of lines and
 * letters. It knows what the view and chart.js use: paths, rectangles, text, dashes, clips, moves and scales.
 */

interface State {
  matrix: readonly [number, number, number, number, number, number];
  clip: string | null;
  fillStyle: string;
  strokeStyle: string;
  lineWidth: number;
  lineCap: string;
  lineJoin: string;
  dash: readonly number[];
  globalAlpha: number;
  font: string;
  textAlign: CanvasTextAlign;
  textBaseline: CanvasTextBaseline;
}

const first: State = {
  matrix: [1, 0, 0, 1, 0, 0],
  clip: null,
  fillStyle: '#000000',
  strokeStyle: '#000000',
  lineWidth: 1,
  lineCap: 'butt',
  lineJoin: 'miter',
  dash: [],
  globalAlpha: 1,
  font: '10px sans-serif',
  textAlign: 'left',
  textBaseline: 'alphabetic',
};

const anchors: Readonly<Record<string, string>> = { center: 'middle', right: 'end', end: 'end' };
const baselines: Readonly<Record<string, string>> = {
  middle: 'central',
  top: 'text-before-edge',
  bottom: 'text-after-edge',
};

export class SvgPen {
  #state: State = { ...first };
  readonly #stack: State[] = [];
  readonly #parts: string[] = [];
  readonly #clips: string[] = [];
  #path: string[] = [];
  #point: readonly [number, number] = [0, 0];
  readonly #measuring = document.createElement('canvas').getContext('2d')!;
  /** For chart.js, which asks a context for its canvas. */
  readonly canvas: { width: number; height: number; style: object; getContext(): SvgPen };

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.canvas = { width, height, style: {}, getContext: () => this };
  }

  /** The picture so far, on a ground of the given colour. */
  toSvg(background: string, title: string): string {
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${this.width}" height="${this.height}" viewBox="0 0 ${this.width} ${this.height}">`,
      `<title>${escaped(title)}</title>`,
      this.#clips.length ? `<defs>${this.#clips.join('')}</defs>` : '',
      `<rect width="100%" height="100%" fill="${escaped(background)}"/>`,
      ...this.#parts,
      '</svg>',
    ].join('\n');
  }

  // State

  save(): void {
    this.#stack.push({ ...this.#state });
  }
  restore(): void {
    this.#state = this.#stack.pop() ?? this.#state;
  }
  resetTransform(): void {
    this.#state.matrix = first.matrix;
  }
  setTransform(...matrix: [number, number, number, number, number, number]): void {
    this.#state.matrix = matrix;
  }
  translate(x: number, y: number): void {
    this.#multiply(1, 0, 0, 1, x, y);
  }
  scale(x: number, y: number): void {
    this.#multiply(x, 0, 0, y, 0, 0);
  }
  rotate(angle: number): void {
    this.#multiply(Math.cos(angle), Math.sin(angle), -Math.sin(angle), Math.cos(angle), 0, 0);
  }
  setLineDash(dash: readonly number[]): void {
    this.#state.dash = dash;
  }
  getLineDash(): readonly number[] {
    return this.#state.dash;
  }
  lineDashOffset = 0;

  get fillStyle() {
    return this.#state.fillStyle;
  }
  set fillStyle(value: string) {
    this.#state.fillStyle = String(value);
  }
  get strokeStyle() {
    return this.#state.strokeStyle;
  }
  set strokeStyle(value: string) {
    this.#state.strokeStyle = String(value);
  }
  get lineWidth() {
    return this.#state.lineWidth;
  }
  set lineWidth(value: number) {
    this.#state.lineWidth = value;
  }
  get lineCap() {
    return this.#state.lineCap;
  }
  set lineCap(value: string) {
    this.#state.lineCap = value;
  }
  get lineJoin() {
    return this.#state.lineJoin;
  }
  set lineJoin(value: string) {
    this.#state.lineJoin = value;
  }
  get globalAlpha() {
    return this.#state.globalAlpha;
  }
  set globalAlpha(value: number) {
    this.#state.globalAlpha = value;
  }
  get font() {
    return this.#state.font;
  }
  set font(value: string) {
    this.#state.font = value;
  }
  get textAlign() {
    return this.#state.textAlign;
  }
  set textAlign(value: CanvasTextAlign) {
    this.#state.textAlign = value;
  }
  get textBaseline() {
    return this.#state.textBaseline;
  }
  set textBaseline(value: CanvasTextBaseline) {
    this.#state.textBaseline = value;
  }

  // Paths, in the coordinates of the picture

  beginPath(): void {
    this.#path = [];
  }
  moveTo(x: number, y: number): void {
    this.#add('M', [x, y]);
  }
  lineTo(x: number, y: number): void {
    this.#add(this.#path.length ? 'L' : 'M', [x, y]);
  }
  bezierCurveTo(ax: number, ay: number, bx: number, by: number, x: number, y: number): void {
    this.#add('C', [ax, ay], [bx, by], [x, y]);
  }
  quadraticCurveTo(ax: number, ay: number, x: number, y: number): void {
    this.#add('Q', [ax, ay], [x, y]);
  }
  closePath(): void {
    this.#path.push('Z');
  }
  rect(x: number, y: number, w: number, h: number): void {
    this.#add('M', [x, y]);
    this.#add('L', [x + w, y]);
    this.#add('L', [x + w, y + h]);
    this.#add('L', [x, y + h]);
    this.closePath();
  }
  arc(x: number, y: number, radius: number, start: number, end: number, backwards = false): void {
    const whole = Math.abs(end - start) >= 2 * Math.PI - 1e-9;
    const sweep = whole ? 2 * Math.PI : backwards ? -mod(start - end) : mod(end - start);
    const at = (angle: number): [number, number] => [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
    this.#add(this.#path.length ? 'L' : 'M', at(start));
    // four curves for a whole circle are within a thousandth of its radius
    const pieces = Math.max(1, Math.ceil(Math.abs(sweep) / (Math.PI / 2)));
    const part = sweep / pieces;
    const k = (4 / 3) * Math.tan(part / 4) * radius;
    for (let i = 0; i < pieces; i++) {
      const [a, b] = [start + i * part, start + (i + 1) * part];
      const [ax, ay] = at(a);
      const [bx, by] = at(b);
      this.bezierCurveTo(
        ax - k * Math.sin(a),
        ay + k * Math.cos(a),
        bx + k * Math.sin(b),
        by - k * Math.cos(b),
        bx,
        by,
      );
    }
  }
  /** As a curve around the corner, which is what a small one looks like. */
  arcTo(ax: number, ay: number, bx: number, by: number, radius: number): void {
    const [px, py] = this.#point;
    const toward = (x: number, y: number): [number, number] => {
      const length = Math.hypot(x - ax, y - ay) || 1;
      const reach = Math.min(radius, length / 2);
      return [ax + ((x - ax) / length) * reach, ay + ((y - ay) / length) * reach];
    };
    this.lineTo(...toward(px, py));
    this.quadraticCurveTo(ax, ay, ...toward(bx, by));
  }

  // Ink

  fill(): void {
    this.#draw(this.#path, `fill="${escaped(this.#state.fillStyle)}"`);
  }
  stroke(): void {
    this.#draw(this.#path, this.#strokes());
  }
  fillRect(x: number, y: number, w: number, h: number): void {
    this.#whole(x, y, w, h, () => this.fill());
  }
  strokeRect(x: number, y: number, w: number, h: number): void {
    this.#whole(x, y, w, h, () => this.stroke());
  }
  clearRect(): void {
    // a picture begins empty
  }
  clip(): void {
    const id = `clip${this.#clips.length}`;
    const within = this.#state.clip === null ? '' : ` clip-path="url(#${this.#state.clip})"`;
    this.#clips.push(`<clipPath id="${id}"${within}><path d="${this.#path.join('')}"/></clipPath>`);
    this.#state.clip = id;
  }
  fillText(text: string, x: number, y: number): void {
    const { font, textAlign, textBaseline, fillStyle, matrix } = this.#state;
    const anchor = anchors[textAlign] ?? 'start';
    const baseline = baselines[textBaseline] ?? 'auto';
    this.#parts.push(
      `<text transform="matrix(${matrix.map(rounded).join(' ')})" x="${rounded(x)}" y="${rounded(y)}" ${fontAttributes(font)} ` +
        `text-anchor="${anchor}" dominant-baseline="${baseline}" fill="${escaped(fillStyle)}"${this.#common()}>${escaped(text)}</text>`,
    );
  }
  strokeText(): void {
    // only halos of letters, which paper does not need
  }
  measureText(text: string): TextMetrics {
    this.#measuring.font = this.#state.font;
    return this.#measuring.measureText(text);
  }

  #whole(x: number, y: number, w: number, h: number, ink: () => void): void {
    const before = this.#path;
    this.#path = [];
    this.rect(x, y, w, h);
    ink();
    this.#path = before;
  }

  #add(command: string, ...points: [number, number][]): void {
    this.#point = points.at(-1)!;
    this.#path.push(command + points.map(([x, y]) => this.#mapped(x, y)).join(' '));
  }

  #mapped(x: number, y: number): string {
    const [a, b, c, d, e, f] = this.#state.matrix;
    return `${rounded(a * x + c * y + e)} ${rounded(b * x + d * y + f)}`;
  }

  #draw(path: readonly string[], ink: string): void {
    if (path.length)
      this.#parts.push(
        `<path d="${path.join('')}" ${ink.includes('stroke=') ? `fill="none" ${ink}` : ink}${this.#common()}/>`,
      );
  }

  #strokes(): string {
    const { strokeStyle, lineWidth, lineCap, lineJoin, dash, matrix } = this.#state;
    const scale = Math.sqrt(Math.abs(matrix[0] * matrix[3] - matrix[1] * matrix[2]));
    const dashes = dash.length ? ` stroke-dasharray="${dash.map((length) => rounded(length * scale)).join(' ')}"` : '';
    return `stroke="${escaped(strokeStyle)}" stroke-width="${rounded(lineWidth * scale)}" stroke-linecap="${escaped(lineCap)}" stroke-linejoin="${escaped(lineJoin)}"${dashes}`;
  }

  #common(): string {
    const { globalAlpha, clip } = this.#state;
    return `${globalAlpha < 1 ? ` opacity="${rounded(globalAlpha)}"` : ''}${clip === null ? '' : ` clip-path="url(#${clip})"`}`;
  }

  #multiply(a: number, b: number, c: number, d: number, e: number, f: number): void {
    const [A, B, C, D, E, F] = this.#state.matrix;
    this.#state.matrix = [
      A * a + C * b,
      B * a + D * b,
      A * c + C * d,
      B * c + D * d,
      A * e + C * f + E,
      B * e + D * f + F,
    ];
  }
}

/** "600 11px sans-serif" as attributes: pages that refuse inline styles show the picture, too. */
function fontAttributes(font: string): string {
  const [, style, size, family] = /^(.*?)(\d+(?:\.\d+)?)px(?:\/\S+)?\s+(.*)$/.exec(font) ?? ['', '', '10', font];
  const weight = /bold|\d{3}/.exec(style)?.[0];
  return `font-family="${escaped(family)}" font-size="${size}"${weight ? ` font-weight="${weight}"` : ''}`;
}

function mod(angle: number): number {
  const full = 2 * Math.PI;
  return ((angle % full) + full) % full;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Safe between quotes and between tags; what XML cannot hold at all is left out. */
function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  // eslint-disable-next-line no-control-regex -- these are the ones XML forbids
  const allowed = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '');
  return allowed.replace(/\p{Surrogate}/gu, '').replace(/[&<>"']/g, (character) => entities[character]);
}
