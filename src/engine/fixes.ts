import type { ValueType } from '../ir/graph';
import type { Model } from '../ir/model';
import type { MutableGraph } from '../ir/mutableGraph';
import type { LayerView } from '../layers/layerView';
import type { FixId } from '../protocol/facts';
import { unusualMomenta } from '../rules/momentum';
import { redundantBiases } from '../rules/redundantBias';
import { convertMomentum } from '../variants/convertMomentum';
import { dropBiases } from '../variants/dropBiases';
import type { FixReport } from '../variants/editReport';
import { foldBatchNorms } from '../variants/foldBatchNorms';
import { toInferenceForm } from '../variants/inferenceForm';
import { normFoldings } from '../variants/normFolding';

/** A model as its layers. */
export interface Recognized {
  readonly model: Model;
  readonly view: LayerView;
  readonly types: ReadonlyMap<string, ValueType>;
}

/** An edit with the layers that it is for, which the rules name. */
export interface Fix {
  /** What is said when the model has no layer that it is for. */
  readonly nothing: string;
  /** Edits the graph of the recognized model in place. */
  edit(graph: MutableGraph, recognized: Recognized): Promise<FixReport>;
}

/** Fixes by the names that findings, the command line and the view use. */
export const fixes: Readonly<Record<FixId, Fix>> = {
  fold: {
    nothing: 'no batch norm stands beside a linear layer that it could be folded into',
    edit: (graph, { view, types }) => {
      const typeOf = (v: number) =>
        v < 0 ? undefined : (types.get(view.graph.valueName(v)) ?? view.graph.valueType(v));
      return foldBatchNorms(
        graph,
        normFoldings({ view, typeOf }).filter((f) => f.obstacle === undefined),
      );
    },
  },
  'drop-bias': {
    nothing: 'no linear layer has a bias that a batch norm or an instance norm behind it removes',
    edit: (graph, { view }) => dropBiases(graph, redundantBiases(view)),
  },
  'inference-mode': {
    nothing: 'no batch norm is in training mode',
    edit: (graph, { view }) =>
      toInferenceForm(
        graph,
        view.layers.filter((l) => l.norm?.type === 'batch' && l.norm.trainingForm),
      ),
  },
  momentum: {
    nothing: 'no batch norm has a momentum that looks like that of another convention',
    edit: (graph, { model, view }) => convertMomentum(graph, unusualMomenta(model, view)),
  },
};
