/** The i-th of numbers of 2, 4 or 8 bits that stand in bytes from the lowest bits on. */
export function bitsAt(bytes: Uint8Array, i: number, bits: number): number {
  const perByte = 8 / bits;
  return (bytes[Math.floor(i / perByte)] >> ((i % perByte) * bits)) & (2 ** bits - 1);
}
