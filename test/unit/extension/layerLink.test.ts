import assert from 'node:assert/strict';
import { linkQuery, readLink } from '../../../src/extension/layerLink';

describe('links to layers', () => {
  it('say what they were made of, whatever signs it holds', () => {
    for (const layer of ['conv1', 'a b+c', 'block/conv&layer=x', '100 %', 'schön', '__proto__', 'x#y?z']) {
      const link = { file: 'file:///w/my models/net%20a.onnx', layer };
      assert.deepEqual(readLink('/open', linkQuery(link)), link);
    }
    assert.deepEqual(readLink('/open', linkQuery({ file: '/net.onnx' })), { file: '/net.onnx' });
  });

  it('may be written by hand', () => {
    assert.deepEqual(readLink('/open', 'layer=a%zz&file=/w/net.onnx&more'), { file: '/w/net.onnx', layer: 'a%zz' });
  });

  it('of another kind are not read', () => {
    assert.equal(readLink('/run', 'file=/net.onnx'), undefined);
    assert.equal(readLink('/open', ''), undefined);
    assert.equal(readLink('/open', 'file='), undefined);
    assert.equal(readLink('/open', 'layer=conv1'), undefined);
    assert.equal(readLink('/open', `file=/${'a'.repeat(9000)}`), undefined);
  });
});
