import { say } from '../texts/say';
import type { JsonKind } from './jsonShape';

/** So many bytes of a file tell what it is. */
export const SNIFFED_BYTES = 4096;

/** What the content of a file says that it is, whatever its name. */
export type FileKind =
  | 'empty'
  | 'json'
  | 'git-lfs-pointer'
  | 'html'
  | 'xml'
  | 'utf-16'
  | 'onnx-text'
  | 'text'
  | 'ort'
  | 'tflite'
  | 'hdf5'
  | 'keras-archive'
  | 'pytorch-archive'
  | 'zip'
  | 'pickle'
  | 'gzip'
  | 'safetensors'
  | 'numpy'
  | 'other-protobuf'
  /** Bytes that may be an ONNX model. */
  | 'binary';

/** The first byte of nearly all ONNX files. Of the others, only safetensors may begin so; the eighth byte there is 0. */
export const IR_VERSION = 0x08;

/** @param head the first bytes of the file, SNIFFED_BYTES of them or all there are */
export function sniff(head: Uint8Array): FileKind {
  if (head.length === 0) return 'empty';
  if (head[0] === IR_VERSION && head[7] > 0) return 'binary';
  if (startsWith(head, '\x89HDF\r\n\x1a\n')) return 'hdf5';
  if (startsWith(head, 'PK\x03\x04') || startsWith(head, 'PK\x05\x06'))
    return sniffArchive(String.fromCharCode(...head.subarray(0, SNIFFED_BYTES)));
  if (startsWith(head, 'ORTM', 4)) return 'ort';
  if (startsWith(head, 'TFL3', 4)) return 'tflite';
  if (startsWith(head, '\x1f\x8b')) return 'gzip';
  if (startsWith(head, '\x93NUMPY')) return 'numpy';
  if (head[0] === 0x80 && head[1] >= 2 && head[1] <= 5) return 'pickle';
  if (startsWith(head, '\0\0{"', 6)) return 'safetensors';
  if (startsWith(head, '\xff\xfe') || startsWith(head, '\xfe\xff')) return 'utf-16';
  const text = asText(head);
  if (text !== undefined) return sniffText(text);
  // field 1 of a ModelProto is a number; in TensorFlow's GraphDef and many other messages it is a message or a text
  return head[0] === 0x0a ? 'other-protobuf' : 'binary';
}

/** True when these bytes are at a place of the head. */
function startsWith(head: Uint8Array, bytes: string, place = 0): boolean {
  for (let i = 0; i < bytes.length; i++) if (head[place + i] !== bytes.charCodeAt(i)) return false;
  return true;
}

/** A zip archive by the names of the files whose headers are in its first bytes. */
function sniffArchive(ascii: string): FileKind {
  const files = ascii.split('PK\x03\x04').map((header) => header.slice(26, 200));
  if (files.some((file) => /^[\w.-]+\/(data\.pkl|version|byteorder|\.format_version)/.test(file)))
    return 'pytorch-archive';
  if (files.some((file) => /^(metadata\.json|config\.json|model\.weights\.h5)/.test(file))) return 'keras-archive';
  return 'zip';
}

function sniffText(text: string): FileKind {
  const start = text.trimStart();
  if (start === '') return 'empty';
  if (start.startsWith('version https://git-lfs.github.com/spec/')) return 'git-lfs-pointer';
  if (/^<(!doctype\s+html|html|head|body)\b/i.test(start)) return 'html';
  if (start.startsWith('<?xml')) return 'xml';
  if (/^<\s*ir_version\b|^(ir_version|producer_name)\s*:|^graph\s*\{/.test(start)) return 'onnx-text';
  if (/^[{["]/.test(start)) return 'json';
  return 'text';
}

/** The first byte of a JSON object. */
const OPENING_BRACE = 0x7b;

/** The head as text, undefined when it has bytes that no text has; a model's first byte is one. */
function asText(head: Uint8Array): string | undefined {
  for (let i = 0; i < head.length; i++) {
    const b = head[i];
    if (b < 32 && b !== 9 && b !== 10 && b !== 12 && b !== 13 && b !== 27) return undefined;
  }
  try {
    // the last character may be cut: `stream` waits for the rest of it
    return new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: head.length === SNIFFED_BYTES });
  } catch {
    // nothing else that is opened begins so: what is no UTF-8 is said of it later
    return head[0] === OPENING_BRACE ? new TextDecoder('utf-8').decode(head) : undefined;
  }
}

interface Refusal {
  readonly code: 'empty' | 'not-a-model' | 'unsupported-format';
  readonly message: () => string;
}

const accepted = () => say`NormScope opens ONNX models (.onnx) and TensorFlow.js models (model.json).`;

/** What to tell the user about a file that is not opened: what it is and what can be done. */
export const refusals: Readonly<
  Record<
    Exclude<FileKind | JsonKind, 'json' | 'binary' | 'tfjs-layers' | 'tfjs-graph' | 'keras' | 'keras-archive'>,
    Refusal
  >
> = {
  empty: { code: 'empty', message: () => say`the file is empty. Fetch or export the model again.` },
  'git-lfs-pointer': {
    code: 'not-a-model',
    message: () =>
      say`this is a Git LFS pointer, not the model itself. Run "git lfs pull" in its repository to fetch the model.`,
  },
  html: {
    code: 'not-a-model',
    message: () =>
      say`this is an HTML page, not a model: the download brought a web page. Use the link to the raw file.`,
  },
  xml: {
    code: 'not-a-model',
    message: () =>
      say`this is an XML document, not a model; storage services answer with one when a download fails. ${accepted()}`,
  },
  'utf-16': {
    code: 'unsupported-format',
    message: () =>
      say`this is text in UTF-16, as older versions of PowerShell write into a file (>). Save it in UTF-8.`,
  },
  'onnx-text': {
    code: 'unsupported-format',
    message: () =>
      say`this is an ONNX model in text form. Convert it to the binary form (in Python: onnx.save(onnx.load(path, format="textproto"), "model.onnx")).`,
  },
  text: { code: 'not-a-model', message: () => say`this is a text file, not a model. ${accepted()}` },
  ort: {
    code: 'unsupported-format',
    message: () => say`this is ONNX Runtime's own format (.ort). Open the ONNX model that it was made from.`,
  },
  tflite: {
    code: 'unsupported-format',
    message: () =>
      say`this is a TensorFlow Lite model. Convert it to ONNX with tf2onnx (python -m tf2onnx.convert --tflite).`,
  },
  hdf5: {
    code: 'unsupported-format',
    message: () =>
      say`this is an HDF5 file, as Keras saves models (.h5). Convert it with "tensorflowjs_converter --input_format keras" and open the model.json.`,
  },
  'pytorch-archive': {
    code: 'unsupported-format',
    message: () => say`this is a PyTorch file. Export the model with torch.onnx.export and open the .onnx file.`,
  },
  pickle: {
    code: 'unsupported-format',
    message: () => say`this is a Python pickle, as PyTorch saves weights. Export the model with torch.onnx.export.`,
  },
  zip: {
    code: 'unsupported-format',
    message: () => say`this is a zip archive. Unpack it and open the model in it. ${accepted()}`,
  },
  gzip: {
    code: 'unsupported-format',
    message: () => say`this is a gzip archive. Unpack it and open the model in it. ${accepted()}`,
  },
  safetensors: {
    code: 'unsupported-format',
    message: () => say`this is a safetensors file: weights without a graph. Export the model to ONNX.`,
  },
  numpy: { code: 'not-a-model', message: () => say`this is a NumPy array, not a model. ${accepted()}` },
  'other-protobuf': {
    code: 'unsupported-format',
    message: () =>
      say`this may be a protobuf file, but it is no ONNX model. If it is a TensorFlow graph (.pb), convert it with tf2onnx.`,
  },
  'weights-manifest': {
    code: 'not-a-model',
    message: () =>
      say`this is a TensorFlow.js weights manifest: weights without layers. Open the model.json that describes the layers.`,
  },
  'model-settings': {
    code: 'not-a-model',
    message: () =>
      say`these are settings of a model, without its layers. Export the model itself to ONNX. ${accepted()}`,
  },
  'other-json': { code: 'not-a-model', message: () => say`this is a JSON file, but no model. ${accepted()}` },
};
