// Installs what a first test with a browser would otherwise wait for, beyond its time limit.
import { findChromium } from './chromium';

findChromium().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
