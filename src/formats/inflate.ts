import type { ModelError } from '../ir/errors';

/**
 * Inflates bytes chunk by chunk, so that what inflates without end is let go of at the limit.
 * @param most bytes that may come out
 * @param errors what is thrown beyond `most`, and for a stream that is damaged or cut
 */
export async function inflate(
  packed: Uint8Array,
  format: 'deflate-raw' | 'gzip',
  most: number,
  errors: { readonly tooLarge: () => ModelError; readonly damaged: () => ModelError },
): Promise<Uint8Array> {
  const input = new Blob([new Uint8Array(packed)]).stream();
  const reader = input.pipeThrough(new DecompressionStream(format)).getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const next: { readonly done: boolean; readonly value?: unknown } = await reader.read().catch(() => {
      throw errors.damaged();
    });
    if (next.done) break;
    const chunk = next.value as Uint8Array;
    size += chunk.length;
    if (size > most) {
      await reader.cancel();
      throw errors.tooLarge();
    }
    chunks.push(chunk);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
