import { openZipEntry, readZipDirectory } from '../../../formats/zipArchive';
import type { ByteSource } from '../../../ir/byteSource';
import { ModelError } from '../../../ir/errors';
import { say } from '../../../texts/say';
import { openNpy } from './npy';
import type { SampleTable } from './sampleTable';

/** np.savez stores arrays as they are, and they are read by ranges; np.savez_compressed packs them, and all are unpacked in memory. */
const LARGEST_INFLATED = 2 ** 31;

/**
 * The arrays of an archive of numpy (.npz), by the names they were saved under.
 * @throws ModelError for a damaged archive or one without arrays
 */
export async function openNpz(source: ByteSource, name: string): Promise<Map<string, SampleTable>> {
  const tables = new Map<string, SampleTable>();
  let left = LARGEST_INFLATED;
  for (const entry of await readZipDirectory(source)) {
    if (!entry.name.endsWith('.npy')) continue;
    const array = entry.name.slice(0, -'.npy'.length);
    const file = await openZipEntry(source, entry, left);
    if (entry.method !== 0) left -= file.size;
    const [...magic] = await file.read(0, Math.min(1, file.size));
    if (magic[0] !== 0x93) throw new ModelError('corrupt', say`${entry.name} in ${name} is no NPY file`);
    tables.set(array, await openNpy(file, `${name}: ${array}`));
  }
  if (tables.size === 0) throw new ModelError('not-a-model', say`${name} is a zip archive without arrays (.npy) in it`);
  return tables;
}
