import type { MutableNode } from '../../ir/mutableGraph';
import type { Layer } from '../../layers/layerView';
import { count, say } from '../../texts/say';
import { anchorOf, findNorms } from './findNorms';
import type { GraphEdit } from './graphEdit';
import type { NormBlock } from './normBlock';
import { siteOfNorm } from './normSite';
import type { NormVariant } from './normVariant';
import { filled } from './writeNorm';

/**
 * Every norm is taken out with its scale. Its shift stays as a bias that starts at 0 where the linear layer before it has no
 * bias of its own: without, the comparison would be with a network that cannot shift at all.
 */
export const withoutNorms: NormVariant<'none'> = {
  id: 'none',
  get title() {
    return say`no normalization`;
  },
  get description() {
    return say`Every norm is taken out. A linear layer without a bias gets one that starts at 0 where the norm after it had a shift.`;
  },
  apply(edit) {
    const { blocks, left } = findNorms(edit);
    let biases = 0;
    for (const block of blocks) {
      const anchor = anchorOf(block);
      edit.takeOut(block);
      if (block.prepare) edit.writeAt(anchor, {}, block.prepare);
      if (giveBias(block, edit)) biases++;
      else edit.redirect(block.output, block.input, anchor);
    }
    const notes = biases > 0 ? [say`linear layers that got a bias for the shift of their norm: ${biases}`] : [];
    const lost = blocks.filter((b) => b.hasShift).length - biases;
    if (lost > 0) notes.push(say`norms whose shift is gone with them: ${lost}`);
    return {
      changed: blocks.map((b) => b.layer),
      left,
      summary: say`${count(blocks.length, 'norm')} taken out`,
      notes,
    };
  },
};

/** Whether the shift of a norm went on as the bias of the linear layer that the norm reads. */
function giveBias(block: NormBlock, edit: GraphEdit): boolean {
  if (!block.hasShift || block.prepare !== undefined) return false;
  const linear = edit.view.predecessors(block.layer)[0];
  if (linear === undefined || !takesBias(linear, block, edit)) return false;
  const site = siteOfNorm(block.layer, block.main, block.input, edit.types);
  if (typeof site === 'string' || site.channels !== linear.linear!.channels) return false;
  const anchor = anchorOf(block);
  const product = edit.node(linear.nodes[0]);
  const bias = edit.graph.addInitializer(
    filled(edit.graph.freshName(`${block.input}/bias`), site.dtype, [site.channels], 0),
  );
  if (holdsBias(product)) {
    product.inputs = [product.inputs[0], product.inputs[1], bias];
    edit.redirect(block.output, block.input, anchor);
  } else {
    edit.writeAt(anchor, { id: edit.idOf(linear) }, (r) => r.add('Add', [block.input, bias], {}, block.output));
  }
  return true;
}

function holdsBias({ opType }: MutableNode): boolean {
  return opType === 'Conv' || opType === 'ConvTranspose' || opType === 'Gemm';
}

function takesBias({ linear, output, nodes, activation }: Layer, block: NormBlock, edit: GraphEdit): boolean {
  if (linear === undefined || linear.bias !== undefined || activation !== undefined) return false;
  const value = edit.view.graph.valueName(output);
  const product = edit.node(nodes[0]);
  const known = product.domain === '' && (holdsBias(product) || product.opType === 'MatMul');
  return known && value === block.input && !edit.isReadOutside(value, new Set(block.nodes));
}
