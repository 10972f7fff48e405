import type { ValueId } from '../../ir/graph';
import { count, say } from '../../texts/say';
import { foldBatchNorms } from '../foldBatchNorms';
import { normFoldings } from '../normFolding';
import type { LeftLayer, NormVariant } from './normVariant';

/** Batch norms go on as weights and bias of the linear layer beside them: the same function at inference, and no norm in training. */
export const foldedNorms: NormVariant<'folded'> = {
  id: 'folded',
  get title() {
    return say`batch norms folded`;
  },
  get description() {
    return say`Batch norms are multiplied into the linear layers beside them: the same results at inference, without a norm in training.`;
  },
  async apply(edit) {
    const { view, types, graph } = edit;
    const typeOf = (v: ValueId) => (v < 0 ? undefined : types.get(view.graph.valueName(v)));
    const foldings = normFoldings({ view, typeOf });
    const report = await foldBatchNorms(
      graph,
      foldings.filter((f) => f.obstacle === undefined),
    );
    const obstacles = foldings.flatMap(({ norm, obstacle }): LeftLayer[] =>
      obstacle === undefined ? [] : [{ layer: norm, reason: obstacle }],
    );
    const changed = new Set(report.changed);
    for (const { norm, linear, side } of foldings)
      if (side === 'before' && changed.has(norm)) edit.computes(linear, view.graph.valueName(norm.output));
    const beside = new Set(foldings.map((f) => f.norm));
    const others = view.layers.filter((l) => l.norm !== undefined && !beside.has(l));
    const reason = say`it is no batch norm beside a linear layer`;
    return {
      changed: report.changed,
      left: [...obstacles, ...report.left, ...others.map((layer) => ({ layer, reason }))],
      summary: say`${count(report.changed.length, 'batch norm')} folded`,
      notes: [],
    };
  },
};
