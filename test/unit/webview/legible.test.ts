import assert from 'node:assert/strict';
import { legible } from '../../../webview/legible';

const orange = ['#a85808', '#d18616'] as const;

describe('colours of charts', () => {
  it('are those of the theme where they can be told from the background', () => {
    assert.equal(legible('#cd861a', '#121314', orange), '#cd861a');
    assert.equal(legible('#d18616', '#ffffff', orange), '#d18616');
  });

  it('are others where the theme has none, a translucent one, or one like the background', () => {
    for (const colour of ['rgba(0, 0, 0, 0)', 'rgba(234, 92, 0, 0.33)', '#613214']) {
      assert.equal(legible(colour, '#1f1f1f', orange), '#d18616', colour);
      if (!colour.startsWith('#')) assert.equal(legible(colour, '#fdf6e3', orange), '#a85808', colour);
    }
  });
});
