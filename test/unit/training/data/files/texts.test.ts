import assert from 'node:assert/strict';
import { BytesSource, type ByteSource } from '../../../../../src/ir/byteSource';
import { ModelError } from '../../../../../src/ir/errors';
import { MOST_TEXT } from '../../../../../src/training/data/files/csv';
import { openData, type OpenedData } from '../../../../../src/training/data/files/openData';

const open = (text: string, column?: string): Promise<OpenedData> =>
  openData({ path: 'folder/t.csv', source: new BytesSource(Buffer.from(text)) }, column);

async function read({ tables, labels }: OpenedData) {
  const x = tables.get('')!;
  return {
    count: x.count,
    x: [...(await x.read(0, x.count))],
    y: labels && [...(await labels.read(0, labels.count))],
    classes: labels?.classes,
  };
}

async function refused(text: string, message: RegExp, column?: string): Promise<void> {
  await assert.rejects(open(text, column), (e) => {
    assert.ok(e instanceof ModelError, String(e));
    assert.match(e.describe(), message);
    return true;
  });
}

describe('CSV files', () => {
  it('with names: the labels are the column that is called so', async () => {
    const opened = await open('a,label,b\n1,7,2\n\n3.5,8,-1e2\n');
    assert.deepEqual(await read(opened), { count: 2, x: [1, 2, 3.5, -100], y: [7, 8], classes: undefined });
    assert.deepEqual(opened.notes, ['the column label of t.csv was taken as the labels']);
  });

  it('with words: they are classes in the order of the alphabet, whatever the column is called', async () => {
    const text = '\uFEFF"length; mm";kind\r\n1;"setosa"\r\n2;virginica\r\n3;setosa';
    const kinds = ['setosa', 'virginica'];
    assert.deepEqual(await read(await open(text)), { count: 3, x: [1, 2, 3], y: [0, 1, 0], classes: kinds });
  });

  it('without names have labels only where they are named by their place', async () => {
    assert.deepEqual(await read(await open('1,2,3\n4,5,6')), {
      ...{ count: 2, x: [1, 2, 3, 4, 5, 6], y: undefined, classes: undefined },
    });
    const first = await read(await open('1,2,3\n4,5,6', '1'));
    assert.deepEqual(
      [first.x, first.y],
      [
        [2, 3, 5, 6],
        [1, 4],
      ],
    );
  });

  it('are refused with the line of what is wrong', async () => {
    await refused('1,2\n3\n', /1 columns here and 2 in its first row \(line 2\)/);
    await refused('a,b\n1,2\n3,x\n4,y\nz,1', /column b of t.csv holds "x", which is no number \(line 3\)/);
    await refused('1,2\n3,\n,4', /column 2 of t.csv holds nothing.*line 2/);
    await refused('\n\n', /no rows/);
    await refused(`${'1,'.repeat(3e4)}1\n${'1\n'.repeat(3e4)}`, /fewer columns than the 30001/);
    await refused('a,b\n1,2', /no column c; its columns are a, b/, 'c');
  });

  it('of any length are read up to a limit, to the end of a row', async () => {
    const row = Buffer.from('1,2\n');
    const huge: ByteSource = {
      size: 2 ** 40,
      read: (_, length) => Promise.resolve(Buffer.alloc(length, row).fill('\n', 4096)),
    };
    const { tables, notes } = await openData({ path: 'huge.csv', source: huge });
    assert.equal(tables.get('')!.count, 1024);
    assert.match(notes[0], new RegExp(`only the first ${MOST_TEXT / 2 ** 20} MB of huge.csv are used`));
  });
});

describe('nested lists in JSON', () => {
  it('are read alone and by name', async () => {
    const alone = (await open('[[[1, 2]], [[3, 4]]]')).tables.get('')!;
    assert.deepEqual([alone.count, alone.shape, [...(await alone.read(1, 1))]], [2, [1, 2], [3, 4]]);
    const { tables } = await open(' {"xs": [[1], [2]], "ys": [true, false], "note": "x"}');
    assert.deepEqual([...tables.keys()], ['xs', 'ys']);
    assert.deepEqual([...(await tables.get('ys')!.read(0, 2))], [1, 0]);
  });

  it('are refused with the place of what is wrong', async () => {
    await refused('[[1, 2], [3]]', /list of 2 here.* \(at \$\[1\]\)/);
    await refused('{"xs": [[1, 2], [3, "4"]]}', /no number here \(at \$\.xs\[1\]\[1\]\)/);
    await refused('[[1, 2', /no JSON/);
    await refused('{"a": 1}', /no list of numbers/);
    await refused('[[], []]', /empty list/);
    await refused('['.repeat(9) + ']'.repeat(9), /too deeply/);
    // sizes are taken from the first of each list: nothing is made for those that do not exist
    const [long, short] = ['1,'.repeat(3e4), '[],'.repeat(3e4)].map((s) => s.slice(0, -1));
    await refused(`[[${long}],${short}]`, /not of equal length/);
  });
});
