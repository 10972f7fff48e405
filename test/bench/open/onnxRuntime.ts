// One run of ONNX Runtime, in a process of its own: <model file>
import { InferenceSession } from 'onnxruntime-node';
import { measure } from './measured';

const [file] = process.argv.slice(2);
const options = { logSeverityLevel: 4, intraOpNumThreads: 1 } as const;
void measure<unknown>(undefined, [['open', () => InferenceSession.create(file, options)]]);
