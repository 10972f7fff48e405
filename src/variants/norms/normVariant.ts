import type { Layer } from '../../layers/layerView';
import type { GraphEdit } from './graphEdit';

/** A layer that stays as it is, and why. */
export interface LeftLayer {
  readonly layer: Layer;
  readonly reason: string;
}

/** What a variant did to a network. */
export interface NormChange {
  /** Norms that were taken out, replaced or moved; linear layers that got one. */
  readonly changed: readonly Layer[];
  readonly left: readonly LeftLayer[];
  /** In words, e.g. '20 norms replaced by group norms'. */
  readonly summary: string;
  /** What a reader of the results should know of how it was done. */
  readonly notes: readonly string[];
}

/** One way to have a network with another normalization. */
export interface NormVariant<Id extends string = string> {
  readonly id: Id;
  /** A few words for lists and charts. */
  readonly title: string;
  /** What is done to the network, in a sentence or two. */
  readonly description: string;
  /** In training, gradients do not pass the statistics of its batch norms. */
  readonly detachesStatistics?: boolean;
  /** Notes in `edit` what shall be done. */
  readonly apply: (edit: GraphEdit) => NormChange | Promise<NormChange>;
}
