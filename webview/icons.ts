import type { Severity } from '../src/protocol/facts';
import { svg } from './dom';
import { severityWords } from './words';

/** Each severity has its own outline besides its colour: a disc, a triangle, a square, a ring. */
const outlines: Readonly<Record<Severity, readonly [string, string]>> = {
  error: ['M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1z', 'M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6'],
  warning: ['M8 1.2L15.4 14.6H.6z', 'M8 6v4M8 11.6v1.2'],
  information: ['M2 2h12v12H2z', 'M8 7v4.5M8 4.2v1.3'],
  hint: ['M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2z', 'M8 8v.01'],
};

/** @param spoken false where the severity stands beside it as text */
export function severityIcon(severity: Severity, spoken = true): SVGElement {
  const [outline, sign] = outlines[severity];
  const icon = svg(
    'svg',
    { viewBox: '0 0 16 16', class: `icon severity-${severity}` },
    svg('path', { d: outline, class: 'icon-outline' }),
    svg('path', { d: sign, class: 'icon-sign' }),
  );
  if (spoken) {
    icon.setAttribute('role', 'img');
    icon.setAttribute('aria-label', severityWords[severity]);
  } else icon.setAttribute('aria-hidden', 'true');
  return icon;
}
