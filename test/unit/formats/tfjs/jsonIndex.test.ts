import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { parseTree, type Node } from 'jsonc-parser';
import { JsonIndex } from '../../../../src/formats/tfjs/jsonIndex';
import { DECODED, JsonPlace } from '../../../../src/formats/tfjs/jsonPlace';
import { ModelError } from '../../../../src/ir/errors';
import { textDifference } from '../../../../src/ir/textDifference';
import { random } from '../../../support/jsonMutations';
import { randomEdit } from '../../../support/randomEdits';

const sample = path.resolve(__dirname, '../../../../media/samples/tfjs/model.json');
const corpus = path.resolve(__dirname, '../../../../../shared/models/tfjs-layers');

/** Compares every object, array and member of a text with jsonc-parser's own tree. */
function compare(text: string): number {
  const index = JsonIndex.of(text);
  let compared = 0;
  const visit = (node: Node, steps: readonly (string | number)[]) => {
    assert.deepEqual(index.value(steps), { offset: node.offset, length: node.length }, steps.join('/'));
    const place = steps.reduce((around, step) => around.to(step), JsonPlace.root);
    assert.deepEqual(index.valueAt(place), index.value(steps), place.toString());
    compared++;
    if (node.type === 'array') {
      node.children?.forEach((child, i) => {
        if (child.type === 'object' || child.type === 'array') visit(child, [...steps, i]);
      });
    }
    if (node.type !== 'object') return;
    for (const { children } of node.children ?? []) {
      const [key, value] = children!;
      const name = key.value as string;
      assert.deepEqual(index.key([...steps, name]), { offset: key.offset, length: key.length });
      visit(value, [...steps, name]);
    }
  };
  visit(parseTree(text)!, []);
  return compared;
}

describe('JsonIndex', () => {
  it('finds what jsonc-parser finds in the sample, laid out or on one line', () => {
    const text = fs.readFileSync(sample, 'utf8');
    assert.ok(compare(text) > 200);
    assert.ok(compare(JSON.stringify(JSON.parse(text))) > 200);
  });

  it('finds what jsonc-parser finds in the corpus', function () {
    if (!fs.existsSync(corpus)) this.skip();
    for (const folder of fs.readdirSync(corpus))
      compare(fs.readFileSync(path.join(corpus, folder, 'model.json'), 'utf8'));
  });

  it('finds keys with escapes, and scalars at the top', () => {
    compare('{"a\\"b\\\\\\u00fc\\n": {"": [1, {"x": null}]}, "\\ud83d\\ude00": "y", "__proto__": {"constructor": 2}}');
    compare('"text"');
    compare(' [ ] ');
  });

  it('takes the last of equal keys', () => {
    const text = '{"a":1,"b":{},"a":{"c":2}}';
    const index = JsonIndex.of(text);
    const { offset, length } = index.value(['a'])!;
    assert.equal(text.slice(offset, offset + length), '{"c":2}');
    assert.deepEqual(
      index.members([]).map((m) => m.name),
      ['a', 'b'],
    );
  });

  it('looks into strings that hold JSON, escapes and all', () => {
    const inner = '{"layers":[{"name":"ü \\"q\\" \\u0041"},{"name":"b"}]}';
    const text = JSON.stringify({ config: inner, plain: 'no JSON' });
    const index = JsonIndex.of(text);
    const { offset, length } = index.value(['config', DECODED, 'layers', 0, 'name'])!;
    assert.equal(JSON.parse(JSON.parse(`"${text.slice(offset, offset + length)}"`) as string), 'ü "q" A');
    assert.equal(index.value(['plain', DECODED, 'layers']), undefined);
    assert.equal(index.value(['config', DECODED, 'layers', 7]), undefined);
    const twice = JsonIndex.of(JSON.stringify(JSON.stringify(text)));
    const deep = twice.value([DECODED, DECODED, 'config', DECODED, 'layers', 1])!;
    assert.ok(deep.length > 10);
  });

  it('finds the same by place, in whatever order one asks', () => {
    const index = JsonIndex.of(JSON.stringify({ a: [1, { b: 2 }, { b: [3] }], c: '{"d":{"e":5}}' }));
    const list = JsonPlace.root.to('a');
    const places = [list.to(1), list, list.to(2, 'b'), list.to(7), list.to(7, 'b'), list.to(1, 'b'), JsonPlace.root];
    const inside = JsonPlace.root.to('c', DECODED, 'd');
    for (const place of [...places, inside, list.to(2), inside.to('e'), inside.to('f'), JsonPlace.root.to('c', 'd')])
      assert.deepEqual(index.valueAt(place), index.value(place.steps()), place.toString());
    assert.deepEqual(index.valueAt(inside.to('e')), { offset: 46, length: 1 });
  });

  it('knows nothing of places that are not there', () => {
    const index = JsonIndex.of('{"a":[1,{"b":2}]}');
    for (const steps of [['x'], ['a', 0], ['a', 5], ['a', 'b'], [0], ['a', 1, 'b', 'c'], ['toString']]) {
      assert.equal(index.value(steps), undefined, steps.join('/'));
    }
    assert.equal(index.key(['a', 1]), undefined);
  });

  it('takes what JSON.parse takes and nothing else, whatever is damaged', () => {
    const whole = '{"a":[1,-2.5e+3,true,false,null,"x\\n\\u00e9"],"b":{"c":[],"d":{}}, "e" : 0.1}';
    const signs = '{}[],:"\\ 0123456789.eE+-tfnulrasx\n\t\u0001\ufeff';
    let state = 1;
    const next = (below: number) => (state = (state * 48271) % 2147483647) % below;
    const works = (read: (text: string) => unknown, text: string) => {
      try {
        read(text);
        return true;
      } catch {
        return false;
      }
    };
    let good = 0;
    for (let i = 0; i < 3000; i++) {
      let text = whole;
      for (let times = 1 + next(2); times > 0; times--) {
        const at = next(text.length);
        text = text.slice(0, at) + (next(3) > 0 ? signs[next(signs.length)] : '') + text.slice(at + next(2));
      }
      const expected = works((t) => JSON.parse(t.replace(/^\ufeff/, '')), text);
      assert.equal(
        works((t) => JsonIndex.of(t), text),
        expected,
        text,
      );
      if (!expected) continue;
      good++;
      // of equal keys the tree has all
      const keys = [...text.matchAll(/("[^"]*")\s*:/g)].map((m) => m[1]);
      if (new Set(keys).size === keys.length) compare(text.replace(/^\ufeff/, ' '));
    }
    assert.ok(good > 500, `${good} were JSON`);
  });

  it('says where a text stops being JSON', () => {
    for (const [text, line, character] of [
      ['{"a":1 "b":2}', 0, 7],
      ['{\n"a":,}', 1, 4],
      ['[1,]', 0, 3],
      ['[1}', 0, 2],
      ['{"a"}', 0, 4],
      ['}', 0, 0],
      ['[', 0, 1],
    ] as const) {
      assert.throws(
        () => JsonIndex.of(text),
        (e: unknown) => e instanceof ModelError && e.place.line === line && e.place.character === character,
        text,
      );
    }
  });

  describe('of an edited text', () => {
    /** The columns themselves, without the tables that are made when somebody asks. */
    const columns = (index: JsonIndex) => (index as unknown as { readonly rows: object }).rows;
    const works = (text: string) => {
      try {
        return JsonIndex.of(text);
      } catch {
        return undefined;
      }
    };

    it('is that of a fresh reading after any edit that leaves JSON', () => {
      const next = random(5);
      const whole = fs.readFileSync(sample, 'utf8');
      let followed = 0;
      for (let round = 0; round < 60; round++) {
        let text = round % 2 === 0 ? whole : JSON.stringify(JSON.parse(whole));
        if (round % 4 === 0) text = text.replaceAll('\n', '\r\n');
        let index = JsonIndex.of(text);
        for (let i = 0; i < 25; i++) {
          const edited = randomEdit(text, next);
          const later = index.edited(edited, textDifference(text, edited));
          const fresh = works(edited);
          if (later !== undefined) {
            assert.ok(fresh !== undefined, edited);
            assert.deepEqual(columns(later), columns(fresh));
            followed++;
          }
          if (fresh === undefined) continue;
          const current = later ?? fresh;
          // tables that are carried over lead to the same places
          const steps = ['modelTopology', 'model_config', 'config', 'layers'];
          for (const more of [[], [0], [3, 'config'], [7, 'class_name'], [9, 'config', 'name']])
            assert.deepEqual(current.value([...steps, ...more]), fresh.value([...steps, ...more]));
          assert.deepEqual(current.members([...steps, 5, 'config']), fresh.members([...steps, 5, 'config']));
          [text, index] = [edited, current];
        }
      }
      assert.ok(followed > 300, `${followed} edits were followed`);
    });

    it('needs a whole reading where the edit takes a bracket away or splits an object', () => {
      const edited = (before: string, after: string) =>
        JsonIndex.of(before).edited(after, textDifference(before, after)) !== undefined;
      assert.equal(edited('{"a":{"b":1}}', '{"a":{"b":12}}'), true);
      assert.equal(edited('{"a":{"b":1}}', '{"a":{}}'), true);
      assert.equal(edited('[{"a":1,"b":2}]', '[{"a":1},{"b":2}]'), false);
      assert.equal(edited('{"a":[1,2]}', '{"a":{}}'), true);
      assert.equal(edited('[1,2]', '{}'), false);
      assert.equal(edited('"abc"', '"abcd"'), false);
      assert.equal(edited('{"a":1}', '{"a":1'), false);
    });

    it('knows the JSON in a string as it is now', () => {
      const before = JSON.stringify({ a: 1, b: '{"c":[1,2]}', d: '{"e":5}' });
      const index = JsonIndex.of(before);
      index.value(['b', DECODED, 'c']);
      index.value(['d', DECODED, 'e']);
      const after = before.replace('[1,2]', '[1,2,3]');
      const later = index.edited(after, textDifference(before, after))!;
      assert.deepEqual(later.value(['b', DECODED, 'c']), JsonIndex.of(after).value(['b', DECODED, 'c']));
      assert.deepEqual(later.value(['d', DECODED, 'e']), JsonIndex.of(after).value(['d', DECODED, 'e']));
    });
  });
});
