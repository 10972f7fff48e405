import { attribute } from '../../../ir/attribute';
import { say } from '../../../texts/say';
import { NotLowered, type TensorValue } from '../../tfjs/layerScope';
import type { NodeScope } from '../nodeScope';

/**
 * What the grappler has put into a linear operator (`fused_ops`): a bias, a folded norm's shift, and an activation, whose
 * node is named `node/activation`.
 * @param from first of the inputs that belong to the fused operators
 * @param linear makes the linear operator with the bias, in the file's layout
 */
export function fusedOperators(
  scope: NodeScope,
  from: number,
  linear: (bias: readonly TensorValue[]) => TensorValue,
): TensorValue[] {
  const stated = scope.config.fused_ops;
  const fused = Array.isArray(stated) ? stated.map(String) : [];
  const hasBias = fused[0] === 'BiasAdd';
  const y = linear(hasBias ? [scope.x(from)] : []);
  const rest = hasBias ? fused.slice(1) : fused;
  if (rest.length === 0) return [y];
  if (rest.length > 1) throw new NotLowered(say`it holds ${fused.slice(0, 4).join(', ').slice(0, 80)} at once`);
  return [activation(scope, rest[0], y, from + Number(hasBias), 'activation')];
}

/** An activation by the name of its operator; the slopes of a Prelu are another input of the node. */
export function activation(scope: NodeScope, name: string, x: TensorValue, slopes: number, part?: string): TensorValue {
  const { shape } = x;
  const step = (suffix: string) => (part === undefined ? suffix : `${part}/${suffix}`);
  const result = (): TensorValue => {
    switch (name) {
      case 'Relu':
      case 'Selu':
      case 'Sigmoid':
      case 'Tanh':
      case 'Softplus':
      case 'Softsign':
        return scope.emit(name, [x], {}, { shape, part });
      case 'Elu':
        return scope.emit('Elu', [x], { alpha: attribute.float(1) }, { shape, part });
      case 'Relu6':
        return scope.emit('Clip', [x, scope.scalar(0, step('min')), scope.scalar(6, step('max'))], {}, { shape, part });
      case 'LeakyRelu': {
        const alpha = scope.number('alpha', scope.number('leakyrelu_alpha', 0.2));
        return scope.emit('LeakyRelu', [x], { alpha: attribute.float(alpha) }, { shape, part });
      }
      case 'Prelu':
        return scope.emit('PRelu', [x, slopesOf(scope, slopes, x)], {}, { shape, part });
      default:
        throw new NotLowered(say`the activation ${name.slice(0, 80)} is not known`);
    }
  };
  const y = result();
  return scope.isInside(x) ? scope.markInside(y) : y;
}

/** The slopes have the axes of one sample, so that they follow their input into another layout. */
function slopesOf(scope: NodeScope, input: number, { shape }: TensorValue): TensorValue {
  const constant = scope.constant(input);
  if (constant === undefined || shape === undefined) return scope.x(input);
  const rank = Math.max(0, shape.length - 1);
  const extra = constant.dims.length - rank;
  if (extra > 0 && constant.dims.slice(0, extra).some((d) => d !== 1)) return scope.x(input);
  const regroup = (dims: readonly number[]) =>
    extra > 0 ? dims.slice(extra) : [...Array.from({ length: -extra }, () => 1), ...dims];
  return scope.constantAs(constant, { key: `slopes ${rank}`, regroup });
}
