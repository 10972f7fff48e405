// The whole view on recorded data in a plain browser:  npm run webview [-- PORT]
import { createRequire } from 'node:module';
import { register } from 'tsx/cjs/api';

register();
const { serveRecordedPage } = createRequire(import.meta.url)('../../test/support/recordedPage.ts');

const port = Number(process.argv[2] ?? 8137);
const page = await serveRecordedPage({ port });
console.log(`The view on recorded data (a reload bundles it anew):

  ${page.url}/?state=profiled&layers=100&theme=dark

  state   analysed profiled stale cancelled failed partial impossible hostile loading unreadable empty
  layers  10, 100, 1000, 10000
  theme   light dark high-contrast`);
