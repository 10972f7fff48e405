import * as vscode from 'vscode';
import {
  familyCompletions,
  modelCompletions,
  yamlCompletions,
  type CompletionTopic,
  type ConfigCompletion,
} from '../config/configCompletions';
import { formattedScheme } from './formattedDocuments';
import { isTextModel } from './textModels';

const { t } = vscode.l10n;

/** Norms, their settings and defaults that can stand at a place of a model text or configuration, each with what it does. */
export function configCompletions(document: vscode.TextDocument, position: vscode.Position): vscode.CompletionItem[] {
  if (document.uri.scheme === formattedScheme) return [];
  if (document.languageId === 'yaml') {
    const lines = document.getText(new vscode.Range(0, 0, position.line + 1, 0)).split(/\r?\n/);
    const inLine = (column: number) => position.with({ character: column });
    return yamlCompletions(lines, position.line, position.character).map((c) => item(document, c, inLine));
  }
  const offset = document.offsetAt(position);
  const text = document.getText();
  const found = isTextModel(document) ? modelCompletions(text, offset) : familyCompletions(text, offset);
  return found.map((c) => item(document, c, (at) => document.positionAt(at)));
}

function item(
  document: vscode.TextDocument,
  { label, topic, text, span, value, rank }: ConfigCompletion,
  positionOf: (offset: number) => vscode.Position,
): vscode.CompletionItem {
  const isKey = value !== undefined;
  const made = new vscode.CompletionItem(
    label,
    isKey ? vscode.CompletionItemKind.Property : vscode.CompletionItemKind.EnumMember,
  );
  made.range = new vscode.Range(positionOf(span.offset), positionOf(span.offset + span.length));
  made.insertText = text;
  // what is typed is compared with what it replaces, the quotation mark included
  made.filterText = document.getText(made.range).startsWith('"') && !label.startsWith('"') ? `"${label}"` : label;
  made.sortText = String(rank).padStart(3, '0');
  made.detail = isKey ? t('NormScope; default {0}', value) : 'NormScope';
  made.documentation = topicWords()[topic];
  return made;
}

function topicWords(): Readonly<Record<CompletionTopic, string>> {
  return {
    'batch-norm': t(
      'Batch normalization: mean and variance over the batch and all positions, for each channel, then the learnt scale gamma and shift beta. Running statistics take their place in inference.',
    ),
    'synchronized-batch-norm': t(
      'Batch normalization with the statistics of the batches of all devices together: for batches that are small on each.',
    ),
    'frozen-batch-norm': t(
      'Batch normalization whose running statistics, gamma and beta stay as they are in training too: a fixed scale and shift.',
    ),
    'layer-norm': t('Layer normalization: mean and variance over the features of each sample, whatever the batch.'),
    'group-norm': t('Group normalization: mean and variance over groups of channels and all positions of each sample.'),
    'rms-norm': t('RMS normalization: divides by the root mean square of the features, without subtracting a mean.'),
    'unit-norm': t('Divides each vector by its length. Nothing is learnt.'),
    'scale-norm': t('Divides each vector by its length and multiplies it by one learnt scale.'),
    'no-norm': t('No normalization.'),
    norm: t('The kind of norm behind the convolutions of this part.'),
    'axis-channels': t(
      'The axis of the channels: -1 for channels_last, 1 for channels_first. Each channel, or group of channels, has statistics of its own.',
    ),
    'axis-over': t('The axis that the statistics run over, for each sample on its own: -1 for the features.'),
    momentum: t(
      'Weight of the old value in the running mean and variance: 0.99 keeps 99 % of it at each step. PyTorch weights the new value and would write 0.01.',
    ),
    epsilon: t(
      'Added to the variance (RMS norm: the mean square) before the square root, so that nothing is divided by zero. Below 6.1e-5 it is no normal number in float16.',
    ),
    center: t('Learn the shift beta. With it, a bias of the layer before the norm has no effect.'),
    scale: t('Learn the scale gamma. A linear layer right behind the norm can take its part.'),
    groups: t('Groups of channels with statistics of their own. The number of channels must be a multiple of it.'),
    activation: t('The activation between the linear layers of each block.'),
    'pre-norm': t(
      'Pre-norm: each residual branch begins with its norm, and training is stable without a warm-up. Otherwise the sum is normalized (post-norm).',
    ),
    'residual-after-norm': t('Take the residual from behind the norm instead of from before it.'),
    'query-key-norm': t('Normalize queries and keys before their product, which bounds the attention logits.'),
  };
}
