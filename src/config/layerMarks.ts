import { TextLines } from '../ir/textLines';
import type { Range } from '../protocol/facts';
import { ConfigDocument } from './configDocument';

/**
 * Where to underline what is said about a layer: at the statement of its class. A layer's whole object may be a hundred
 * lines, or all that can be seen of a text in one line.
 */
export class LayerMarks {
  private readonly lines: TextLines;
  private readonly document: ConfigDocument | undefined;

  /** @param text the model's text; of a text that holds no layers every range stays as it is */
  constructor(text: string) {
    this.lines = new TextLines(text);
    this.document = ConfigDocument.of(text);
  }

  /** The part of a layer's range to underline. */
  narrow(range: Range): Range {
    const offset = this.lines.offsetAt(range.start);
    const layer = this.document?.layerAt(offset);
    if (this.document === undefined || layer?.span.offset !== offset) return range;
    const stated = this.document.settingsOf(layer).find((s) => s.name === 'class_name');
    if (stated === undefined) return range;
    const { key, value } = stated;
    return this.lines.rangeOf(key.offset, value.offset + value.length - key.offset);
  }
}
