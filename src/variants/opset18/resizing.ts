import { attribute } from '../../ir/attribute';
import type { MutableNode } from '../../ir/mutableGraph';
import { float32Tensor } from '../../ir/tensor';
import { floatsAtHand } from '../../ir/tensorValues';
import { say } from '../../texts/say';
import { floatOf, floatsOf, lowered, raised, stringOf, type Conversion, type OpsetRules } from './conversion';

export const resizingRules: OpsetRules = {
  Upsample: raised(Infinity, upsample),
  GridSample: lowered(20, gridSample),
  Resize: [
    ...raised(11, resize10),
    ...raised(13, resize11, 11),
    ...lowered(19, (node, c) =>
      stringOf(node, 'coordinate_transformation_mode', '') === 'half_pixel_symmetric'
        ? c.fail(node, say`half_pixel_symmetric is not known there`)
        : false,
    ),
  ],
};

/** Upsample (opset 1: two factors, 7: attribute `scales`, 9: input) takes the nearest sample before the place. */
function upsample(node: MutableNode, c: Conversion): boolean {
  const [height, width] = [floatOf(node, 'height_scale'), floatOf(node, 'width_scale')];
  const stated = floatsOf(node, 'scales') ?? (height && width ? [1, 1, height, width] : undefined);
  const scales =
    node.inputs[1] || (stated && c.tensor('scales', (name) => float32Tensor(name, [stated.length], stated)));
  if (!scales) return c.fail(node, say`it does not state its scales`);
  resized(c, node.inputs[0], scales, stringOf(node, 'mode', 'nearest'), 'floor', node.outputs[0]);
  return true;
}

/** Resize (opset 10) is Upsample that may shrink; ONNX Runtime takes the nearest sample behind the place where it does. */
function resize10(node: MutableNode, c: Conversion): boolean {
  const [x, scales] = node.inputs;
  const mode = stringOf(node, 'mode', 'nearest');
  const factors = floatsAtHand(c.graph.initializers.get(scales));
  const shrinks = factors?.some((f) => f < 1) ?? false;
  if (mode !== 'nearest' || !shrinks) resized(c, x, scales, mode, 'floor', node.outputs[0]);
  else if (factors!.every((f) => f <= 1)) resized(c, x, scales, mode, 'ceil', node.outputs[0]);
  else {
    const part = (values: Float32Array) => c.tensor('scales', (name) => float32Tensor(name, [values.length], values));
    const small = resized(c, x, part(factors!.map((f) => Math.min(f, 1))), mode, 'ceil');
    resized(c, small, part(factors!.map((f) => Math.max(f, 1))), mode, 'floor', node.outputs[0]);
  }
  return true;
}

function resized(c: Conversion, x: string, scales: string, mode: string, nearest: string, output?: string): string {
  return c.add(
    'Resize',
    [x, '', scales],
    {
      mode: attribute.string(mode === 'bilinear' ? 'linear' : mode),
      coordinate_transformation_mode: attribute.string('asymmetric'),
      nearest_mode: attribute.string(nearest),
    },
    output,
  );
}

/** Resize (opset 11) wants all four inputs, empty where it does not use them; later opsets want one of scales and sizes. */
function resize11(node: MutableNode, c: Conversion): boolean {
  const crops = stringOf(node, 'coordinate_transformation_mode', '') === 'tf_crop_and_resize';
  const empty = (value: string) => value !== '' && c.shape(value)?.length === 1 && c.shape(value)![0] === 0;
  node.inputs = node.inputs.map((value, i) => ((i === 1 && !crops) || (i > 0 && empty(value)) ? '' : value));
  while (node.inputs[node.inputs.length - 1] === '') node.inputs.pop();
  if (node.inputs.length > 3) node.inputs[2] = '';
  return false;
}

/** GridSample (opset 20) renamed its modes. */
function gridSample(node: MutableNode, c: Conversion): boolean {
  if (c.rank(node, node.inputs[0]) !== 4) return c.fail(node, say`it samples a volume`);
  const mode = stringOf(node, 'mode', 'linear');
  const names: Readonly<Record<string, string>> = { linear: 'bilinear', cubic: 'bicubic' };
  if (Object.hasOwn(names, mode)) node.attributes.set('mode', attribute.string(names[mode]));
  return false;
}
