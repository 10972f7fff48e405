import assert from 'node:assert/strict';
import { LayerMarks } from '../../../src/config/layerMarks';
import { TextLines } from '../../../src/ir/textLines';

const text = `{"class_name": "Sequential", "config": {"name": "s", "layers": [
  {"class_name": "Dense", "config": {"name": "a", "units": 2, "batch_input_shape": [null, 3]}},
  {"config": {"name": "b", "axis": -1},
   "class_name": "BatchNormalization"}
]}}`;

describe('LayerMarks', () => {
  const lines = new TextLines(text);
  const objectAt = (start: string, end: string) => {
    const offset = text.indexOf(start);
    return lines.rangeOf(offset, text.indexOf(end, offset) + end.length - offset);
  };

  it('narrows the range of a layer to the statement of its class, wherever it stands in the object', () => {
    const range = objectAt('{"config": {"name": "b"', '"BatchNormalization"}');
    const marked = new LayerMarks(text).narrow(range);
    assert.equal(
      text.slice(lines.offsetAt(marked.start), lines.offsetAt(marked.end)),
      '"class_name": "BatchNormalization"',
    );
  });

  it('leaves a range alone that is not the range of a layer, and every range of another text', () => {
    const range = objectAt('"units"', '2');
    assert.deepEqual(new LayerMarks(text).narrow(range), range);
    assert.deepEqual(new LayerMarks('not JSON').narrow(range), range);
  });
});
