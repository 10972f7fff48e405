import type { onnx } from 'onnx-proto';
import type { ByteSink, Payload } from './messageParts';

/** Payloads from this size on go to the file of weights. */
export const SMALLEST_EXTERNAL = 1024;
/** ONNX recommends offsets at the beginning of pages, so that the file can be mapped (docs/ExternalData.md). */
const PAGE = 4096;
/** TensorProto.DataLocation. */
const EXTERNAL = 1;

/** A file of weights beside a model that is being written: where every payload goes is known before any is read. */
export class ExternalWeights {
  private readonly payloads: Payload[] = [];
  private length = 0;

  /** @param location of the file, relative to the model */
  constructor(private readonly location: string) {}

  /** Gives a payload its place and returns the fields of its TensorProto that say so. */
  place(payload: Payload): onnx.ITensorProto {
    const offset = Math.ceil(this.length / PAGE) * PAGE;
    this.payloads.push(payload);
    this.length = offset + payload.length;
    const entries = { location: this.location, offset, length: payload.length };
    return {
      dataLocation: EXTERNAL,
      externalData: Object.entries(entries).map(([key, value]) => ({ key, value: String(value) })),
    };
  }

  async write(sink: ByteSink): Promise<void> {
    let at = 0;
    for (const payload of this.payloads) {
      const gap = Math.ceil(at / PAGE) * PAGE - at;
      if (gap > 0) await sink(new Uint8Array(gap));
      await payload.write(sink);
      at += gap + payload.length;
    }
  }
}
