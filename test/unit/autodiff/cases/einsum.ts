import { attribute } from '../../../../src/ir/attribute';
import type { GradientCase } from '../../../support/finiteDifferences';

const einsum = (equation: string, ...inputs: readonly number[][]): GradientCase => ({
  opType: 'Einsum',
  name: equation === '' ? 'no letters' : equation,
  inputs,
  attributes: { equation: attribute.string(equation) },
});

export const einsumCases: readonly GradientCase[] = [
  einsum('ij,jk->ik', [2, 3], [3, 4]),
  einsum('ij,jk', [2, 3], [3, 4]),
  einsum('bhqd,bhkd->bhqk', [2, 2, 3, 2], [2, 2, 4, 2]),
  einsum(' b i , o i -> b o ', [2, 3], [4, 3]),
  einsum('i,j->ij', [3], [2]),
  einsum('i,i->', [4], [4]),
  einsum('ijk->kij', [2, 3, 4]),
  einsum('ijk->j', [2, 3, 4]),
  einsum('ij,k->i', [2, 3], [4]),
  einsum('ii->i', [3, 3]),
  einsum('ii->', [3, 3]),
  einsum('iji->j', [2, 3, 2]),
  einsum('...ij,...jk->...ik', [2, 3, 4], [2, 4, 2]),
  einsum('...ij,jk', [2, 2, 3], [3, 2]),
  einsum('...i,...i->...', [2, 3, 2], [2, 3, 2]),
  einsum('b...,b...->...b', [2, 1, 3], [2, 4, 3]),
  einsum('ij,jk,kl->il', [2, 3], [3, 2], [2, 2]),
  // ONNX Runtime gives its gradient the shape [1, 3], and a node after it that memory; the nodes are those of b...,b...->...b
  { ...einsum('ij,ij->ij', [2, 3], [1, 3]), mutated: false },
];
