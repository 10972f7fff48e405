import type { Figure, ProfiledLayer, WeightStatistics } from '../../src/protocol/profile';
import { isFinite } from '../format';
import { t } from '../texts/texts';

/** The measured figures that layers can be coloured by. */
export type FigureName = 'gradient' | 'activation' | 'update' | 'saturated' | 'zeros';

export interface MeasuredFigure {
  readonly label: string;
  /** On a logarithmic scale; otherwise a fraction from 0 to 1. */
  readonly logarithmic: boolean;
  /** Of each step that has one, in order; null where it is no number. */
  steps(layer: ProfiledLayer): readonly (readonly [step: number, value: number | null])[];
  /** Of the last step; null where it was not measured or is no number. */
  last(layer: ProfiledLayer): number | null;
}

export const figures: Readonly<Record<FigureName, MeasuredFigure>> = {
  gradient: measured(
    t('Gradient RMS'),
    true,
    ({ gradient }) => gradient,
    ({ rms }) => rms,
  ),
  activation: measured(
    t('Activation RMS'),
    true,
    ({ activation }) => activation,
    ({ rms }) => rms,
  ),
  update: measured(t('Update ratio'), true, mainWeight, ({ updateRatio }) => updateRatio),
  saturated: measured(
    t('Saturated share'),
    false,
    ({ activation }) => activation,
    ({ saturatedFraction }) => saturatedFraction,
  ),
  zeros: measured(
    t('Zero share'),
    false,
    ({ activation }) => activation,
    ({ zeroFraction }) => zeroFraction,
  ),
};

function measured<T extends { readonly step: number }>(
  label: string,
  logarithmic: boolean,
  listOf: (layer: ProfiledLayer) => readonly T[],
  figureOf: (entry: T) => Figure | undefined,
): MeasuredFigure {
  const number = (value: Figure | undefined) => (isFinite(value) ? value : null);
  return {
    label,
    logarithmic,
    steps: (layer) =>
      listOf(layer).flatMap((entry) => {
        const value = figureOf(entry);
        return value === undefined ? [] : [[entry.step, number(value)] as const];
      }),
    last: (layer) => {
      const entry = listOf(layer).at(-1);
      return entry ? number(figureOf(entry)) : null;
    },
  };
}

/** Entries of the first parameter that is a weight, else of the first one. */
function mainWeight({ weights = [] }: ProfiledLayer): readonly WeightStatistics[] {
  const main = weights.find(({ kind }) => kind === 'weight') ?? weights.at(0);
  return weights.filter(({ parameter }) => parameter === main?.parameter);
}

/** A scale of colours over the figures of all layers. */
export interface ColourScale {
  readonly low: number;
  readonly high: number;
  readonly logarithmic: boolean;
  /** From 0 to 1; null for what cannot stand on the scale. */
  place(value: number | null): number | null;
}

export function scaleOf(values: Iterable<number | null>, logarithmic: boolean): ColourScale {
  if (!logarithmic) return { low: 0, high: 1, logarithmic, place: (value) => value && Math.min(1, Math.max(0, value)) };
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value === null || value <= 0) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  // equal figures stand in the middle
  if (high / low < 1.05) [low, high] = [low / 2, high * 2];
  const decades = Math.log10(high / low);
  return {
    low,
    high,
    logarithmic,
    place: (value) =>
      value === null || value <= 0 ? null : Math.min(1, Math.max(0, Math.log10(value / low) / decades)),
  };
}

/** Viridis (van der Walt and Smith, 2015): even steps to the eye, also to a colour-blind one and in grey. */
const viridis = [
  '#440154',
  '#482878',
  '#3e4a89',
  '#31688e',
  '#26828e',
  '#1f9e89',
  '#35b779',
  '#6dcd59',
  '#b4de2c',
  '#fde725',
];

const stops = viridis.map((colour) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)));

/** More shades than eyes can tell apart. */
const shades = Array.from({ length: 1024 }, (_, i) => mixed(i / 1023));

/** The colour at a place from 0 to 1, as #rrggbb. */
export function heat(place: number): string {
  return shades[Math.round(Math.min(1, Math.max(0, place)) * (shades.length - 1))];
}

function mixed(place: number): string {
  const scaled = place * (stops.length - 1);
  const at = Math.min(stops.length - 2, Math.floor(scaled));
  const part = scaled - at;
  const parts = stops[at].map((from, i) => Math.round(from + (stops[at + 1][i] - from) * part));
  return `#${parts.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/** Black or white, whichever reads better on a place of the scale. */
export function inkOn(place: number): string {
  return place > 0.5 ? '#000000' : '#ffffff';
}
