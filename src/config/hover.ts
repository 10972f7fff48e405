import { later, say, translated } from '../texts/say';
import type { Finding, LayerFacts, ModelFacts, Position } from '../protocol/facts';
import type { ProfileResult } from '../protocol/profile';
import { escapeMarkdown } from './escapeMarkdown';
import { measuredFigures } from './hoverFigures';
import { activationWords, linearWords, normWords, roleWords } from './hoverWords';

const severityWords = {
  error: later`Error`,
  warning: later`Warning`,
  information: later`Note`,
  hint: later`Hint`,
} as const;

/**
 * What the hover on a layer says, as paragraphs of Markdown: what the layer is, for a norm its axes, conventions and place,
 * its findings, and what the latest profile measured. All text from the model is escaped, so the paragraphs hold no link,
 * HTML or command; show them untrusted and without theme icons all the same.
 * Undefined when the model has no such layer.
 * @param stale the profile was measured on an earlier version of the model
 */
export function hoverContent(
  facts: ModelFacts,
  layerId: string,
  profile?: ProfileResult,
  stale = false,
): readonly string[] | undefined {
  const layer = facts.layers.find((l) => l.id === layerId);
  if (layer === undefined) return undefined;
  const parts = partsOf(facts, layer);
  return [
    `**${escapeMarkdown(layer.name)}** (${escapeMarkdown(layer.kind)})`,
    ...parts.flatMap((part) => words(part, facts)),
    ...shapeWords(parts[parts.length - 1]),
    ...findingWords(facts, parts),
    ...(profile === undefined ? [] : measuredFigures(profile, parts, stale)),
  ];
}

/** All parts of what is one layer in the file, such as a convolution and the activation that it states for itself. */
function partsOf({ layers }: ModelFacts, layer: LayerFacts): LayerFacts[] {
  if (layer.source === undefined) return [layer];
  const { start, end } = layer.source.range;
  return layers.filter(({ source }) => source && isAt(source.range.start, start) && isAt(source.range.end, end));
}

function isAt(a: Position, b: Position): boolean {
  return a.line === b.line && a.character === b.character;
}

function words(layer: LayerFacts, facts: ModelFacts): string[] {
  const nameOf = (id: string) => escapeMarkdown(facts.layers.find((l) => l.id === id)?.name ?? id);
  if (layer.norm !== undefined) return normWords(layer.norm, nameOf);
  if (layer.linear !== undefined) return linearWords(layer.linear);
  return layer.role === 'activation' ? activationWords(layer) : [roleWords(layer)];
}

function shapeWords({ outputShape }: LayerFacts): string[] {
  if (outputShape === null) return [];
  const sizes = outputShape.map((d) => (typeof d === 'string' ? escapeMarkdown(d) : (d ?? '?')));
  return [say`Output: ${sizes.length === 0 ? say`a scalar` : sizes.join(' x ')}`];
}

function findingWords({ findings }: ModelFacts, parts: readonly LayerFacts[]): string[] {
  const ids = new Set(parts.map((p) => p.id));
  const concerns = (f: Finding) => (f.layer !== null && ids.has(f.layer)) || (f.layers ?? []).some((l) => ids.has(l));
  return findings
    .filter(concerns)
    .map(
      (f) =>
        `**${translated(severityWords[f.severity])}:** ${escapeMarkdown(f.message, 1000)} (${escapeMarkdown(f.ruleId)})`,
    );
}
