import { normVariantIds, type NormVariantId } from '../../protocol/normVariant';
import { say } from '../../texts/say';
import { foldedNorms } from './foldedNorms';
import { insertedBatchNorms } from './insertedNorms';
import { normsAfterActivations, normsBeforeActivations } from './movedNorms';
import type { NormVariant } from './normVariant';
import { detachedBatchNorms, replacedNorms } from './replacedNorms';
import { withoutNorms } from './withoutNorms';

/** All variants in the order of lists, as their ids have it in `protocol/normVariant.ts`. */
export const normVariants: readonly NormVariant<Exclude<NormVariantId, 'as-is'>>[] = [
  withoutNorms,
  foldedNorms,
  replacedNorms('batch'),
  replacedNorms('layer'),
  replacedNorms('instance'),
  replacedNorms('group'),
  replacedNorms('rms'),
  insertedBatchNorms,
  detachedBatchNorms,
  normsBeforeActivations,
  normsAfterActivations,
];

export function isNormVariantId(id: string): id is NormVariantId {
  return (normVariantIds as readonly string[]).includes(id);
}

export function normVariant(id: Exclude<NormVariantId, 'as-is'>): NormVariant {
  return normVariants.find((v) => v.id === id)!;
}

/** A few words for lists and charts. */
export function titleOf(id: NormVariantId): string {
  return id === 'as-is' ? say`as it is` : normVariant(id).title;
}

/** In training, gradients do not pass the statistics of the network's batch norms. */
export function detachesStatistics(id: NormVariantId): boolean {
  return id !== 'as-is' && (normVariant(id).detachesStatistics ?? false);
}
