import type { Origin } from '../../ir/origin';
import type { JsonObject } from './jsonAccess';
import type { Span } from './jsonIndex';
import type { JsonPlace } from './jsonPlace';
import type { LoweredCall } from './loweredCall';
import type { LayerDefinition } from './topology';

/** A layer without layers inside, in a text that is edited. */
export interface FollowedLayer {
  readonly name: string;
  definition: LayerDefinition;
  readonly place: JsonPlace;
  /** Models and wrappers that it lies in. */
  readonly depth: number;
  /** Undefined for a layer that takes no part in the graph but as an input, null for one with several calls. */
  call: LoweredCall | null | undefined;
  origin: Origin | undefined;
  offset: number;
  length: number;
}

/** The words of an edited layer, with its place in the latest text. */
export class FollowedOrigin implements Origin {
  readonly kind: string;
  readonly config: JsonObject;

  constructor(
    readonly layer: string,
    { className, config }: LayerDefinition,
    private readonly span: Span,
  ) {
    this.kind = className;
    this.config = config;
  }

  get offset(): number {
    return this.span.offset;
  }

  get length(): number {
    return this.span.length;
  }
}
