import type { GradientRule } from '../call';
import { attribute } from '../../ir/attribute';

/** SpaceToDepth; in mode CRD the blocks lie inside the channels, which takes a transpose. */
export const DepthToSpace: GradientRule = (c, g) => [
  () => {
    const size = c.int('blocksize', 1);
    const [n, channels, h, w] = g.shape(c.x);
    if (c.string('mode', 'DCR') === 'DCR') {
      return g.node('SpaceToDepth', [c.dy], [n, channels, h, w], { blocksize: attribute.int(size) });
    }
    const blocks = g.reshape(c.dy, [n, channels / (size * size), h, size, w, size]);
    return g.reshape(g.transpose(blocks, [0, 1, 3, 5, 2, 4]), [n, channels, h, w]);
  },
];
