import { ModelError } from '../../../ir/errors';
import type { ProfileSettings } from '../../../protocol/profile';
import { say } from '../../../texts/say';
import type { LabelForm, LossGoal } from '../../lossOutputs';
import { fitData, type DeclaredInput, type FittedData } from './fitData';
import type { Labels } from './labels';
import { openData } from './openData';
import type { DataPlace } from './sampleTable';

/** Labels that are a column of the data: `column:NAME`. */
const COLUMN = /^column:(.+)$/;

/**
 * The data that the settings name, opened and fitted to a model; undefined when they name none and samples are made.
 * @param open finds a file or folder by its path
 * @throws ModelError `invalid` for labels without data and for what does not fit, and what opening the files throws
 */
export async function requestedData(
  { data, labels }: ProfileSettings,
  inputs: readonly DeclaredInput[],
  open: (path: string) => Promise<DataPlace>,
): Promise<FittedData | undefined> {
  if (data === undefined) {
    if (labels === undefined) return undefined;
    throw new ModelError('invalid', say`labels are given without data: name the file of the samples too`);
  }
  const column = labels === undefined ? undefined : COLUMN.exec(labels)?.[1];
  const opened = await openData(await open(data), column);
  const others = labels === undefined || column !== undefined ? undefined : await openData(await open(labels));
  return fitData(opened, others, inputs);
}

/** What the loss is to be, given the data. */
export function lossGoal({ loss = 'auto' }: ProfileSettings, data: FittedData | undefined): LossGoal {
  if (data === undefined) return { loss };
  return { loss, labels: data.labels === undefined ? 'none' : formOf(data.labels) };
}

function formOf(labels: Labels): LabelForm {
  if (labels.kind === 'class') return { kind: 'class', name: labels.name, classes: labels.classes };
  return { kind: 'values', name: labels.name, shape: labels.table.shape };
}
