import type { ProfileEvent } from '../protocol/profile';
import { formatFigure } from '../reports/numbers';
import { StatusLine } from './statusLine';

const phases = {
  reading: 'reading the model',
  differentiating: 'building the backward pass',
  compiling: 'compiling the training step',
  training: 'training',
} as const;

/** One line on a terminal that follows a profile: bar, step, loss, time left. */
export class ProgressBar extends StatusLine {
  private readonly started = Date.now();
  private trainingSince = 0;

  constructor(
    out: NodeJS.WriteStream,
    private readonly steps: number,
  ) {
    super(out);
  }

  update(event: ProfileEvent): void {
    if (event.type === 'phase') {
      if (event.phase === 'training') this.trainingSince = Date.now();
      this.show(`${phases[event.phase]} ...`);
    } else if (event.type === 'step') {
      const done = event.step + 1;
      const left = ((Date.now() - (this.trainingSince || this.started)) / done) * (this.steps - done);
      const width = 24;
      const filled = Math.round((done / this.steps) * width);
      const bar = '█'.repeat(filled) + '░'.repeat(width - filled);
      this.show(
        `${bar} step ${done}/${this.steps}  loss ${formatFigure(event.loss)}  ${Math.ceil(left / 1000)} s left`,
      );
    }
  }
}
