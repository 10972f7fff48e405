import { ABSENT, type Node, type ValueId } from '../ir/graph';
import type { LayerRole } from '../protocol/facts';
import type { GraphReading } from './graphReading';
import type { ActivationName, RecognizedLinear, RecognizedNorm } from './layerView';

/** Nodes that were recognized as one thing, before they get ids and are put together to the layers of the file. */
export interface Piece {
  readonly role: LayerRole;
  /** Operator type, or the usual name of what several nodes make up. */
  readonly kind: string;
  /** Ascending. */
  readonly nodes: readonly number[];
  /** The node that names the piece. */
  readonly main: number;
  readonly inputs: readonly ValueId[];
  readonly output: ValueId;
  readonly norm?: RecognizedNorm;
  readonly linear?: RecognizedLinear;
  readonly activation?: ActivationName;
  readonly dropRate?: number;
  /** See `Layer.sum`. */
  readonly sum?: ValueId;
}

/** What a recognizer adds to the piece that one node makes up. */
export type PieceFacts = Pick<Piece, 'norm' | 'linear' | 'activation' | 'dropRate' | 'sum'> & {
  readonly role: LayerRole;
  /** Default: every input that is data. */
  readonly inputs?: readonly ValueId[];
};

/** Looks at one node alone; undefined when it is not what the recognizer knows. */
export type NodeRecognizer = (node: Node, reading: GraphReading) => PieceFacts | undefined;

/** The piece of a single node. */
export function nodePiece(node: Node, reading: GraphReading, facts: PieceFacts): Piece {
  return {
    kind: node.opType,
    nodes: [node.index],
    main: node.index,
    output: node.outputs.find((v) => v !== ABSENT) ?? ABSENT,
    ...facts,
    inputs: facts.inputs ?? node.inputs.filter((v) => reading.isData(v)),
  };
}
