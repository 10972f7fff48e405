import type { ProfileEvent } from '../protocol/profile';
import { formatFigure } from '../reports/numbers';

const phases = {
  reading: 'reading the model',
  differentiating: 'building the backward pass',
  compiling: 'compiling the training step',
  training: 'training',
} as const;

/** One line on a terminal that follows a profile: bar, step, loss, time left. Writes nothing where there is no terminal. */
export class ProgressBar {
  private readonly started = Date.now();
  private trainingSince = 0;
  private shown = false;

  constructor(
    private readonly out: NodeJS.WriteStream,
    private readonly steps: number,
  ) {}

  update(event: ProfileEvent): void {
    if (!this.out.isTTY) return;
    if (event.type === 'phase') {
      if (event.phase === 'training') this.trainingSince = Date.now();
      this.draw(`${phases[event.phase]} ...`);
    } else if (event.type === 'step') {
      const done = event.step + 1;
      const left = ((Date.now() - (this.trainingSince || this.started)) / done) * (this.steps - done);
      const width = 24;
      const filled = Math.round((done / this.steps) * width);
      const bar = '█'.repeat(filled) + '░'.repeat(width - filled);
      this.draw(
        `${bar} step ${done}/${this.steps}  loss ${formatFigure(event.loss)}  ${Math.ceil(left / 1000)} s left`,
      );
    }
  }

  end(): void {
    if (this.shown) this.out.write('\r\u001b[K');
    this.shown = false;
  }

  private draw(text: string): void {
    this.out.write(`\r\u001b[K${text.slice(0, Math.max(20, (this.out.columns ?? 80) - 1))}`);
    this.shown = true;
  }
}
