import type { Attribute } from '../../ir/attribute';
import type { ValueId } from '../../ir/graph';
import type { LazyNodeParts } from '../../ir/graphBuilder';
import type { Tensor } from '../../ir/tensor';
import { readAttributes } from './attributeReader';
import type { Interner } from './interner';
import type { ReadContext } from './readContext';
import { NodeField } from './schema';
import type { ValueNames } from './tensorReader';
import { Wire } from './wire';

/** Attributes of this many nodes are kept once decoded. */
const KEPT_ATTRIBUTES = 10_000;

/** Names and attributes that stay in the file until somebody asks. They keep alive only what they need of the reading. */
export class NodeParts implements LazyNodeParts {
  /** By node: the file offset of its field. */
  starts: Float64Array;
  private entered: Wire | undefined;
  private kept: Map<number, ReadonlyMap<string, Attribute>> | undefined;

  /**
   * @param names of the values, whose numbers they are
   * @param room how many nodes there may be; there may be more
   */
  constructor(
    private readonly context: ReadContext,
    private readonly names: Interner,
    room: number,
  ) {
    this.starts = new Float64Array(room);
  }

  valueName(value: ValueId): string {
    return this.names.text(value);
  }

  name(index: number): string {
    const wire = this.wire();
    const end = this.enter(wire, index);
    while (wire.next(end)) if (wire.field === NodeField.name) return wire.text();
    return '';
  }

  attributes(index: number): ReadonlyMap<string, Attribute> {
    const kept = (this.kept ??= new Map<number, ReadonlyMap<string, Attribute>>());
    let attributes = kept.get(index);
    if (attributes === undefined) {
      if (kept.size >= KEPT_ATTRIBUTES) kept.clear();
      const wire = this.wire();
      const { tensors } = this.context;
      attributes = readAttributes(wire, this.enter(wire, index), { tensors, lenient: true });
      kept.set(index, attributes);
    }
    return attributes;
  }

  /** @param place file offset of the field that holds the TensorProto */
  tensor(value: ValueId, place: number, names: ValueNames): Tensor {
    return this.context.tensors.readAt(this.wire(), place, value, names);
  }

  private wire(): Wire {
    return (this.entered ??= new Wire(this.context.structure));
  }

  /** Goes to the fields of a node and returns where they end. */
  private enter(wire: Wire, index: number): number {
    wire.seek(this.starts[index]);
    wire.next(Infinity);
    return wire.enterMessage();
  }
}
