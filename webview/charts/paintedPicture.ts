import type { Theme } from '../theme';
import type { Described } from './picture';

/** A picture that draws itself. */
export interface PaintedPicture extends Described {
  /** Pixels it wants to be high. */
  readonly height: number;
  /** @returns what can be pointed at, later ones above earlier ones */
  paint(pen: CanvasRenderingContext2D, width: number, height: number, theme: Theme): readonly Target[];
}

/** A part of a painted picture that tells what it is, and shows its layer when it is clicked. */
export interface Target {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly text: string;
  readonly layer?: string;
}
