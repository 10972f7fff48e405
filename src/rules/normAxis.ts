import type { ValueId, ValueType } from '../ir/graph';
import type { Layer, LayerView } from '../layers/layerView';
import type { MisplacedAxis } from '../variants/layersModel/setNormAxes';

/** Layers between a convolution and its norm that keep the axes in their places. */
const keepsAxes = new Set(['activation', 'dropout', 'pool', 'norm']);
const MOST_BETWEEN = 4;

type TypeOf = (value: ValueId) => ValueType | undefined;

/** The axes that a norm of a layers model states. */
export function statedAxes({ origin }: Layer): readonly number[] | undefined {
  // operators of a graph state no axis: their channels are where the data_format says
  if (origin === undefined || origin.isNode) return undefined;
  const stated = origin.config.axis ?? -1;
  const axes: unknown[] = Array.isArray(stated) ? stated : [stated];
  return axes.every((a): a is number => Number.isInteger(a)) ? axes : undefined;
}

/** The same counted from 0. */
export function positiveAxes(layer: Layer, typeOf: TypeOf): readonly number[] | undefined {
  const rank = typeOf(layer.inputs[0])?.shape?.length;
  return rank === undefined ? undefined : statedAxes(layer)?.map((a) => (a < 0 ? a + rank : a));
}

/** Batch norms that keep their statistics along another axis than the channels of the convolution before them. */
export function misplacedAxes(view: LayerView, typeOf: TypeOf): readonly (MisplacedAxis & { isFirst: boolean })[] {
  return view.layers.flatMap((norm) => {
    const axes = norm.norm?.type === 'batch' ? positiveAxes(norm, typeOf) : undefined;
    const rank = typeOf(norm.inputs[0])?.shape?.length ?? 0;
    if (axes?.length !== 1 || rank < 3) return [];
    const convolution = convolutionBefore(norm, view);
    if (convolution === undefined) return [];
    const isFirst = isChannelsFirst(convolution);
    const axis = isFirst ? 1 : rank - 1;
    const isMisplaced = axes[0] !== axis && axes[0] >= 0 && axes[0] < rank;
    return isMisplaced ? { norm, convolution, axis, isFirst } : [];
  });
}

/** The convolution whose channels the norm sees, with only layers in between that leave the axes alone. */
function convolutionBefore(norm: Layer, view: LayerView): Layer | undefined {
  let layer: Layer | undefined = view.predecessors(norm)[0];
  for (let i = 0; i < MOST_BETWEEN && layer !== undefined && keepsAxes.has(layer.role); i++) {
    layer = view.predecessors(layer)[0];
  }
  return layer?.origin !== undefined && layer.linear?.operator.startsWith('Conv') ? layer : undefined;
}

function isChannelsFirst({ origin }: Layer): boolean {
  return (origin!.config.data_format ?? origin!.config.dataFormat) === 'channels_first';
}
