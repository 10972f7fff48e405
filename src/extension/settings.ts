import * as vscode from 'vscode';
import { defaultProfileSettings } from '../profile/defaultSettings';
import type { ProfileSettings } from '../protocol/profile';
import { configuredPath } from './chooseData';
import { isRuleSeverity, type RuleSeverity } from '../rules/severities';

/** Profile settings as the user's configuration states them for a file. Values out of range fall back to the default. */
export function profileSettings(scope: vscode.Uri): ProfileSettings {
  const configuration = vscode.workspace.getConfiguration('normscope.profile', scope);
  const whole = (key: string, fallback: number, low: number) => {
    const value = configuration.get<number>(key, fallback);
    return Number.isInteger(value) && value >= low ? value : fallback;
  };
  const pathOf = (key: string) => configuredPath(configuration.get<string>(key, ''), scope);
  const [data, labels] = [pathOf('data'), pathOf('labels')];
  const loss = configuration.get<ProfileSettings['loss']>('loss', 'auto');
  const init = configuration.get<ProfileSettings['init']>('initialization', defaultProfileSettings.init);
  const lr = configuration.get<number>('learningRate', defaultProfileSettings.lr);
  return {
    steps: whole('steps', defaultProfileSettings.steps, 1),
    batch: whole('batch', defaultProfileSettings.batch, 1),
    optimizer: configuration.get('optimizer', defaultProfileSettings.optimizer),
    lr: lr > 0 ? lr : defaultProfileSettings.lr,
    seed: whole('seed', defaultProfileSettings.seed, 0),
    init: typeof init === 'number' && !(init > 0) ? defaultProfileSettings.init : init,
    engine: configuration.get('engine', defaultProfileSettings.engine),
    threads: whole('threads', defaultProfileSettings.threads, 0),
    ...(data !== undefined && { data }),
    ...(labels !== undefined && { labels }),
    ...(loss !== 'auto' && { loss }),
  };
}

/** Severities of rules as the user's configuration states them for a file; what is no severity is left to the rule. */
export function ruleSeverities(scope: vscode.Uri): Readonly<Record<string, RuleSeverity>> {
  const stated = vscode.workspace.getConfiguration('normscope', scope).get<Record<string, unknown>>('rules') ?? {};
  return Object.fromEntries(
    Object.entries(stated).filter((entry): entry is [string, RuleSeverity] => isRuleSeverity(entry[1])),
  );
}
