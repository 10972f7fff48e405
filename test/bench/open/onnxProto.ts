// One run of onnx-proto, in a process of its own: <model file>
import { readFileSync } from 'node:fs';
import { onnx } from 'onnx-proto';
import { measure } from './measured';

const [file] = process.argv.slice(2);
void measure<unknown>(undefined, [['open', () => onnx.ModelProto.decode(readFileSync(file))]]);
