/** Why a gradient ends at a node. Rules throw it; `differentiate` reports it as a cut. */
export class NoGradient extends Error {}
