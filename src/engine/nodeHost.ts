import { chooseRuntime } from './chooseRuntime';
import { openDataPlace } from './dataFiles';
import { freeMemory } from './freeMemory';
import { nodeFiles } from './nodeFiles';
import { openModelFile, placeOfModel } from './nodeFolder';
import type { EngineHost } from './runProfile';

/** Part of the free memory that a run may take: the editor and the system need the rest. */
const SHARE = 0.8;

/** A run on this machine's files, runtimes and memory. */
export const nodeHost: EngineHost = {
  openModel: openModelFile,
  placeOf: placeOfModel,
  openData: openDataPlace,
  files: nodeFiles,
  chooseRuntime,
  availableBytes() {
    // a container may allow less than the machine has
    const allowed = process.constrainedMemory() || Infinity;
    return SHARE * Math.min(freeMemory(), allowed - process.memoryUsage.rss());
  },
  pause: () => new Promise((resolve) => setImmediate(resolve)),
};
