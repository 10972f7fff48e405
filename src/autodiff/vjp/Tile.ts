import type { GradientRule } from '../call';

/** The sum of the copies. */
export const Tile: GradientRule = ({ x, dy }, g) => [
  () => {
    const shape = g.shape(x);
    const tiled = g.shape(dy);
    const apart = shape.flatMap((d, i) => [d === 0 ? 0 : tiled[i] / d, d]);
    return g.reshape(
      g.sumTo(
        g.reshape(dy, apart),
        shape.flatMap((d) => [1, d]),
      ),
      shape,
    );
  },
];
