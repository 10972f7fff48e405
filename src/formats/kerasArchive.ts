import type { ByteSource } from '../ir/byteSource';
import { ModelError } from '../ir/errors';
import { say } from '../texts/say';
import { openZipEntry, readZipDirectory } from './zipArchive';

/** The file of the archive that describes the model; the weights beside it are HDF5, which is not read. */
const CONFIG = 'config.json';

/** A model's description is a few megabytes; an archive may claim any size, and inflate to more than it claims. */
const LARGEST_CONFIG = 2 ** 26;

/**
 * The text of config.json in a Keras archive (.keras, Keras 3), read by ranges and inflated.
 * @throws ModelError `unsupported` for encrypted and multi-disk archives, `too-large` when it inflates to more than 64 MB,
 *   `corrupt` or `truncated` when the archive is damaged, `not-a-model` when it holds no config.json
 */
export async function readKerasConfig(source: ByteSource): Promise<string> {
  const entry = (await readZipDirectory(source)).find((e) => e.name === CONFIG);
  if (entry === undefined) {
    throw new ModelError(
      'not-a-model',
      say`this is a zip archive without a config.json: no Keras model. Save it again.`,
    );
  }
  const file = await openZipEntry(source, entry, LARGEST_CONFIG);
  if (file.size > LARGEST_CONFIG) {
    throw new ModelError('too-large', say`the config.json of this archive has more than ${LARGEST_CONFIG} bytes`);
  }
  return new TextDecoder('utf-8').decode(await file.read(0, file.size));
}
