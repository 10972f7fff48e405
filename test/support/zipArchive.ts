import { deflateRawSync } from 'node:zlib';

export interface ZipMember {
  readonly name: string;
  readonly data: Buffer;
  readonly method?: number;
  readonly flags?: number;
  /** The data is deflated already; the size that the archive claims for it inflated. */
  readonly deflated?: number;
}

/**
 * A zip archive as Python's zipfile writes it, without checksums.
 * @param end.zip64 sizes and places are written in the 64-bit fields
 */
export function zipArchive(
  members: readonly ZipMember[],
  end: { disk?: number; comment?: string; offset?: number; zip64?: boolean } = {},
): Buffer {
  const parts: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const { name, data, method = 8, flags = 0, deflated } of members) {
    const stored = method === 8 && deflated === undefined ? deflateRawSync(data) : data;
    const size = deflated ?? data.length;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(4, 28);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(flags, 8);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(stored.length, 20);
    entry.writeUInt32LE(Math.min(size, 0xfffffffe), 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    const extra = Buffer.alloc(end.zip64 ? 28 : 0);
    if (end.zip64) {
      for (const at of [20, 24, 42]) entry.writeUInt32LE(0xffffffff, at);
      entry.writeUInt16LE(extra.length, 30);
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(24, 2);
      [size, stored.length, offset].forEach((v, i) => extra.writeBigUInt64LE(BigInt(v), 4 + 8 * i));
    }
    const file = Buffer.concat([local, Buffer.from(name), Buffer.alloc(4), stored]);
    entries.push(entry, Buffer.from(name), extra);
    parts.push(file);
    offset += file.length;
  }
  const directory = Buffer.concat(entries);
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(end.disk ?? 0, 4);
  record.writeUInt16LE(members.length, 10);
  record.writeUInt32LE(directory.length, 12);
  record.writeUInt32LE(end.offset ?? offset, 16);
  const wide = Buffer.alloc(end.zip64 ? 76 : 0);
  if (end.zip64) {
    record.writeUInt32LE(0xffffffff, 12);
    record.writeUInt32LE(0xffffffff, 16);
    wide.writeUInt32LE(0x06064b50, 0);
    wide.writeBigUInt64LE(BigInt(directory.length), 40);
    wide.writeBigUInt64LE(BigInt(offset), 48);
    wide.writeUInt32LE(0x07064b50, 56);
    wide.writeBigUInt64LE(BigInt(offset + directory.length), 64);
  }
  return Buffer.concat([...parts, directory, wide, record, Buffer.from(end.comment ?? '')]);
}
