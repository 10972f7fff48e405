import type { Severity } from '../../src/protocol/facts';
import { button } from '../components';
import { h, replaceChildren } from '../dom';
import { shown } from '../shown';
import { capital, counted } from '../format';
import { severityIcon } from '../icons';
import { isUnreadable } from '../unreadable';
import type { Snapshot, Store } from '../store';
import { changes, type View } from './view';
import { t } from '../texts/texts';

interface Banner {
  readonly id: string;
  readonly severity: Severity;
  readonly text: string;
  readonly again: boolean;
}

/** What stands between the figures and the reader: they are stale, the run was cancelled or failed, something was left out. */
export function banners(store: Store): View {
  const element = h('div', { class: 'banners', attributes: { role: 'status' } });
  const changed = changes();
  return {
    element,
    update(snapshot) {
      const list = bannersOf(snapshot);
      if (!changed(JSON.stringify(list))) return;
      replaceChildren(element, ...list.map(draw));
    },
  };

  function draw({ id, severity, text, again }: Banner): HTMLElement {
    const profileAgain = () => store.post({ type: 'profile', settings: store.settings });
    return h(
      'div',
      { class: `banner banner-${severity}`, testId: `banner-${id}` },
      severityIcon(severity),
      h('span', { class: 'banner-text' }, shown(text)),
      again &&
        !store.isReport &&
        button(t('Profile again'), { testId: `banner-${id}-again`, onClick: profileAgain }).element,
    );
  }
}

export function bannersOf({
  host,
  profile,
  running,
  live,
}: Pick<Snapshot, 'host' | 'profile' | 'running' | 'live'>): Banner[] {
  if (running) {
    const text = t('A profile is running: the figures below are still those of the profile before.');
    return profile && !live ? [{ id: 'before', severity: 'information', text, again: false }] : [];
  }
  const list: Banner[] = [];
  if (host?.failure) list.push({ id: 'failure', severity: 'error', text: capital(host.failure), again: false });
  // nothing is shown of a file that cannot be read
  if (!profile || (host?.model && isUnreadable(host.model))) return list;
  const ran = counted(profile.loss.length, 'step');
  if (host?.profileIsStale)
    list.push({
      id: 'stale',
      severity: 'warning',
      text: t('The file has changed since it was profiled: the figures below belong to the older model.'),
      again: true,
    });
  if (profile.status === 'cancelled')
    list.push({
      id: 'cancelled',
      severity: 'information',
      text: t(
        'The profile was cancelled after {0} of {1}: what had been measured is shown.',
        ran,
        profile.settings.steps,
      ),
      again: !host?.profileIsStale,
    });
  if (profile.status === 'failed')
    list.push({
      id: 'failed',
      severity: 'error',
      text: t(
        'The profile failed after {0} of {1}. {2}',
        ran,
        profile.settings.steps,
        capital(profile.failure ?? ''),
      ).trim(),
      again: !host?.profileIsStale,
    });
  if (profile.settings.notes.length)
    list.push({
      id: 'notes',
      severity: 'information',
      text: t('About this profile: {0}', profile.settings.notes.join(' ')),
      again: false,
    });
  return list;
}
