import type { Random } from '../random';
import type { InputSpec } from './inputSpec';

/** Brightness noise of a pixel, uniform in +- this. */
const NOISE = 0.5;

/**
 * Draws one picture of a class: a texture (gratings at the class's angle and frequency, blobs of the class's size, or strokes
 * at the class's angle), a spot at the class's place, the class's tint, and noise. Phases, places of blobs and strokes and
 * contrast differ from picture to picture. So there is something to see for networks that look at edges, at colours, and at
 * places. Volumes get the same picture in every slice, with noise of their own.
 *
 * @param data the picture, filled in place
 * @param spec its layout: the sizes after the batch axis, and the channel axis
 */
export function fillPicture(
  data: Float32Array,
  { shape, channelAxis }: InputSpec,
  label: number,
  classes: number,
  random: Random,
): void {
  const space = shape.filter((_, axis) => axis > 0 && axis !== channelAxis);
  const channels = channelAxis < 0 ? 1 : shape[channelAxis];
  const width = space[space.length - 1];
  const height = space[space.length - 2];
  const plane = texture(height, width, label, classes, random);
  addSpot(plane, height, width, label, classes);
  const slices = data.length / (channels * plane.length);
  const channelsFirst = channelAxis === 1;
  const channelStep = channelsFirst ? slices * plane.length : 1;
  const pixelStep = channelsFirst || channels === 1 ? 1 : channels;
  for (let c = 0; c < channels; c++) {
    const { level, gain } = tint(c, channels, label, classes);
    for (let s = 0; s < slices; s++) {
      let at = c * channelStep + s * plane.length * pixelStep;
      for (let i = 0; i < plane.length; i++, at += pixelStep) {
        data[at] = level + gain * plane[i] + random.uniform(-NOISE, NOISE);
      }
    }
  }
}

function tint(channel: number, channels: number, label: number, classes: number): { level: number; gain: number } {
  if (channels === 1) return { level: classes > 1 ? (1.2 * label) / (classes - 1) - 0.6 : 0, gain: 1 };
  const hue = Math.cos(2 * Math.PI * (label / classes + channel / channels));
  return { level: 0.8 * hue, gain: 0.75 + 0.25 * hue };
}

function texture(height: number, width: number, label: number, classes: number, random: Random): Float32Array {
  const plane = new Float32Array(height * width);
  const contrast = random.uniform(0.7, 1.3);
  const angle = (Math.PI * label) / classes;
  switch (label % 3) {
    case 0:
      grating(plane, height, width, angle, 2 + (label % 4), contrast, random);
      break;
    case 1:
      for (let i = 0; i < 4; i++) blob(plane, height, width, 0.05 + (0.1 * label) / classes, contrast, random);
      break;
    default:
      for (let i = 0; i < 3; i++) stroke(plane, height, width, angle, contrast, random);
  }
  return plane;
}

/** A sine wave of `cycles` periods across the picture. */
function grating(
  plane: Float32Array,
  height: number,
  width: number,
  angle: number,
  cycles: number,
  contrast: number,
  random: Random,
): void {
  const phase = random.uniform(0, 2 * Math.PI);
  const dx = (2 * Math.PI * cycles * Math.cos(angle)) / width;
  const dy = (2 * Math.PI * cycles * Math.sin(angle)) / height;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) plane[i] = contrast * Math.sin(phase + dx * x + dy * y);
  }
}

/** A round Gaussian spot of the given radius (picture = 1) somewhere. */
function blob(
  plane: Float32Array,
  height: number,
  width: number,
  radius: number,
  contrast: number,
  random: Random,
): void {
  addGaussian(plane, height, width, random.uniform(), random.uniform(), radius, 1.5 * contrast);
}

/** A straight line at the given angle, somewhere, a third of the picture long. */
function stroke(
  plane: Float32Array,
  height: number,
  width: number,
  angle: number,
  contrast: number,
  random: Random,
): void {
  const [cx, cy] = [random.uniform(0.2, 0.8), random.uniform(0.2, 0.8)];
  const [ux, uy] = [Math.cos(angle), Math.sin(angle)];
  const thickness = Math.max(0.04, 1 / Math.min(height, width));
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const [px, py] = [(x + 0.5) / width - cx, (y + 0.5) / height - cy];
      const along = px * ux + py * uy;
      const across = Math.abs(px * uy - py * ux);
      if (Math.abs(along) < 0.17 && across < thickness) plane[i] += 1.5 * contrast * (1 - across / thickness);
    }
  }
}

/** The classes' places lie on a circle around the middle. */
function addSpot(plane: Float32Array, height: number, width: number, label: number, classes: number): void {
  const turn = (2 * Math.PI * label) / classes;
  addGaussian(plane, height, width, 0.5 + 0.27 * Math.cos(turn), 0.5 + 0.27 * Math.sin(turn), 0.12, 1.5);
}

function addGaussian(
  plane: Float32Array,
  height: number,
  width: number,
  cx: number,
  cy: number,
  radius: number,
  peak: number,
): void {
  const scale = -1 / (2 * radius * radius);
  // separable: one exponential per row and column instead of one per pixel
  const columns = Float32Array.from({ length: width }, (_, x) => Math.exp(scale * ((x + 0.5) / width - cx) ** 2));
  for (let y = 0, i = 0; y < height; y++) {
    const row = peak * Math.exp(scale * ((y + 0.5) / height - cy) ** 2);
    for (let x = 0; x < width; x++, i++) plane[i] += row * columns[x];
  }
}
