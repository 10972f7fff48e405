import assert from 'node:assert/strict';
import { findingLines } from '../../../src/reports/analysisText';

describe('findings as text', () => {
  it('name the fix that a copy can be saved with', () => {
    const finding = { ruleId: 'foldable-batch-norm', severity: 'hint', message: 'One can go.', layer: null } as const;
    const [line] = findingLines([{ ...finding, fix: { id: 'fold', title: 'batch norms folded' } }]);
    assert.match(line, /One can go\.\n +normscope fix --fix fold saves a copy with batch norms folded$/);
    assert.doesNotMatch(findingLines([finding])[0], /fix/);
  });
});
