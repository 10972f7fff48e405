import { deepPlainBatchNorm } from '../../../../src/rules/catalogue/deepPlainBatchNorm';
import { testRule } from '../../../support/ruleTester';

function network(
  depth: number,
  more: { skip?: boolean; mark?: boolean; activation?: string; norm?: boolean } = {},
): string {
  const { skip = false, mark = false, activation = 'Relu', norm = true } = more;
  const nodes = Array.from({ length: depth }, (_, i) => {
    const input = i === 0 ? 'x' : `r${i - 1}`;
    const value = norm ? `n${i}` : `a${i}`;
    return `a${i} = Conv(${input}, w)${mark && i === 0 ? '  # finding' : ''}
      ${norm ? `n${i} = BatchNormalization(a${i}, s, s, s, s)` : ''}
      ${skip ? `k${i} = Add(${value}, ${input})\n r${i} = ${activation}(k${i})` : `r${i} = ${activation}(${value})`}`;
  });
  return `<opset_import: ["" : 18]> g (float[N,4,8,8] x) => (float[N,4,8,8] y) <float[4,4,1,1] w, float[4] s> {
    ${nodes.join('\n')}
    y = Conv(r${depth - 1}, w)
  }`;
}

testRule(deepPlainBatchNorm, {
  fires: [
    { name: 'sixty units', text: network(60, { mark: true }), message: /1\.467\^60 = 9660000000 .*1\.211\^60 = 98300/ },
    { name: 'a training graph of 51 units', purpose: 'training', text: network(51, { mark: true }) },
    {
      name: 'a layers model of 100 units',
      purpose: 'definition',
      format: 'tfjs-layers',
      text: network(100, { mark: true }),
    },
  ],
  silent: [
    { name: 'fifty units', text: network(50) },
    { name: 'a residual network', text: network(110, { skip: true }) },
    { name: 'no norms', text: network(60, { norm: false }) },
    { name: 'another activation, for which the growth is another', text: network(60, { activation: 'Tanh' }) },
  ],
});
