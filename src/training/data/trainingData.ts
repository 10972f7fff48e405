import type { HostTensor } from '../hostTensor';

/** What a training step is fed with. */
export interface TrainingData {
  readonly kind: 'synthetic' | 'file';
  /**
   * Every input of the model and the targets of every loss output, by name; the same ones whenever a step is asked for.
   * @throws ModelError when a file cannot be read, or holds what the model cannot be fed
   */
  feeds(step: number): ReadonlyMap<string, HostTensor> | Promise<ReadonlyMap<string, HostTensor>>;
  /** What is fed, in words. */
  describeInputs(): string;
  /** What the loss compares with, in words. */
  describeTargets(): string;
}
