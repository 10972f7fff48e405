import type { LayerRole, NormType, Severity } from '../../src/protocol/facts';

/** Outlines on a canvas: each kind of layer, each type of norm and each severity has its own besides its colour. */

type Pen = CanvasRenderingContext2D;

/** The ends of a norm's outline, as points from the left end's middle: how far they reach in (of half the height) and where. */
const normEnds: Readonly<Record<NormType, readonly (readonly [reach: number, height: number])[]>> = {
  // < > : pointed
  batch: [
    [1, 0],
    [0, 0.5],
    [1, 1],
  ],
  // ( ) : drawn round
  layer: [],
  // / / : slanted
  instance: [
    [1, 0],
    [0, 1],
  ],
  // cut corners
  group: [
    [0.6, 0],
    [0, 0.3],
    [0, 0.7],
    [0.6, 1],
  ],
  // } { : hollow
  rms: [
    [0, 0],
    [0.7, 0.5],
    [0, 1],
  ],
  'local-response': [
    [0, 0],
    [0, 1],
  ],
  'mean-variance': [
    [0, 0],
    [0.5, 0.25],
    [0, 0.5],
    [0.5, 0.75],
    [0, 1],
  ],
  lp: [
    [0.5, 0],
    [0, 1],
  ],
};

/** Begins the path of a layer's outline. */
export function outline(
  pen: Pen,
  role: LayerRole,
  norm: NormType | undefined,
  x: number,
  y: number,
  w: number,
  h: number,
): void {
  pen.beginPath();
  if (norm && norm !== 'layer')
    polygon(pen, normEnds[norm] ?? normEnds['local-response'], norm === 'instance', x, y, w, h);
  else if (norm || role === 'activation' || role === 'join') rounded(pen, x, y, w, h, h / 2);
  else if (role === 'pool') trapezoid(pen, x, y, w, h);
  else rounded(pen, x, y, w, h, Math.min(3, h / 4));
}

function polygon(
  pen: Pen,
  ends: readonly (readonly [number, number])[],
  turned: boolean,
  x: number,
  y: number,
  w: number,
  h: number,
): void {
  ends.forEach(([reach, height], i) => {
    const [px, py] = [x + (reach * h) / 2, y + height * h];
    if (i === 0) pen.moveTo(px, py);
    else pen.lineTo(px, py);
  });
  for (const [reach, height] of [...ends].reverse()) {
    const inwards = turned ? 1 - reach : reach;
    pen.lineTo(x + w - (inwards * h) / 2, y + height * h);
  }
  pen.closePath();
}

function trapezoid(pen: Pen, x: number, y: number, w: number, h: number): void {
  const slant = Math.min(6, w / 4);
  pen.moveTo(x, y);
  pen.lineTo(x + w, y);
  pen.lineTo(x + w - slant, y + h);
  pen.lineTo(x + slant, y + h);
  pen.closePath();
}

export function rounded(pen: Pen, x: number, y: number, w: number, h: number, radius: number): void {
  const r = Math.min(radius, w / 2, h / 2);
  pen.moveTo(x + r, y);
  pen.arcTo(x + w, y, x + w, y + h, r);
  pen.arcTo(x + w, y + h, x, y + h, r);
  pen.arcTo(x, y + h, x, y, r);
  pen.arcTo(x, y, x + w, y, r);
  pen.closePath();
}

/** The mark of a finding, 14 pixels wide around a middle: the outlines of icons.ts, filled. */
export function severityMark(
  pen: Pen,
  severity: Severity,
  x: number,
  y: number,
  colour: string,
  background: string,
): void {
  pen.lineWidth = 1.6;
  pen.lineJoin = 'round';
  pen.beginPath();
  if (severity === 'warning') {
    pen.moveTo(x, y - 7);
    pen.lineTo(x + 7.4, y + 6.5);
    pen.lineTo(x - 7.4, y + 6.5);
    pen.closePath();
  } else if (severity === 'information') pen.rect(x - 6, y - 6, 12, 12);
  else pen.arc(x, y, severity === 'hint' ? 5.5 : 6.5, 0, 2 * Math.PI);
  const filled = severity !== 'hint';
  pen.fillStyle = filled ? colour : background;
  pen.strokeStyle = filled ? background : colour;
  pen.fill();
  pen.stroke();
  pen.strokeStyle = filled ? background : colour;
  pen.lineCap = 'round';
  pen.beginPath();
  if (severity === 'error') {
    pen.moveTo(x - 2.5, y - 2.5);
    pen.lineTo(x + 2.5, y + 2.5);
    pen.moveTo(x + 2.5, y - 2.5);
    pen.lineTo(x - 2.5, y + 2.5);
  } else if (severity === 'warning') {
    pen.moveTo(x, y - 2.2);
    pen.lineTo(x, y + 1.6);
    pen.moveTo(x, y + 4.2);
    pen.lineTo(x, y + 4.3);
  } else if (severity === 'information') {
    pen.moveTo(x, y - 0.5);
    pen.lineTo(x, y + 3);
    pen.moveTo(x, y - 3.2);
    pen.lineTo(x, y - 3.1);
  } else {
    pen.moveTo(x, y);
    pen.lineTo(x, y + 0.1);
  }
  pen.stroke();
  pen.lineCap = 'butt';
}

/** A line through points (x and y in turn), moved by (dx, dy): straight, with round corners. */
export function elbowPath(pen: CanvasRenderingContext2D, points: readonly number[], dx: number, dy: number): void {
  pen.moveTo(points[0] + dx, points[1] + dy);
  for (let i = 2; i < points.length - 2; i += 2)
    pen.arcTo(points[i] + dx, points[i + 1] + dy, points[i + 2] + dx, points[i + 3] + dy, 8);
  pen.lineTo(points.at(-2)! + dx, points.at(-1)! + dy);
}

/** The same in curves that leave and meet its points downwards. */
export function curvePath(pen: CanvasRenderingContext2D, points: readonly number[], dx: number, dy: number): void {
  let [x, y] = [points[0] + dx, points[1] + dy];
  pen.moveTo(x, y);
  for (let i = 2; i < points.length; i += 2) {
    const [toX, toY] = [points[i] + dx, points[i + 1] + dy];
    if (Math.abs(toX - x) < 0.5) pen.lineTo(toX, toY);
    else {
      const bend = Math.min(40, (toY - y) * 0.6);
      pen.bezierCurveTo(x, y + bend, toX, toY - bend, toX, toY);
    }
    [x, y] = [toX, toY];
  }
}

/** The sign before a block's name: pointing down where it is open. */
export function triangle(pen: CanvasRenderingContext2D, x: number, y: number, open: boolean, colour: string): void {
  pen.beginPath();
  const corners = open
    ? [
        [-4, -2.5],
        [4, -2.5],
        [0, 3],
      ]
    : [
        [-2.5, -4],
        [3, 0],
        [-2.5, 4],
      ];
  corners.forEach(([cx, cy], i) => (i ? pen.lineTo(x + cx, y + cy) : pen.moveTo(x + cx, y + cy)));
  pen.closePath();
  pen.fillStyle = colour;
  pen.fill();
}
