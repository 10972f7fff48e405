import assert from 'node:assert/strict';
import { modelOf, recordedState } from '../../support/recordedProfiles';
import { columns, filtered, fitting, scaleOf, sorted, type Row } from '../../../webview/views/layerColumns';

const state = recordedState(40);
const rows: Row[] = modelOf(state).layers.map((layer, index) => ({
  index,
  layer,
  profiled: index === 7 ? undefined : state.profile!.layers[index],
  findings: modelOf(state).findings.filter((finding) => finding.layer === layer.id),
}));
const column = (id: string) => columns.find((candidate) => candidate.id === id)!;

describe('columns of the layer table', () => {
  it('sort by figures, what has none last in both directions', () => {
    for (const descending of [false, true]) {
      const order = sorted(rows, column('gradient'), descending);
      assert.equal(order.at(-1)!.index, 7);
      const figures = order.slice(0, -1).map(({ profiled }) => profiled!.gradient.at(-1)!.rms as number);
      assert.deepEqual(
        figures,
        [...figures].sort((a, b) => (descending ? b - a : a - b)),
      );
    }
  });

  it('sort texts without regard to case, ties in the order of the model', () => {
    const order = sorted(rows, column('kind'), false);
    const kinds = order.map(({ layer }) => layer.kind.toLowerCase());
    assert.deepEqual(kinds, [...kinds].sort());
    const convolutions = order.filter(({ layer }) => layer.kind === 'Conv').map(({ index }) => index);
    assert.deepEqual(
      convolutions,
      [...convolutions].sort((a, b) => a - b),
    );
    assert.deepEqual(
      sorted(rows, column('found'), false)
        .slice(0, 2)
        .map(({ findings }) => findings[0].severity),
      ['warning', 'warning'],
    );
  });

  it('filter by every word in name, kind, role, placement and rule', () => {
    assert.equal(filtered(rows, '', 'all'), rows);
    assert.ok(filtered(rows, 'BLOCK2 conv', 'all').every(({ layer }) => /block2.*conv/.test(layer.name)));
    assert.equal(filtered(rows, 'norm-after-activation', 'all').length, 3);
    assert.ok(filtered(rows, '', 'norm').every(({ layer }) => layer.role === 'norm'));
    assert.equal(filtered(rows, '', 'found').length, 5);
    assert.deepEqual(filtered(rows, 'no such', 'all'), []);
  });

  it('fit into any width, the name and the marks always', () => {
    for (let width = 200; width < 2400; width += 37)
      for (const measured of [false, true]) {
        const { columns: chosen, widths } = fitting(width, measured);
        const sum = widths.reduce((total, one) => total + one, 0);
        assert.ok(chosen.some(({ id }) => id === 'name') && chosen.some(({ id }) => id === 'found'));
        assert.equal(
          chosen.some(({ id }) => id === 'gradient'),
          measured,
        );
        assert.ok(sum <= Math.max(width, 320), `${sum} pixels in ${width}`);
      }
    assert.equal(fitting(2400, true).columns.length, columns.length);
  });

  it('have a scale over all positive figures', () => {
    const { low, high } = scaleOf(rows, 'gradient');
    const figures = rows.flatMap(({ profiled }) => (profiled ? [profiled.gradient.at(-1)!.rms as number] : []));
    assert.deepEqual([low, high], [Math.log10(Math.min(...figures)), Math.log10(Math.max(...figures))]);
  });
});
