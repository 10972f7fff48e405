import type { ValueId, ValueType } from '../ir/graph';
import type { Model } from '../ir/model';
import type { MutableGraph } from '../ir/mutableGraph';
import type { Layer, LayerView } from '../layers/layerView';
import type { FixId } from '../protocol/facts';
import { lateNorms } from '../rules/lateNorms';
import { unusualMomenta } from '../rules/momentum';
import { misplacedAxes } from '../rules/normAxis';
import { redundantBiases } from '../rules/redundantBias';
import { later } from '../texts/say';
import { convertedMomentum, convertMomentum } from '../variants/convertMomentum';
import { dropBiases } from '../variants/dropBiases';
import { editEach, type FixReport } from '../variants/editReport';
import { foldBatchNorms } from '../variants/foldBatchNorms';
import { toInferenceForm } from '../variants/inferenceForm';
import { dropLayerBiases } from '../variants/layersModel/dropLayerBiases';
import { foldNorms } from '../variants/layersModel/foldNorms';
import type { LayersEditor } from '../variants/layersModel/layersEditor';
import { moveNorms } from '../variants/layersModel/moveNorms';
import { setNormAxes } from '../variants/layersModel/setNormAxes';
import { normFoldings } from '../variants/normFolding';

/** A model as its layers. */
export interface Recognized {
  readonly model: Model;
  readonly view: LayerView;
  readonly types: ReadonlyMap<string, ValueType>;
  /** The user wants this layer to be fixed: all of them, or some. */
  readonly isMeant: (layer: Layer) => boolean;
}

/** An edit with the layers that it is for, which the rules name. */
export interface Fix {
  /** What is said when the model has no layer that it is for. */
  readonly nothing: string;
  /** Edits the graph of the recognized model in place. Absent where it is not written into ONNX files. */
  readonly edit?: (graph: MutableGraph, recognized: Recognized) => Promise<FixReport>;
  /** Edits a TensorFlow.js layers model in the terms of its file. Absent where it is not written into those. */
  readonly editLayers?: (editor: LayersEditor, recognized: Recognized) => Promise<FixReport>;
}

/** Fixes by the names that findings, the command line and the view use; `fixFormats` of `protocol/fix.ts` says the same of formats. */
export const fixes: Readonly<Record<FixId, Fix>> = {
  fold: {
    nothing: later`no batch norm stands beside a linear layer that it could be folded into`,
    edit: (graph, recognized) => foldBatchNorms(graph, folds(recognized)),
    editLayers: (editor, recognized) => foldNorms(editor, folds(recognized)),
  },
  'drop-bias': {
    nothing: later`no linear layer has a bias that a batch norm or an instance norm after it removes`,
    edit: (graph, recognized) => dropBiases(graph, biases(recognized)),
    editLayers: (editor, recognized) => dropLayerBiases(editor, biases(recognized)),
  },
  'inference-mode': {
    nothing: later`no batch norm is in training mode`,
    edit: (graph, { view, isMeant }) =>
      toInferenceForm(
        graph,
        view.layers.filter((l) => l.norm?.type === 'batch' && l.norm.trainingForm && isMeant(l)),
      ),
  },
  momentum: {
    nothing: later`no batch norm has a momentum that looks like that of another convention`,
    edit: (graph, recognized) => convertMomentum(graph, momenta(recognized)),
    editLayers: (editor, recognized) =>
      editEach(
        momenta(recognized),
        (norm) => ({ layer: norm, result: norm }),
        (norm) => editor.set(editor.statedOf(norm), 'momentum', String(convertedMomentum(norm.norm!.momentum!))),
      ),
  },
  'norm-before-activation': {
    nothing: later`no norm stands after the activation of a linear layer`,
    editLayers: (editor, { view, isMeant }) =>
      moveNorms(
        editor,
        lateNorms(view)
          .filter(({ norm }) => isMeant(norm))
          .map(({ norm, activation }) => ({ norm, neighbour: activation, to: 'before' })),
      ),
  },
  'norm-after-activation': {
    nothing: later`no norm stands between a linear layer and its activation`,
    editLayers: (editor, { view, isMeant }) =>
      moveNorms(
        editor,
        view.layers.flatMap((norm) => {
          const { placement, activation } = norm.norm === undefined ? {} : view.placementOf(norm);
          if (placement !== 'linear-norm-activation' || activation === undefined || !isMeant(norm)) return [];
          return { norm, neighbour: activation, to: 'behind' } as const;
        }),
      ),
  },
  'norm-axis': {
    nothing: later`no batch norm keeps statistics along another axis than the channels`,
    editLayers: (editor, recognized) =>
      setNormAxes(
        editor,
        misplacedAxes(recognized.view, typeIn(recognized)).filter(({ norm }) => recognized.isMeant(norm)),
      ),
  },
};

function folds(recognized: Recognized) {
  const { view, isMeant } = recognized;
  return normFoldings({ view, typeOf: typeIn(recognized) }).filter(
    (f) => f.obstacle === undefined && (isMeant(f.norm) || isMeant(f.linear)),
  );
}

function biases({ view, isMeant }: Recognized) {
  return redundantBiases(view).filter(({ linear, norm }) => isMeant(linear) || isMeant(norm));
}

function momenta({ model, view, isMeant }: Recognized) {
  return unusualMomenta(model, view).filter(isMeant);
}

function typeIn({ view, types }: Recognized) {
  return (v: ValueId) => (v < 0 ? undefined : (types.get(view.graph.valueName(v)) ?? view.graph.valueType(v)));
}
