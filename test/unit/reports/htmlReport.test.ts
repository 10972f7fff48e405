import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import { htmlReport } from '../../../src/reports/htmlReport';
import type { ReportData } from '../../../src/protocol/view';
import { modelOf, recordedState } from '../../support/recordedProfiles';

const state = recordedState(6);
const parts = {
  model: modelOf(state),
  profile: state.profile,
  script: 'start();',
  style: 'p { margin: 0 }',
  nonce: 'AAAABBBBCCCCDDDD0123',
};

describe('htmlReport', () => {
  it('holds the model and its profile, figures to five digits', async () => {
    const html = await htmlReport(parts);
    const packed = /type="application\/octet-stream">([^<]+)</.exec(html)![1];
    const data = JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString()) as ReportData;
    assert.equal(data.model.layers.length, parts.model.layers.length);
    assert.equal(data.profile!.layers.length, parts.profile!.layers.length);
    const loss = Number(parts.profile!.loss[0]);
    assert.equal(data.profile!.loss[0], Number.isInteger(loss) ? loss : Number(loss.toPrecision(5)));
  });

  it('refuses a bundle that would end its element early', async () => {
    for (const bundle of [
      { script: 'x = "</script>"' },
      { script: 'x = "<SCRIPT>"' },
      { style: 'p::after { content: "</style>" }' },
    ]) {
      await assert.rejects(htmlReport({ ...parts, ...bundle }), /cannot be put into a page/, JSON.stringify(bundle));
    }
  });
});
