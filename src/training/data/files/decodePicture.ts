import { decode as decodePng } from 'fast-png';
import { decode as decodeJpeg } from 'jpeg-js';
import { ModelError } from '../../../ir/errors';
import { say } from '../../../texts/say';

/** A picture of a camera has 50 million pixels; headers of broken files claim billions. */
const MOST_PIXELS = 64e6;
const JPEG_MEGABYTES = 1024;

/** A picture in memory, rows from the top, values from 0 to 1. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 2 grey and opacity, 3 RGB, 4 RGB and opacity. */
  readonly channels: number;
  /** [height, width, channels] */
  readonly values: Float32Array;
}

/**
 * A PNG or JPEG file as numbers.
 * @throws ModelError `unsupported-format` for other files, `too-large` beyond 64 million pixels, `corrupt` for a damaged one
 */
export function decodePicture(bytes: Uint8Array, name: string): Picture {
  const isPng = bytes[0] === 0x89 && bytes[1] === 0x50 && bytes.length >= 24;
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8;
  if (!isPng && !isJpeg) throw new ModelError('unsupported-format', say`${name} is neither a PNG nor a JPEG picture`);
  try {
    return isPng ? fromPng(bytes, name) : fromJpeg(bytes);
  } catch (error) {
    if (error instanceof ModelError) throw error;
    throw new ModelError('corrupt', say`${name} cannot be decoded: ${String((error as Error).message).slice(0, 120)}`);
  }
}

function fromJpeg(bytes: Uint8Array): Picture {
  const { width, height, data } = decodeJpeg(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    maxResolutionInMP: MOST_PIXELS / 1e6,
    maxMemoryUsageInMB: JPEG_MEGABYTES,
  });
  return { width, height, channels: 3, values: Float32Array.from(data, (v) => v / 255) };
}

function fromPng(bytes: Uint8Array, name: string): Picture {
  const header = new DataView(bytes.buffer, bytes.byteOffset, 24);
  const pixels = header.getUint32(16) * header.getUint32(20);
  if (pixels > MOST_PIXELS) throw new ModelError('too-large', say`${name} has ${pixels} pixels, more than are decoded`);
  const png = decodePng(bytes);
  const { width, height, depth, channels } = png;
  const numbers = depth < 8 ? unpacked(png.data as Uint8Array, width * channels, height, depth) : png.data;
  const { palette } = png;
  if (palette === undefined) {
    return { width, height, channels, values: Float32Array.from(numbers, (v) => v / (2 ** depth - 1)) };
  }
  const values = new Float32Array(3 * numbers.length);
  numbers.forEach((entry, i) => {
    if (palette[entry] === undefined)
      throw new ModelError('corrupt', say`${name} uses a colour that it does not define`);
    for (let c = 0; c < 3; c++) values[3 * i + c] = palette[entry][c] / 255;
  });
  return { width, height, channels: 3, values };
}

/** Numbers of 1, 2 or 4 bits; each row begins with a byte of its own. */
function unpacked(data: Uint8Array, perRow: number, rows: number, depth: number): Uint8Array {
  const bytesPerRow = Math.ceil((perRow * depth) / 8);
  const out = new Uint8Array(perRow * rows);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < perRow; i++) {
      const bit = i * depth;
      const byte = data[r * bytesPerRow + (bit >> 3)];
      out[r * perRow + i] = (byte >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
    }
  }
  return out;
}

/**
 * The picture at another size and number of channels, [height, width, channels]. Shrinking averages, enlarging interpolates
 * linearly (a triangle filter as wide as the step, as in Pillow's BILINEAR). One channel is the luma of ITU-R BT.601.
 */
export function fitPicture(picture: Picture, height: number, width: number, channels: number): Float32Array {
  const colours = withChannels(picture, channels);
  const rows = resample(colours, 1, picture.height, height, picture.width * channels);
  return resample(rows, height, picture.width, width, channels);
}

function withChannels({ values, channels, width, height }: Picture, wanted: number): Float32Array {
  const grey = channels <= 2;
  const opaque = channels === 1 || channels === 3;
  const pixels = width * height;
  const out = new Float32Array(pixels * wanted);
  for (let p = 0; p < pixels; p++) {
    const from = p * channels;
    const [r, g, b] = grey ? [values[from], values[from], values[from]] : values.subarray(from, from + 3);
    if (wanted <= 2) out[p * wanted] = 0.299 * r + 0.587 * g + 0.114 * b;
    else out.set([r, g, b], p * wanted);
    if (wanted === 2 || wanted === 4) out[(p + 1) * wanted - 1] = opaque ? 1 : values[from + channels - 1];
  }
  return out;
}

/** Another length of the middle axis of [outer, from, inner]. */
function resample(values: Float32Array, outer: number, from: number, to: number, inner: number): Float32Array {
  if (from === to) return values;
  const step = from / to;
  const reach = Math.max(1, step);
  const out = new Float32Array(outer * to * inner);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * step;
    const first = Math.max(0, Math.floor(centre - reach));
    const last = Math.min(from - 1, Math.ceil(centre + reach) - 1);
    const weights = Array.from({ length: last - first + 1 }, (_, k) =>
      Math.max(0, 1 - Math.abs(first + k + 0.5 - centre) / reach),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    for (let o = 0; o < outer; o++) {
      for (let k = 0; k < weights.length; k++) {
        const weight = weights[k] / sum;
        const source = (o * from + first + k) * inner;
        const target = (o * to + i) * inner;
        for (let c = 0; c < inner; c++) out[target + c] += weight * values[source + c];
      }
    }
  }
  return out;
}
