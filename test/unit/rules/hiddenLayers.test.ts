import { strict as assert } from 'node:assert';
import { analyzeModel } from '../../../src/rules/analyzeModel';
import { textModel } from '../../support/textModel';

const model = (condition: string) =>
  textModel(`<opset_import: ["" : 17]> g (float[N,3,8,8] x, bool data) => (float[] y) <bool true = {1}, float[4,3,1,1] w> {
    [choice] y = If<
      then_branch = yes () => (float[] a) { a = Conv(x, w) },
      else_branch = no () => (float[] b) {
        c = If<then_branch = p () => (float[] d) { d = Conv(x, w) }, else_branch = q () => (float[] e) { e = Relu(x) }>(data)
        b = Conv(c, w)
      }
    >(${condition})
  }`);

describe('layers that are not listed', () => {
  it('are those in branches that the inputs decide, at any depth', async () => {
    const { problems, summary } = await analyzeModel(model('data'), 'm');
    assert.equal(summary.linear, 0);
    assert.deepEqual(
      problems.map((p) => p.code),
      ['hidden-layers'],
    );
    assert.match(problems[0].message, /^3 layers with weights lie in the branches of an If that the inputs/);
  });

  it('are none where the branch is known', async () => {
    const { problems, summary } = await analyzeModel(model('true'), 'm');
    assert.deepEqual([problems, summary.linear], [[], 1]);
  });
});
