import assert from 'node:assert/strict';
import { float32Tensor } from '../../../src/ir/tensor';
import type { ActivationName } from '../../../src/layers/layerView';
import { initialValues } from '../../../src/training/initialization';
import type { Parameter, ParameterKind } from '../../../src/training/parameters';
import { Random } from '../../../src/training/random';

function values(kind: ParameterKind, fanIn = 0, fanOut = 0, activation?: ActivationName): Float32Array {
  const tensor = float32Tensor('w', [50, 100], new Float32Array(5000));
  const parameter: Parameter = { name: 'w', tensor, kind, fanIn, fanOut };
  return initialValues(parameter, activation, new Random(1));
}

function deviation(data: Float32Array): number {
  return Math.sqrt(data.reduce((sum, v) => sum + v * v, 0) / data.length);
}

describe('initialValues', () => {
  it('gives weights the variance that keeps activations alive', () => {
    const near = (actual: number, expected: number) => assert.ok(Math.abs(actual / expected - 1) < 0.04, `${actual}`);
    near(deviation(values('weight', 100, 50, 'Relu')), Math.sqrt(2 / 100));
    near(deviation(values('weight', 100, 50, 'Tanh')), Math.sqrt(2 / 150));
    near(deviation(values('weight', 100, 50)), Math.sqrt(2 / 150));
    near(deviation(values('weight', 100, 50, 'Selu')), 0.1);
    near(deviation(values('recurrent', 100, 50)), Math.sqrt(2 / 150));
    near(deviation(values('embedding', 100, 100)), 0.1);
  });

  it('starts norms as the identity and biases at zero', () => {
    const all = (kind: ParameterKind, value: number) => assert.ok(values(kind).every((v) => v === value));
    all('scale', 1);
    all('shift', 0);
    all('bias', 0);
    all('slope', 0.25);
  });

  it('keeps the variance of a ReLU network over ten layers (He et al. 2015)', () => {
    const width = 64;
    const random = new Random(5);
    let x = random.normals(width);
    for (let layer = 0; layer < 10; layer++) {
      const w = initialValues(
        {
          name: 'w',
          tensor: float32Tensor('w', [width, width], new Float32Array(width * width)),
          kind: 'weight',
          fanIn: width,
          fanOut: width,
        },
        'Relu',
        random,
      );
      x = Float32Array.from({ length: width }, (_, i) => {
        let sum = 0;
        for (let j = 0; j < width; j++) sum += w[i * width + j] * Math.max(0, x[j]);
        return sum;
      });
    }
    const rms = deviation(x);
    assert.ok(rms > 0.3 && rms < 3, `${rms}`);
  });
});
