// The whole view in a plain browser, on recorded data or on reports of one's own:
//   npm run webview
//   npm run webview -- analysis.json [profile.json]     (from `normscope analyze` and `normscope profile`, --format json)
// PORT in the environment chooses the port.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { register } from 'tsx/cjs/api';

register();
const require = createRequire(import.meta.url);
const { serveRecordedPage } = require('../../test/support/recordedPage.ts');
const { recordedState } = require('../../test/support/recordedProfiles.ts');

const [analysis, profile] = process.argv.slice(2).map((file) => JSON.parse(fs.readFileSync(file, 'utf8')));
const state = analysis && {
  ...recordedState(10, false),
  model: analysis.models[0],
  profile: profile ?? null,
  profileIsStale: profile !== undefined && profile.model.graphHash !== analysis.models[0].graphHash,
};
const page = await serveRecordedPage({ port: Number(process.env.PORT ?? 8137), state });
console.log(`The view in a plain browser (a reload bundles it anew):

  ${page.url}/?state=${state ? 'given' : 'profiled&layers=100'}&theme=dark

  state   analysed profiled stale cancelled failed partial impossible hostile loading unreadable empty${state ? ' given' : ''}
  layers  10, 100, 1000, 10000
  theme   light dark high-contrast`);
