import { ModelError } from '../../../ir/errors';
import { say } from '../../../texts/say';
import { decodePicture, fitPicture, type Picture } from './decodePicture';
import type { PictureFolder, SampleTable } from './sampleTable';

const PICTURE = /\.(png|jpe?g)$/i;

/** The pictures of a folder, which can be had in any size. */
export interface Pictures {
  readonly name: string;
  readonly count: number;
  /** The class of each picture: the subfolder that it lies in. Undefined without subfolders. */
  readonly labels?: SampleTable;
  /**
   * The pictures in one size.
   * @param channelAxis 0 or 2 of the sample; -1 for [height, width] without channels
   */
  sized(height: number, width: number, channels: number, channelAxis: number): SampleTable;
}

/** @throws ModelError `empty` for a folder without PNG or JPEG files, or with pictures both in it and in its subfolders */
export function openPictureFolder(folder: PictureFolder, name: string): Pictures {
  const files = folder.files.filter((f) => PICTURE.test(f));
  if (files.length === 0) {
    throw new ModelError(
      'empty',
      say`${name} holds no PNG or JPEG pictures: put those of each class into a subfolder of it`,
    );
  }
  const sorted = files.filter((f) => f.includes('/'));
  if (sorted.length > 0 && sorted.length < files.length) {
    const stray = files.find((f) => !f.includes('/'))!;
    throw new ModelError(
      'invalid',
      say`${name} has pictures in subfolders and ${stray} in none: of which class is it?`,
    );
  }
  const folders = sorted.map((f) => f.slice(0, f.indexOf('/')));
  const classes = [...new Set(folders)].sort();
  const place = new Map(classes.map((c, i) => [c, i]));
  const open = async (relative: string): Promise<Picture> => {
    const file = `${name}/${relative}`;
    const source = await folder.open(relative);
    return decodePicture(await source.read(0, source.size), file);
  };
  return {
    name,
    count: files.length,
    ...(sorted.length > 0 && {
      labels: {
        ...{ name: say`the subfolders of ${name}`, count: files.length, shape: [], dtype: 'text', classes },
        read: (from: number, number: number) =>
          Promise.resolve(Float32Array.from(folders.slice(from, from + number), (f) => place.get(f)!)),
      },
    }),
    sized: (height, width, channels, channelAxis) => ({
      name,
      count: files.length,
      shape: shapeOf(height, width, channels, channelAxis),
      dtype: say`pictures scaled to 0..1`,
      async read(from, number) {
        const values = new Float32Array(number * height * width * channels);
        for (let i = 0; i < number; i++) {
          const picture = await open(files[from + i]);
          const fitted = fitPicture(picture, height, width, channels);
          values.set(channelAxis === 0 ? channelsFirst(fitted, channels) : fitted, i * fitted.length);
        }
        return values;
      },
    }),
  };
}

function shapeOf(height: number, width: number, channels: number, channelAxis: number): number[] {
  if (channelAxis < 0) return [height, width];
  return channelAxis === 0 ? [channels, height, width] : [height, width, channels];
}

function channelsFirst(values: Float32Array, channels: number): Float32Array {
  const places = values.length / channels;
  const out = new Float32Array(values.length);
  for (let p = 0; p < places; p++) for (let c = 0; c < channels; c++) out[c * places + p] = values[p * channels + c];
  return out;
}
