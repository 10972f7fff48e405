import assert from 'node:assert/strict';
import type { ProfileResult } from '../../../src/protocol/profile';
import { profileText } from '../../../src/reports/profileText';
import { endedState, recordedState } from '../../support/recordedProfiles';

const recorded = recordedState(6).profile!;
const textOf = (changes: Partial<ProfileResult> = {}) => profileText({ ...recorded, ...changes });

describe('profileText', () => {
  it('says how the gradient changes towards the input, as a factor per layer', () => {
    assert.match(
      textOf({ gradientDepthSlope: Math.log10(0.25) }),
      /towards the input: x 0\.25 \(log10 slope -0\.602\)/,
    );
    assert.match(textOf({ gradientDepthSlope: 'NaN' }), /gradient against depth: NaN/);
    assert.doesNotMatch(textOf({ gradientDepthSlope: null }), /gradient against depth|log10 slope/);
  });

  it('holds the last five losses against the first five where those are ten', () => {
    const loss = [4, 4, 4, 4, 4, 9, 1, 1, 1, 1, 1];
    assert.match(textOf({ loss }), /loss 4 -> 1, mean of the last five 0\.25 x the first five/);
    assert.match(textOf({ loss: loss.slice(0, 9) }), /loss 4 -> 1$/m);
    assert.doesNotMatch(textOf({ loss: loss.slice(0, 9) }), /mean of the last five/);
    assert.match(textOf({ loss: [...loss, 'Infinity'] }), /loss 4 -> Infinity$/m);
    assert.doesNotMatch(textOf({ loss: [] }), /^ {2}loss /m);
  });

  it('has the figures of the first and the last step of every layer that was measured', () => {
    const [first] = recorded.layers.filter((l) => l.activation.length > 0);
    const step = (n: number, figure: number) => ({ ...first.activation[0], step: n, mean: figure, std: 10 * figure });
    const layers = [
      { ...first, name: 'one', activation: [step(0, 0.1), step(1, 7), step(2, 0.3)], gradient: [] },
      { ...first, name: 'two', activation: [] },
    ];
    const text = textOf({ layers });
    assert.match(text, /one .*0\.1 -> 0\.3 +1 -> 3 +-/);
    assert.doesNotMatch(text, /^ .*two/m);
  });

  it('says how a run ended, and gives the median time of a step', () => {
    assert.match(profileText(endedState(6, 'cancelled', 4).profile!), /cancelled after 4 steps of/);
    const failed = { ...endedState(6, 'failed', 2).profile!, failure: 'out of\u001b[31m memory' };
    assert.match(profileText(failed), /FAILED after 2 steps \(out of.* memory\)/);
    assert.ok(!profileText(failed).includes('\u001b'));
    assert.match(textOf({ timing: { compileMs: 12, stepMs: [9, 1, 5] } }), /set up in 12 ms, 5 ms a step \(median\)/);
    assert.match(textOf({ timing: { compileMs: 12, stepMs: [] } }), /no step run/);
  });
});
