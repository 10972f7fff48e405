import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

/** @param {string} url a module's `import.meta.url` @returns {boolean} whether Node was started with it, be it through a link */
export function isMain(url) {
  const [, started] = process.argv;
  const real = (file) => fs.realpathSync.native(file);
  return started !== undefined && fs.existsSync(started) && real(started) === real(fileURLToPath(url));
}
