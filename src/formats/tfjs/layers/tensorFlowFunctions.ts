import { say } from '../../../texts/say';
import { NotLowered, type Shape } from '../layerScope';
import type { LayerLowering } from './lowering';
import { broadcast } from './merge';
import { operandsOf, operationLayers } from './operations';

/** TensorFlow's functions and Python's operators, which functional models of Keras 2 hold as layers (`TFOpLambda`). */

/** Two operands, of which one may be a number; axes are aligned from the last one on. */
const arithmetic =
  (opType: string): LayerLowering =>
  (scope, inputs) => {
    const operands = operandsOf(scope, inputs);
    if (operands.length !== 2) throw new NotLowered(say`it needs two operands`);
    const rank = Math.max(...operands.map((x) => x.shape?.length ?? 0));
    const [a, b] = operands.map(({ shape }): Shape | undefined =>
      shape === undefined ? undefined : [...Array.from({ length: rank - shape.length }, () => 1), ...shape],
    );
    return [scope.emit(opType, operands, {}, { shape: broadcast(a, b), dtype: inputs[0]?.dtype })];
  };

const functions: ReadonlyMap<string, LayerLowering> = new Map([
  ['__operators__.add', arithmetic('Add')],
  ['math.add', arithmetic('Add')],
  ['math.subtract', arithmetic('Sub')],
  ['math.multiply', arithmetic('Mul')],
  ['math.truediv', arithmetic('Div')],
  ['math.divide', arithmetic('Div')],
  ['math.maximum', arithmetic('Max')],
  ['math.minimum', arithmetic('Min')],
  ['nn.relu', operationLayers.Relu],
  ['nn.relu6', operationLayers.Relu6],
  ['math.sigmoid', operationLayers.Sigmoid],
  ['math.tanh', operationLayers.Tanh],
  ['math.abs', operationLayers.Absolute],
  ['math.exp', operationLayers.Exp],
  ['math.log', operationLayers.Log],
  ['math.negative', operationLayers.Negative],
  ['math.sqrt', operationLayers.Sqrt],
]);

const tensorFlowFunction: LayerLowering = (scope, inputs) => {
  const name = scope.string('function', '');
  const lowering = functions.get(name);
  if (lowering === undefined) throw new NotLowered(say`its function ${name.slice(0, 80)} is not known`);
  return lowering(scope, inputs);
};

/** InceptionResNetV2 of Keras adds a branch times a number. */
const scaledBranch: LayerLowering = (scope, inputs) => {
  if (inputs.length !== 2) throw new NotLowered(say`it needs two inputs`);
  const [x, branch] = inputs;
  const factor = scope.scalar(scope.number('scale', 1), 'scale');
  const scaled = scope.emit('Mul', [branch, factor], {}, { shape: branch.shape, part: 'scaled' });
  return [scope.emit('Add', [x, scaled], {}, { shape: x.shape })];
};

export const tensorFlowFunctions: Readonly<Record<string, LayerLowering>> = {
  TFOpLambda: tensorFlowFunction,
  CustomScaleLayer: scaledBranch,
};
