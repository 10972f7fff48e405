import type { DataType } from '../../ir/dataType';
import type { MutableNode } from '../../ir/mutableGraph';
import type { ValueType } from '../../ir/graph';
import type { Layer } from '../../layers/layerView';
import { say } from '../../texts/say';

/**
 * What a normalized tensor is, as the graph holds it:
 * - vectors [N, F], or [N, C] behind a global pool: one sample, one vector;
 * - signals [N, C, space...] or [N, space..., C]: the statistics of one sample run over space as well;
 * - sequences [N, ..., F]: every position is normalized by itself, like a sample (batch statistics run over positions too).
 */
export type SiteKind = 'vector' | 'signal' | 'sequence';

/** A value that is normalized or could be: where its channels are. */
export interface NormSite {
  readonly value: string;
  readonly kind: SiteKind;
  readonly rank: number;
  /** 1, or the last axis. */
  readonly channelAxis: number;
  readonly channels: number;
  readonly dtype: DataType;
}

/** Operators of the default domain that have their channels at axis 1. */
const CHANNEL_SECOND: ReadonlySet<string> = new Set([
  'BatchNormalization',
  'InstanceNormalization',
  'GroupNormalization',
  'LRN',
  'MeanVarianceNormalization',
]);

/**
 * Where the channels of a norm's input are.
 * @param main the norm's own operator; undefined where it is written out
 * @returns why that cannot be said, where it cannot
 */
export function siteOfNorm(
  layer: Layer,
  main: MutableNode | undefined,
  value: string,
  types: ReadonlyMap<string, ValueType>,
): NormSite | string {
  const rank = types.get(value)?.shape?.length;
  if (rank === undefined) return say`the rank of its input is not known`;
  if (rank < 2) return say`its input has no axis beside the channels`;
  return site(value, channelsOfNorm(layer, main, rank), rank, types, layer.norm?.channels);
}

/** Where the channels of a linear layer's output are. */
export function siteOfLinear(layer: Layer, value: string, types: ReadonlyMap<string, ValueType>): NormSite | string {
  const rank = types.get(value)?.shape?.length;
  if (rank === undefined || rank < 2) return say`the rank of its output is not known`;
  const { operator, channels } = layer.linear!;
  const kind = rank === 2 ? 'vector' : operator.startsWith('Conv') ? 'signal' : 'sequence';
  return site(value, { kind, channelAxis: kind === 'sequence' ? rank - 1 : 1 }, rank, types, channels);
}

/** No network has more; a damaged file may say so. */
const MOST_CHANNELS = 2 ** 20;

type Channels = Pick<NormSite, 'kind' | 'channelAxis'>;

function site(
  value: string,
  { kind, channelAxis }: Channels,
  rank: number,
  types: ReadonlyMap<string, ValueType>,
  known: number | undefined,
): NormSite | string {
  const { shape, dtype } = types.get(value)!;
  const size = shape![channelAxis];
  const channels = typeof size === 'number' ? size : known;
  if (channels === undefined || channels < 1 || channels > MOST_CHANNELS)
    return say`the number of its channels is not known`;
  return { value, kind, rank, channelAxis, channels, dtype: dtype ?? 'float32' };
}

function channelsOfNorm({ norm, origin }: Layer, main: MutableNode | undefined, rank: number): Channels {
  const last = rank - 1;
  if (rank === 2) return { kind: 'vector', channelAxis: 1 };
  if (main?.domain === '' && CHANNEL_SECOND.has(main.opType)) return { kind: 'signal', channelAxis: 1 };
  if (main !== undefined && /GroupNorm$/.test(main.opType)) {
    const layout = main.attributes.get('channels_last');
    return { kind: 'signal', channelAxis: layout?.type === 'int' && layout.value === 0 ? 1 : last };
  }
  const first = firstAxis(main, rank) ?? norm?.axes?.[0] ?? last;
  switch (norm?.type) {
    case 'group':
      // of feature vectors, every position by itself, or over space
      if (first === last) return { kind: 'sequence', channelAxis: last };
      return { kind: 'signal', channelAxis: norm.axesMeaning?.at(-1) === 'C' ? last : 1 };
    case 'instance':
      return { kind: 'signal', channelAxis: first === 2 ? 1 : last };
    default: {
      if (first === last) {
        // a norm over the channels of a picture whose channels were moved to the end
        const ofPicture = norm?.axesMeaning?.[0] === 'C';
        return { kind: ofPicture ? 'signal' : 'sequence', channelAxis: last };
      }
      // over whole samples: TensorFlow has their channels last
      if (rank > 3) return { kind: 'signal', channelAxis: origin !== undefined && !origin.isNode ? last : 1 };
      return { kind: 'sequence', channelAxis: last };
    }
  }
}

/** First axis of the statistics of a LayerNormalization or an operator like it. */
function firstAxis(main: MutableNode | undefined, rank: number): number | undefined {
  if (main === undefined) return undefined;
  const axis = main.attributes.get('axis');
  const stated = axis?.type === 'int' ? axis.value : -1;
  return stated < 0 ? stated + rank : stated;
}
