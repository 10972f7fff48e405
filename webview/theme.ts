import type { Severity } from '../src/protocol/facts';
import type { Colour } from './charts/picture';
import { legible } from './legible';

/** The colours of the user's theme as canvases need them: resolved, and again whenever the theme changes. */
export interface Theme {
  readonly kind: 'light' | 'dark' | 'high-contrast';
  readonly colours: Readonly<Record<Colour, string>>;
  readonly text: string;
  readonly mutedText: string;
  readonly grid: string;
  readonly background: string;
  /** Of cards that lie on the background. */
  readonly surface: string;
  readonly focus: string;
  readonly badge: { readonly background: string; readonly text: string };
  readonly severities: Readonly<Record<Severity, string>>;
  readonly tooltip: { readonly background: string; readonly text: string; readonly border: string };
  readonly fontFamily: string;
  readonly fontSize: number;
}

/** The colours of charts as light and as dark backgrounds need them, where a theme has none that can be seen. */
const chartColours = {
  blue: ['#1a5cd6', '#3794ff'],
  orange: ['#a85808', '#d18616'],
  green: ['#388a34', '#89d185'],
  purple: ['#652d90', '#b180d7'],
  red: ['#c72e0f', '#f14c4c'],
  yellow: ['#8a6a00', '#cca700'],
} as const;

/** Takes up the colours of the user's theme: those of charts become variables of the style sheet too. */
export function takeUpTheme(): Theme {
  const theme = readTheme();
  for (const name of Object.keys(chartColours) as (keyof typeof chartColours)[])
    document.body.style.setProperty(`--chart-${name}`, theme.colours[name]);
  return theme;
}

export function readTheme(): Theme {
  const style = getComputedStyle(document.body);
  const read = (token: string, otherwise: string) => style.getPropertyValue(token).trim() || otherwise;
  const classes = document.body.classList;
  const highContrast = classes.contains('vscode-high-contrast') || classes.contains('vscode-high-contrast-light');
  const kind = highContrast ? 'high-contrast' : classes.contains('vscode-light') ? 'light' : 'dark';
  const text = opaque(read('--vscode-foreground', '#888888'));
  const background = opaque(read('--vscode-editor-background', '#ffffff'));
  const ofCharts = Object.entries(chartColours).map(([name, instead]) => [
    name,
    legible(opaque(read(`--vscode-charts-${name}`, 'transparent')), background, instead),
  ]);
  const colours = {
    ...Object.fromEntries(ofCharts),
    foreground: text,
    muted: opaque(read('--vscode-descriptionForeground', '#888888')),
  } as Record<Colour, string>;
  const size = Number.parseFloat(read('--vscode-font-size', '13px'));
  return {
    kind,
    colours,
    text,
    mutedText: colours.muted,
    grid: withAlpha(text, highContrast ? 0.28 : 0.13),
    background,
    surface: opaque(read('--vscode-editorWidget-background', read('--vscode-editor-background', '#ffffff'))),
    focus: opaque(read(highContrast ? '--vscode-contrastActiveBorder' : '--vscode-focusBorder', '#3794ff')),
    badge: {
      background: opaque(read('--vscode-badge-background', '#4d4d4d')),
      text: opaque(read('--vscode-badge-foreground', '#ffffff')),
    },
    severities: {
      error: opaque(read('--vscode-editorError-foreground', colours.red)),
      warning: opaque(read('--vscode-editorWarning-foreground', colours.yellow)),
      information: opaque(read('--vscode-editorInfo-foreground', colours.blue)),
      hint: colours.muted,
    },
    tooltip: {
      background: opaque(read('--vscode-editorHoverWidget-background', '#252526')),
      text: opaque(read('--vscode-editorHoverWidget-foreground', text)),
      border: opaque(read('--vscode-editorHoverWidget-border', text)),
    },
    fontFamily: read('--vscode-font-family', 'sans-serif'),
    fontSize: Math.max(11, (Number.isFinite(size) ? size : 13) - 2),
  };
}

/** Calls back when the workbench changes the theme: it rewrites the classes of the body and the variables of the root. */
export function onThemeChange(listener: () => void): void {
  let waiting = false;
  const observer = new MutationObserver(() => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      listener();
    });
  });
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
}

let probe: CanvasRenderingContext2D | undefined;

/** Any CSS colour as #rrggbb or rgba(). */
function opaque(colour: string): string {
  probe ??= document.createElement('canvas').getContext('2d')!;
  probe.fillStyle = '#888888';
  probe.fillStyle = colour;
  return probe.fillStyle;
}

/** @param colour as `opaque` returns it */
export function withAlpha(colour: string, alpha: number): string {
  if (colour.startsWith('#')) {
    const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
    return `rgba(${r}, ${g}, ${b}, ${alpha})`;
  }
  const parts = colour.match(/[\d.]+/g)!.map(Number);
  return `rgba(${parts[0]}, ${parts[1]}, ${parts[2]}, ${(parts[3] ?? 1) * alpha})`;
}
