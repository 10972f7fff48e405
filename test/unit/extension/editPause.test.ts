import assert from 'node:assert/strict';
import { EditPause } from '../../../src/extension/editPause';

describe('pause between an edit and its analysis', () => {
  /** The pauses before each edit, the analyses of which take so long. */
  const pauses = (...analyses: number[]) => {
    const pause = new EditPause();
    return [
      pause.ms,
      ...analyses.map((ms) => {
        pause.took(ms);
        return pause.ms;
      }),
    ];
  };

  it('is short after one slow analysis: the opening, or one of several edits', () => {
    assert.deepEqual(pauses(8000, 40, 30, 600, 40, 20), [15, 15, 15, 15, 15, 15, 15]);
  });

  it('grows with analyses that are slow again and again, up to a bound, and falls with the first quick one', () => {
    assert.deepEqual(pauses(1000, 1000), [15, 15, 250]);
    assert.deepEqual(pauses(300, 210, 600, 900, 40), [15, 15, 70, 70, 200, 15]);
  });
});
