import assert from 'node:assert/strict';
import { BytesSource } from '../../../../../src/ir/byteSource';
import { ModelError } from '../../../../../src/ir/errors';
import { decodePicture, fitPicture } from '../../../../../src/training/data/files/decodePicture';
import { openPictureFolder } from '../../../../../src/training/data/files/pictureFolder';

/** An RGB picture of 8 x 6 pixels (36 x, 51 y, 19 (x + y)) as Pillow writes it. */
const files = {
  rgb: 'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGCAIAAABxZ0isAAAAGklEQVR4nGNkYGBQYRDGRCwMxsIMDFgQPSQA02EFjh03Hb4AAAAASUVORK5CYII=',
  palette:
    'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGAgMAAACDazdoAAAADFBMVEW0zKskzF9+Zml+Gkxv3+b6AAAAGklEQVR4nGP8z8DE8Jsxy47p' +
    'zQ2GEAYmBgYAM/oEw+oAlkMAAAAASUVORK5CYII=',
  blackWhite:
    'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGAQAAAADWfuJWAAAAFElEQVR4nGNgZBJhMmXiZdjLcB8ABcUB+hslsNUAAAAASUVORK5CYII=',
  rgba: 'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGCAYAAAD+Bd/7AAAAHklEQVR4nGNkYGD4r8IgzIALszAYCzMwMODGg0EBAC3tBo3Rq8C3AAAAAElFTkSuQmCC',
  /** 257 * 36 x in 16 bits. */
  deep: 'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGEAAAAACL/lxkAAAAE0lEQVR4nGNkYFBBAUwMaIAaAgC45gIEiAfxZgAAAABJRU5ErkJggg==',
  jpeg:
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoKCgoK' +
    'BggLDAsKDAkKCgr/2wBDAQICAgICAgUDAwUKBwYHCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoK' +
    'Cgr/wAARCAAGAAgDAREAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQID' +
    'AAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlq' +
    'c3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3' +
    '+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEI' +
    'FEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImK' +
    'kpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwD0' +
    'b9hP/ght8GgbMedp/wDD/wAsT/8AE18lw/xrjNNz4f6NP0o+JP3OkunVf5n/2Q==',
};
/** What Pillow decodes. */
const pillow = {
  palette: [
    126, 26, 76, 126, 26, 76, 126, 26, 76, 126, 26, 76, 126, 26, 76, 126, 26, 76, 126, 26, 76, 126, 26, 76, 126, 26, 76,
    126, 26, 76, 126, 26, 76, 126, 26, 76, 126, 26, 76, 126, 26, 76, 126, 102, 105, 126, 102, 105, 36, 204, 95, 126,
    102, 105, 126, 102, 105, 126, 102, 105, 126, 102, 105, 126, 102, 105, 126, 102, 105, 180, 204, 171, 36, 204, 95, 36,
    204, 95, 36, 204, 95, 126, 102, 105, 126, 102, 105, 180, 204, 171, 180, 204, 171, 180, 204, 171, 36, 204, 95, 36,
    204, 95, 36, 204, 95, 180, 204, 171, 180, 204, 171, 180, 204, 171, 180, 204, 171, 180, 204, 171, 36, 204, 95, 36,
    204, 95, 36, 204, 95, 180, 204, 171, 180, 204, 171, 180, 204, 171, 180, 204, 171, 180, 204, 171,
  ],
  blackWhite: [
    0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1, 1, 1, 1, 0, 1, 1, 1, 1, 0,
    1, 1, 1, 0, 1, 1, 1, 1, 1,
  ],
  jpeg: [
    0, 1, 0, 34, 1, 18, 71, 1, 38, 105, 0, 57, 145, 0, 77, 179, 1, 97, 215, 0, 117, 251, 1, 134, 1, 50, 20, 37, 51, 36,
    74, 51, 57, 109, 51, 76, 147, 52, 96, 181, 51, 115, 219, 51, 136, 253, 51, 153, 0, 101, 35, 34, 102, 53, 71, 101,
    73, 106, 102, 93, 145, 102, 112, 178, 102, 132, 215, 101, 152, 251, 102, 168, 0, 154, 58, 37, 154, 76, 73, 154, 95,
    107, 153, 114, 146, 154, 133, 179, 153, 152, 217, 154, 173, 251, 153, 191, 0, 203, 77, 36, 204, 93, 71, 204, 113,
    106, 203, 132, 145, 203, 152, 180, 204, 172, 216, 204, 192, 251, 205, 208, 0, 255, 97, 34, 255, 113, 71, 255, 133,
    104, 255, 152, 143, 255, 171, 179, 255, 191, 216, 255, 211, 251, 255, 228,
  ],
};

const bytesOf = (name: keyof typeof files) => Buffer.from(files[name], 'base64');
const decoded = (name: keyof typeof files) => decodePicture(bytesOf(name), name);
const bytes = (values: Float32Array) => [...values].map((v) => Math.round(v * 255));
const pixels = Array.from({ length: 48 }, (_, i) => [i % 8, Math.floor(i / 8)] as const);
const rgb = pixels.flatMap(([x, y]) => [36 * x, 51 * y, 19 * (x + y)]);

describe('pictures', () => {
  it('of every kind of PNG are decoded', () => {
    const { width, height, channels, values } = decoded('rgb');
    assert.deepEqual([width, height, channels, bytes(values)], [8, 6, 3, rgb]);
    assert.deepEqual(bytes(decoded('palette').values), pillow.palette);
    assert.deepEqual([...decoded('blackWhite').values], pillow.blackWhite);
    assert.deepEqual(
      bytes(decoded('rgba').values),
      pixels.flatMap(([x, y]) => [36 * x, 51 * y, 19 * (x + y), 255]),
    );
    assert.deepEqual(
      bytes(decoded('deep').values),
      pixels.map(([x]) => 36 * x),
    );
  });

  it('of JPEG are decoded as Pillow decodes them, rounding aside', () => {
    const { width, height, channels, values } = decoded('jpeg');
    assert.deepEqual([width, height, channels], [8, 6, 3]);
    bytes(values).forEach((v, i) => assert.ok(Math.abs(v - pillow.jpeg[i]) <= 3, `${i}: ${v} ${pillow.jpeg[i]}`));
  });

  it('are resized as Pillow does with its bilinear filter', () => {
    const red = { ...decoded('deep'), values: Float32Array.from(pixels, ([x]) => 36 * x) };
    const small = fitPicture(red, 2, 3, 1);
    [39.789474, 126, 212.210526, 39.789474, 126, 212.210526].forEach((v, i) =>
      assert.ok(Math.abs(small[i] - v) < 1e-4),
    );
    const wide = fitPicture(red, 6, 10, 1).subarray(0, 10);
    [0, 25.2, 54, 82.8, 111.6, 140.4, 169.2, 198, 226.8, 252].forEach((v, i) =>
      assert.ok(Math.abs(wide[i] - v) < 1e-4),
    );
  });

  it('become grey by their luma, and grey ones coloured by three equal channels', () => {
    const grey = fitPicture(decoded('rgb'), 6, 8, 1);
    const [r, g, b] = rgb.slice(3 * 47);
    assert.ok(Math.abs(grey[47] - (0.299 * r + 0.587 * g + 0.114 * b) / 255) < 1e-6);
    const colours = fitPicture(decoded('deep'), 6, 8, 3);
    assert.deepEqual(bytes(colours.subarray(3 * 7, 3 * 8)), [252, 252, 252]);
    assert.deepEqual([...fitPicture(decoded('deep'), 6, 8, 4).subarray(3, 4)], [1]);
  });

  it('that are none or damaged are refused', () => {
    const refused = (data: Uint8Array, code: string) =>
      assert.throws(
        () => decodePicture(data, 'f'),
        (e: ModelError) => e.name === 'ModelError' && e.code === code,
      );
    refused(Buffer.from('GIF89a'), 'unsupported-format');
    const huge = bytesOf('rgb');
    huge.writeUInt32BE(1e6, 16);
    huge.writeUInt32BE(1e6, 20);
    refused(huge, 'too-large');
    for (const name of ['rgb', 'palette', 'jpeg'] as const) {
      for (let length = 3; length < bytesOf(name).length; length += 7) {
        try {
          decodePicture(bytesOf(name).subarray(0, length), name);
        } catch (e) {
          assert.ok(e instanceof ModelError, `${name} ${length}: ${String(e)}`);
        }
      }
    }
  });
});

describe('folders of pictures', () => {
  const folder = (...names: string[]) => ({
    files: names,
    open: () => Promise.resolve(new BytesSource(bytesOf('rgb'))),
  });

  it('are classes by their subfolders', async () => {
    const pets = openPictureFolder(folder('cat/1.png', 'cat/2.JPG', 'cat/note.txt', 'ant/3.jpeg'), 'pets');
    const { count, labels } = pets;
    assert.deepEqual([count, labels?.classes, [...(await labels!.read(0, 3))]], [3, ['ant', 'cat'], [1, 1, 0]]);
    const first = pets.sized(6, 8, 3, 0);
    assert.deepEqual(first.shape, [3, 6, 8]);
    const values = bytes(await first.read(2, 1));
    assert.deepEqual(values.slice(48, 56), [0, 0, 0, 0, 0, 0, 0, 0]);
    assert.deepEqual(
      values.slice(0, 8),
      pixels.slice(0, 8).map(([x]) => 36 * x),
    );
    assert.deepEqual(bytes(await pets.sized(6, 8, 3, 2).read(0, 2)), [...rgb, ...rgb]);
    assert.deepEqual(pets.sized(6, 8, 1, -1).shape, [6, 8]);
  });

  it('without pictures, or with some in no class, are refused', () => {
    assert.equal(openPictureFolder(folder('1.png'), 'f').labels, undefined);
    assert.throws(() => openPictureFolder(folder('a/b.txt'), 'f'), /no PNG or JPEG/);
    assert.throws(() => openPictureFolder(folder('a/1.png', '2.png'), 'f'), /2.png in none/);
  });
});
