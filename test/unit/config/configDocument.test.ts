import assert from 'node:assert/strict';
import { ConfigDocument } from '../../../src/config/configDocument';
import { random } from '../../support/jsonMutations';
import { randomEdit } from '../../support/randomEdits';

const dense = { class_name: 'Dense', config: { name: 'dense "1" \\', units: 2, batch_input_shape: [null, 3] } };
const norm = { class_name: 'BatchNormalization', config: { name: 'bn', axis: [1], epsilon: 0.001, momentum: 0.99 } };
const wrapper = {
  class_name: 'TimeDistributed',
  config: { name: 'td', layer: { class_name: 'Dense', config: { name: 'inner', units: 1 } } },
};
const nested = { class_name: 'Sequential', config: { name: 'body', layers: [dense, norm] } };
const model = { modelTopology: { class_name: 'Sequential', config: { name: 'm', layers: [nested, norm, wrapper] } } };
const text = JSON.stringify(model);

function pathAt(document: ConfigDocument, words: string, from = 0): string | undefined {
  return document.layerAt(text.indexOf(words, from))?.path;
}

describe('ConfigDocument', () => {
  const document = ConfigDocument.of(text)!;

  it('lists all layers in the order of the text', () => {
    assert.deepEqual(
      document.layers.map((l) => l.path),
      ['body', 'body/dense "1" \\', 'body/bn', 'bn', 'td', 'td/inner'],
    );
    for (const { span, className } of document.layers) {
      const object = JSON.parse(text.slice(span.offset, span.offset + span.length)) as { class_name: string };
      assert.equal(object.class_name, className);
    }
  });

  it('finds the innermost layer at an offset', () => {
    assert.equal(pathAt(document, '"units":2'), 'body/dense "1" \\');
    assert.equal(pathAt(document, '"epsilon"'), 'body/bn');
    assert.equal(pathAt(document, '"epsilon"', text.lastIndexOf('"axis"')), 'bn');
    assert.equal(pathAt(document, '"name":"body"'), 'body');
    assert.equal(pathAt(document, '"units":1'), 'td/inner');
    assert.equal(pathAt(document, '"name":"td"'), 'td');
    assert.equal(document.layerAt(0), undefined);
    assert.equal(document.layerAt(text.length - 1), undefined);
    assert.equal(document.layerAt(-5), undefined);
  });

  it('agrees with a search through all layers at every offset', () => {
    for (let i = 0; i < text.length; i++) {
      const around = document.layers.filter(({ span }) => span.offset <= i && i < span.offset + span.length);
      const innermost = around.sort((a, b) => a.span.length - b.span.length)[0];
      assert.equal(document.layerAt(i)?.path, innermost?.path);
    }
  });

  it('gives the settings of a layer with their places', () => {
    const settings = document.settingsOf(document.layers[2]);
    assert.deepEqual(
      settings.map((s) => s.name),
      ['class_name', 'config', 'name', 'axis', 'epsilon', 'momentum'],
    );
    const axis = settings.find((s) => s.name === 'axis')!;
    assert.equal(text.slice(axis.key.offset, axis.key.offset + axis.key.length), '"axis"');
    assert.equal(text.slice(axis.value.offset, axis.value.offset + axis.value.length), '[1]');
  });

  it('finds the setting at an offset', () => {
    assert.equal(document.settingAt(text.indexOf('"epsilon"') + 3)?.name, 'epsilon');
    assert.equal(document.settingAt(text.indexOf('0.001') + 2)?.name, 'epsilon');
    assert.equal(document.settingAt(text.indexOf('"BatchNormalization"'))?.name, 'class_name');
    assert.equal(document.settingAt(0), undefined);
  });

  it('says which layer each lies in', () => {
    const around = [...document.around].map((i) => document.layers[i]?.path);
    assert.deepEqual(around, [undefined, 'body', 'body', undefined, undefined, 'td']);
  });

  it('marks a layer at the statement of its class, wherever that stands in the object', () => {
    const written = `{"class_name": "Sequential", "config": {"name": "s", "layers": [
      {"class_name": "Dense", "config": {"name": "a", "units": 2, "batch_input_shape": [null, 3]}},
      {"config": {"name": "b", "axis": -1},
       "class_name": "BatchNormalization"}]}}`;
    const config = ConfigDocument.of(written)!;
    const { lines } = config;
    const objectOf = ({ offset, length }: { offset: number; length: number }) => lines.rangeOf(offset, length);
    const { start, end } = config.mark(objectOf(config.layers[1].span));
    assert.equal(written.slice(lines.offsetAt(start), lines.offsetAt(end)), '"class_name": "BatchNormalization"');
    const units = lines.rangeOf(written.indexOf('"units"'), 8);
    assert.deepEqual(config.mark(units), units, 'the range of something else stays');
  });

  it('finds the layers of a model that is encoded once more', () => {
    const encoded = JSON.stringify({ modelTopology: { model_config: JSON.stringify(model.modelTopology) } });
    const inner = ConfigDocument.of(encoded)!;
    assert.deepEqual(
      inner.layers.map((l) => l.path),
      document.layers.map((l) => l.path),
    );
    for (const { span, definition } of inner.layers) {
      const raw = `"${encoded.slice(span.offset, span.offset + span.length)}"`;
      const object = JSON.parse(JSON.parse(raw) as string) as { config: object };
      assert.deepEqual(object.config, definition.config);
    }
    assert.equal(inner.layerAt(encoded.indexOf('epsilon'))?.path, 'body/bn');
  });

  it('is nothing for other texts', () => {
    for (const other of ['', '{', '{}', '[]', 'text', '{"class_name":"Model","config":5}'])
      assert.equal(ConfigDocument.of(other), undefined);
  });

  describe('of the next version of a text', () => {
    /** Everything that a document says, without what it keeps in store. */
    const said = (d: ConfigDocument | undefined) =>
      d && {
        layers: d.layers,
        around: d.around,
        hasWeights: d.hasWeights,
        statements: d.layers.map((l) => d.statementOf(l)),
        settings: d.layers.map((l) => d.settingsOf(l).map(({ name, key, value }) => ({ name, key, value }))),
      };
    const renamed = (name: string, ...layers: object[]) => ({ class_name: 'Sequential', config: { name, layers } });
    const call = { inbound_nodes: [[['in', 0, 0, {}]]] };
    const weights = [{ paths: ['a.bin'], weights: [] }];
    const named = (layer: { class_name: string; config: object }, name: string) => ({
      ...layer,
      config: { ...layer.config, name },
    });
    const plain = ['a', 'b', 'c', 'd', 'e'].map((name, i) => ({ ...named(i % 2 ? norm : dense, name), ...call }));
    const unnamed = { class_name: 'Dense', config: { units: 2 } };
    const functional = { name: 'f', layers: plain, input_layers: [['a', 0, 0]], output_layers: [['e', 0, 0]] };
    const starts: readonly string[] = [
      text,
      JSON.stringify(model, null, 2),
      JSON.stringify({ ...model, weightsManifest: weights }, null, 1).replaceAll('\n', '\r\n'),
      // models inside models and wrappers, and names that several layers have
      JSON.stringify(renamed('top', renamed('a', renamed('b', norm, { ...wrapper }), dense), norm, norm)),
      JSON.stringify({
        class_name: 'TimeDistributed',
        config: { name: 'm', layers: [{ ...wrapper, config: { name: 'w', layer: nested } }] },
      }),
      JSON.stringify({
        class_name: 'Model',
        config: {
          name: 'f',
          layers: [
            { ...dense, ...call },
            { ...norm, name: 'bn', ...call },
          ],
        },
      }),
      // of equal keys the last counts; a model as a string
      `{"class_name":"Sequential","config":{"layers":[${JSON.stringify(dense)}],"layers":[${JSON.stringify(norm)},${JSON.stringify(wrapper)}]}}`,
      JSON.stringify({ modelTopology: JSON.stringify(model.modelTopology) }),
      JSON.stringify({ class_name: 'Sequential', config: [dense, norm] }),
      // lists of nothing but layers
      JSON.stringify(renamed('plain', ...plain), null, 1),
      JSON.stringify({ class_name: 'Functional', config: functional }),
      JSON.stringify(renamed('numbered', ...plain, unnamed, unnamed)),
    ];

    it('is that of a fresh reading after any edit', () => {
      const next = random(3);
      let models = 0;
      for (let round = 0; round < 240; round++) {
        let before = starts[round % starts.length];
        let document = ConfigDocument.of(before)!;
        const undone: string[] = [];
        let isBroken = false;
        for (let i = 0; i < 15; i++) {
          // now and then the user takes the last edits back
          const isUndo: boolean = next() < (isBroken ? 0.7 : 0.1) && undone.length > 0;
          const after: string = isUndo ? undone.pop()! : randomEdit(before, next);
          const later = document.next(after);
          const fresh = ConfigDocument.of(after);
          assert.deepEqual(said(later), said(fresh), `${before}\n-----\n${after}`);
          if (later !== undefined) {
            models++;
            assert.equal(later.text, after);
            document = later;
          }
          if (!isUndo && before !== after) undone.push(before);
          isBroken = later === undefined;
          before = after;
        }
      }
      assert.ok(models > 800, `${models} texts were models`);
    });

    it('reads only the layer that was edited, and knows when others are read otherwise', () => {
      const layers = (from: string, to: string, all = false) => {
        const edited = all ? text.replaceAll(from, to) : text.replace(from, to);
        assert.notEqual(edited, text);
        const later = document.next(edited)!;
        assert.deepEqual(said(later), said(ConfigDocument.of(edited)));
        return later.layers.filter((l) => document.layers.some((known) => known.definition === l.definition)).length;
      };
      // one of six, and the model around it
      assert.equal(layers('"units":2', '"units":22'), 4);
      assert.equal(layers('"units":1', '"units":16'), 4);
      assert.equal(layers('dense \\"1\\" \\\\', 'other'), 4);
      // a name that another layer has, a layer more, several places, and the list itself
      assert.equal(layers('"name":"td"', '"name":"bn"'), 0);
      assert.equal(layers('"name":"inner"', '"inbound_nodes":[],"name":"inner"'), 4);
      assert.equal(layers('"bn"', '"norm"', true), 0);
      assert.equal(layers('[{"class_name":"Seq', '[ {"class_name":"Seq'), 0);
      assert.equal(document.next(text), document);
    });

    it('reads only layers that came between others, in models that are plain lists', () => {
      const others = (before: string, at: number, removed: number, ...put: object[]) => {
        const document = ConfigDocument.of(before)!;
        const spans = document.layers.map(({ span }) => span);
        const begin = spans[at].offset;
        const words = put.map((layer) => `${JSON.stringify(layer)},`).join('');
        const after = before.slice(0, begin) + words + before.slice(spans[at + removed].offset);
        const later = document.next(after)!;
        assert.deepEqual(said(later), said(ConfigDocument.of(after)));
        return later.layers.filter(
          (l) => !document.layers.some((known) => known.definition.config === l.definition.config),
        ).length;
      };
      const all = (count: number) => plain.length + count;
      for (const model of [renamed('plain', ...plain), { class_name: 'Functional', config: functional }]) {
        const before = JSON.stringify(model);
        // the neighbour, which begins alike, with them
        assert.equal(others(before, 3, 0, { ...named(norm, 'more'), ...call }), 2);
        assert.equal(others(before, 2, 1), 1);
        assert.equal(others(before, 1, 2, unnamed, { ...named(dense, 'x'), ...call }, { ...plain[2] }), 2);
        // a name that another layer has, another layer inside, and what comes before all others
        assert.equal(others(before, 2, 0, plain[4]), all(1));
        assert.equal(others(before, 2, 0, named(wrapper, 'w')), all(2));
        assert.equal(others(before, 0, 0, named(norm, 'more')), all(1));
      }
      // names that count the layers before them
      assert.equal(others(JSON.stringify(renamed('n', ...plain, unnamed)), 3, 1), all(0));
    });
  });
});
