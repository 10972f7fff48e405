import { attribute } from '../../ir/attribute';
import { dataTypeCode } from '../../ir/dataType';
import { normalizeAxis } from '../../ir/inference/dims';
import type { MutableNode } from '../../ir/mutableGraph';
import { typeAttribute } from '../../ir/inference/constants';
import { say } from '../../texts/say';
import { drop, floatOf, intOf, intsOf, raised, setInput, type Conversion, type OpsetRules } from './conversion';

const REDUCTIONS = ['Mean', 'Max', 'Min', 'Prod', 'L1', 'L2', 'LogSum', 'LogSumExp', 'SumSquare'];

/** What early opsets state as an attribute and later ones take as an input. */
export const movedRules: OpsetRules = {
  Squeeze: raised(13, axesToInput),
  Unsqueeze: raised(13, axesToInput),
  ReduceSum: raised(13, axesToInput),
  ...Object.fromEntries(REDUCTIONS.map((name) => [`Reduce${name}`, raised(18, axesToInput)])),
  Clip: raised(11, clip),
  Pad: raised(11, pad),
  Slice: raised(10, slice),
  Split: raised(18, split),
  TopK: raised(10, topK),
  Reshape: raised(5, reshape),
  Cast: raised(6, cast),
  Concat: raised(4, (node) => {
    if (!node.attributes.has('axis')) node.attributes.set('axis', attribute.int(1));
    return false;
  }),
  Tile: raised(6, tile),
  // opset 16 shifts the boxes by half a pixel unless told otherwise
  RoiAlign: raised(16, (node) => {
    node.attributes.set('coordinate_transformation_mode', attribute.string('output_half_pixel'));
    return false;
  }),
};

function axesToInput(node: MutableNode, c: Conversion): boolean {
  const axes = intsOf(node, 'axes');
  if (axes !== undefined) setInput(node, 1, c.ints(axes));
  drop(node, 'axes');
  return false;
}

/** Clip (opset 6): the bounds default to the ends of float32, which is no bound. */
function clip(node: MutableNode, c: Conversion): boolean {
  const dtype = c.dtype(node.inputs[0]);
  ['min', 'max'].forEach((bound, i) => {
    const value = floatOf(node, bound);
    if (value !== undefined) setInput(node, i + 1, c.scalar(value, dtype));
  });
  drop(node, 'min', 'max');
  return false;
}

/** Pad: `paddings` (opset 1) or `pads` (2). */
function pad(node: MutableNode, c: Conversion): boolean {
  const pads = intsOf(node, 'pads') ?? intsOf(node, 'paddings');
  if (pads === undefined) return c.fail(node, say`it does not state its pads`);
  setInput(node, 1, c.ints(pads));
  const value = floatOf(node, 'value', 0);
  if (value !== 0) setInput(node, 2, c.scalar(value, c.dtype(node.inputs[0])));
  drop(node, 'pads', 'paddings', 'value');
  return false;
}

function slice(node: MutableNode, c: Conversion): boolean {
  const starts = intsOf(node, 'starts');
  const ends = intsOf(node, 'ends');
  if (starts === undefined || ends === undefined) return c.fail(node, say`it does not state its starts and ends`);
  const axes = intsOf(node, 'axes') ?? starts.map((_, i) => i);
  node.inputs = [node.inputs[0], c.ints(starts), c.ints(ends), c.ints(axes)];
  drop(node, 'starts', 'ends', 'axes');
  return false;
}

/** Split: sizes as attribute (opset 2), then input (13); equal parts need their number stated from 18 on. */
function split(node: MutableNode, c: Conversion): boolean {
  const sizes = intsOf(node, 'split');
  if (sizes !== undefined && sizes.length > 0) setInput(node, 1, c.ints(sizes));
  else if (!node.inputs[1]) node.attributes.set('num_outputs', attribute.int(node.outputs.length));
  drop(node, 'split');
  return false;
}

function topK(node: MutableNode, c: Conversion): boolean {
  const k = intOf(node, 'k');
  if (k === undefined) return c.fail(node, say`it does not state k`);
  setInput(node, 1, c.ints([k]));
  drop(node, 'k');
  return false;
}

function reshape(node: MutableNode, c: Conversion): boolean {
  const shape = intsOf(node, 'shape');
  if (shape !== undefined) setInput(node, 1, c.ints(shape));
  drop(node, 'shape');
  return false;
}

/** Cast (opset 1) names the type. */
function cast(node: MutableNode, c: Conversion): boolean {
  const to = typeAttribute(node.attributes.get('to'));
  if (to === undefined) return c.fail(node, say`it does not name a known type`);
  node.attributes.set('to', attribute.int(dataTypeCode(to)));
  return false;
}

/** Tile (opset 1): `tiles` copies along one `axis`, both inputs. */
function tile(node: MutableNode, c: Conversion): boolean {
  const [x, tiles, axis] = node.inputs;
  const rank = c.rank(node, x);
  // written as later opsets have it, with a number for each axis
  if (!axis && c.constantInts(tiles)?.length === rank) return false;
  const count = c.constantInts(tiles)?.[0];
  const at = normalizeAxis(c.constantInts(axis)?.[0] ?? NaN, rank);
  if (count === undefined || at === undefined)
    return c.fail(node, say`its tiles or its axis are computed, or make no sense`);
  const repeats = Array.from({ length: rank }, (_, i) => (i === at ? count : 1));
  node.inputs = [x, c.ints(repeats)];
  return false;
}
