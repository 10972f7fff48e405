import assert from 'node:assert/strict';
import { formatModel } from '../../../src/config/formattedText';

const layer = (name: string) => ({
  class_name: 'Conv2D',
  config: {
    name,
    kernel_size: [3, 3],
    strides: [1, 1],
    padding: 'same',
    use_bias: false,
    activation: 'linear',
    empty: {},
    none: [],
  },
  inbound_nodes: [[['x', 0, 0, {}]]],
});
const model = { modelTopology: { class_name: 'Model', config: { layers: [layer('a'), layer('b "quoted" \\ ü 😀')] } } };
const oneLine = JSON.stringify(model);

describe('formatModel', () => {
  it('lays a model of one line out, with the same content', () => {
    const { text } = formatModel(oneLine);
    assert.deepEqual(JSON.parse(text), model);
    const lines = text.split('\n');
    assert.ok(lines.length > 20);
    assert.ok(lines.every((l) => l.length < 140));
    assert.ok(lines.includes('          "class_name": "Conv2D",'));
    assert.ok(lines.includes('            "kernel_size": [3, 3],'));
    assert.ok(lines.includes('          "inbound_nodes": [[["x", 0, 0, {}]]]'));
    assert.ok(lines.includes('            "empty": {},'));
  });

  it('keeps short objects on one line', () => {
    assert.equal(
      formatModel('{"a":{"class_name":"Zeros","config":{}},"b":[]}').text,
      '{ "a": { "class_name": "Zeros", "config": {} }, "b": [] }\n',
    );
  });

  it('maps every character of the content there and back', () => {
    const formatted = formatModel(oneLine);
    for (let i = 0; i < oneLine.length; i++) {
      const there = formatted.toFormatted(i);
      assert.equal(formatted.text[there], oneLine[i], `at ${i}`);
      assert.equal(formatted.toOriginal(there), i, `back from ${there}`);
    }
  });

  it('maps the range of a layer to the same layer', () => {
    const start = oneLine.indexOf('{"class_name":"Conv2D"');
    const end = oneLine.indexOf(',{"class_name":"Conv2D"');
    const formatted = formatModel(oneLine);
    const words = formatted.text.slice(formatted.toFormatted(start), formatted.toFormatted(end, 'end'));
    assert.deepEqual(JSON.parse(words), layer('a'));
    // the end of the last layer touches the bracket that follows on the next line
    const last = oneLine.lastIndexOf('{"class_name"');
    const lastEnd = oneLine.indexOf('}]}]}') < 0 ? oneLine.length - 4 : oneLine.indexOf('}]}]}');
    const tail = formatted.text.slice(formatted.toFormatted(last), formatted.toFormatted(lastEnd, 'end'));
    assert.deepEqual(JSON.parse(tail), model.modelTopology.config.layers[1]);
  });

  it('maps blanks that were added to the end of what is before them', () => {
    const formatted = formatModel(oneLine);
    const { text } = formatted;
    for (let i = 0; i < text.length; i++) {
      const original = formatted.toOriginal(i);
      assert.ok(original >= 0 && original <= oneLine.length);
      if (i > 0) assert.ok(original >= formatted.toOriginal(i - 1), 'monotonic');
    }
  });

  it('maps a text that is laid out already', () => {
    const pretty = JSON.stringify(model, null, 4).replaceAll('\n', '\r\n');
    const formatted = formatModel(pretty);
    assert.equal(formatted.text, formatModel(oneLine).text);
    for (let i = 0; i < pretty.length; i++) {
      if (/\S/.test(pretty[i])) assert.equal(formatted.toOriginal(formatted.toFormatted(i)), i);
    }
  });

  it('lays out what it can of a text that is no JSON', () => {
    for (const text of [
      '',
      '   ',
      '}',
      ']]]]',
      '{"a":',
      '{"a" 1]',
      'tru',
      '"unfinished',
      '{"a": [1, 2',
      '<html>',
      '\ufeff{"a":1}',
      '{"a":1}}}{',
    ]) {
      const formatted = formatModel(text);
      assert.equal(formatted.text.replace(/\s/g, ''), text.replace(/[\s\ufeff]/g, ''), text);
      for (let i = -1; i <= text.length + 1; i++) {
        const there = formatted.toFormatted(i, 'end');
        assert.ok(there >= 0 && there <= formatted.text.length);
      }
      for (let i = -1; i <= formatted.text.length + 1; i++) {
        const back = formatted.toOriginal(i);
        assert.ok(back >= 0 && back <= text.length);
      }
    }
  });

  it('takes linear time and space for hostile nesting', () => {
    const depth = 200_000;
    const text = '['.repeat(depth) + ']'.repeat(depth);
    const formatted = formatModel(text);
    assert.ok(formatted.text.length < text.length * 90);
    assert.equal(formatted.toOriginal(formatted.toFormatted(depth)), depth);
  });
});
