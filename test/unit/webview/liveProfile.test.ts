import assert from 'node:assert/strict';
import type { ProfileStarted } from '../../../src/protocol/profile';
import { LiveProfile } from '../../../webview/liveProfile';
import { recordedEvents, recordedState } from '../../support/recordedProfiles';

const profile = recordedState(20).profile!;
const events = recordedEvents(profile);
const started = events.find((event): event is ProfileStarted => event.type === 'started')!;

describe('live profile', () => {
  it('comes to the recorded profile, event by event', () => {
    const live = LiveProfile.started(started);
    const taken = events.map((event) => live.append(event));
    assert.equal(taken.filter(Boolean).length, profile.loss.length);
    assert.deepEqual(live.result.loss, profile.loss);
    assert.deepEqual(live.result.timing.stepMs, profile.timing.stepMs);
    const withoutUndefined = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;
    assert.deepEqual(withoutUndefined(live.result.layers), withoutUndefined(profile.layers));
  });

  it('refuses steps that come twice or belong to another model', () => {
    const live = LiveProfile.started(started);
    const step = events.find((event) => event.type === 'step')!;
    assert.equal(live.append(step), true);
    assert.equal(live.append(step), false);
    assert.equal(live.append({ ...step, step: 1, layers: [] }), false);
    assert.equal(live.result.loss.length, 1);
  });
});
