import * as vscode from 'vscode';
import type { Running } from '../protocol/view';

const { t } = vscode.l10n;

/** How far a profile is, in a few words. */
export function runningWords({ phase, step, steps }: Running): string {
  switch (phase) {
    case 'reading':
      return t('reading the model');
    case 'differentiating':
      return t('building the backward pass');
    case 'compiling':
      return t('compiling the training step');
    case 'training':
      return t('step {0} of {1}', step, steps);
  }
}
