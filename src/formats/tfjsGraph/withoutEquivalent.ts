import { later, say, translated } from '../../texts/say';

const complexNumbers = later`ONNX Runtime has no complex numbers`;
const text = later`it computes with text`;
const table = later`it looks keys up in a table that the file does not hold`;
const ragged = later`its rows are not of one length`;
const sparse = later`it computes with the indices of a sparse tensor`;
const forest = later`it asks a library of decision forests, whose model the file does not hold`;
const frame = later`it belongs to a loop or branch that does not have the form that TensorFlow writes`;

const reasons: Readonly<Record<string, string>> = {
  ...all('Complex ComplexAbs Real Imag FFT IFFT RFFT IRFFT', complexNumbers),
  ...all('StaticRegexReplace StringNGrams StringSplit StringToHashBucketFast', text),
  ...all('HashTable HashTableV2 InitializeTable InitializeTableV2', table),
  ...all('LookupTableFind LookupTableFindV2 LookupTableImport LookupTableImportV2', table),
  ...all('LookupTableSize LookupTableSizeV2', table),
  ...all('RaggedGather RaggedRange RaggedTensorToTensor', ragged),
  ...all('SparseFillEmptyRows SparseReshape', sparse),
  ...all('SimpleMLCreateModelResource SimpleMLLoadModelFromPathWithHandle SimpleMLInferenceOpWithHandle', forest),
  ...all('Enter Exit LoopCond Merge NextIteration Switch', frame),
  Cumprod: later`ONNX has no running product before opset 26`,
  CropAndResize: later`ONNX cuts regions out in another way (RoiAlign)`,
  Dilation2D: later`ONNX has no pooling with a kernel that is added`,
  ImageProjectiveTransformV3: later`ONNX has no projective transformation of images`,
  TruncatedNormal: later`ONNX has no normal distribution that is cut off`,
};

function all(operators: string, reason: string): Record<string, string> {
  return Object.fromEntries(operators.split(' ').map((op) => [op, reason]));
}

/** Why an operator of TensorFlow is not expressed in ONNX. */
export function whyNotLowered(op: string): string {
  if (Object.hasOwn(reasons, op)) return translated(reasons[op]);
  return say`the operator has no equivalent in ONNX that is known here`;
}
