import { savePng, saveSvg } from '../charts/export';
import { SvgPen } from '../charts/svgPen';
import { modelName } from '../format';
import type { Look } from '../graph/look';
import { paintScene } from '../graph/paint';
import type { Scene } from '../graph/scene';
import type { Store } from '../store';
import { t } from '../texts/texts';

/** Pixels around an exported network. */
const margin = 24;

/** A whole network as a picture of its own, with nothing selected. */
export interface NetworkPicture {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly background: string;
  readonly paintOn: (pen: CanvasRenderingContext2D) => void;
}

/** @param path of the model's file */
export function networkPicture(scene: Scene, look: Look, path: string): NetworkPicture {
  const width = Math.ceil(scene.width) + 2 * margin;
  const height = Math.ceil(scene.height) + 2 * margin;
  const plain = { ...look, selected: null, current: null };
  const camera = { x: -margin, y: -margin, zoom: 1 };
  return {
    name: t('Network of {0}', modelName(path)),
    width,
    height,
    background: look.theme.background,
    paintOn: (pen) => paintScene(pen, scene, plain, camera, width, height),
  };
}

export function saveNetworkSvg(store: Store, { name, width, height, background, paintOn }: NetworkPicture): void {
  const pen = new SvgPen(width, height);
  paintOn(pen as unknown as CanvasRenderingContext2D);
  saveSvg(store, name, pen.toSvg(background, name));
}

export function saveNetworkPng(store: Store, { name, width, height, background, paintOn }: NetworkPicture): void {
  savePng(store, name, width, height, background, paintOn);
}
