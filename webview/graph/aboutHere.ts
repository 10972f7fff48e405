import { counted, formatFigure } from '../format';
import { shown } from '../shown';
import type { Snapshot } from '../store';
import { t } from '../texts/texts';
import { normTypeWords, placementWords, roleWords, severityWords } from '../words';
import { blockTitle, blockWords } from './labels';
import type { Look } from './look';
import { figures } from './measured';
import type { Here } from './navigate';
import type { Network } from './network';

/** What is told about a place of the graph, to the pointer and aloud: a line for each thing. */
export function linesAbout(
  { item, layer: position }: Here,
  network: Network,
  look: Look,
  snapshot: Snapshot,
): string[] {
  if (position === null) {
    const { from, to } = item.block;
    const severity = [...Array(to - from).keys()].filter((i) => look.findings.has(from + i)).length;
    const state = item.open ? t('open') : t('folded');
    return [
      shown(blockTitle(item.block, network)).slice(0, 200),
      `${shown(blockWords(item.block, network))}, ${state}`,
      severity ? t('{0} with findings', counted(severity, 'layer')) : '',
    ].filter(Boolean);
  }
  const layer = network.layers[position];
  const { findingsOf, profiled, ui } = snapshot;
  const measured = profiled.get(layer.id);
  const figure = ui.graphFigure === 'kind' ? null : figures[ui.graphFigure];
  const first = findingsOf.get(layer.id);
  return [
    shown(layer.name).slice(0, 200),
    `${shown(layer.kind).slice(0, 80)} (${roleWords[layer.role].toLowerCase()})`,
    layer.norm ? `${t('{0} norm', normTypeWords[layer.norm.type])}, ${placementWords[layer.norm.placement]}` : '',
    figure && measured ? `${figure.label} ${formatFigure(figure.last(measured))}` : '',
    first ? `${severityWords[first[0].severity]}: ${first.map(({ ruleId }) => shown(ruleId)).join(', ')}` : '',
  ].filter(Boolean);
}
