// Writes the sample models to media/samples: npm run samples
import * as fs from 'node:fs';
import * as path from 'node:path';
import { encodeOnnx } from '../formats/onnx/onnxWriter';
import { sampleGraph } from './sampleGraph';
import { tfjsSample } from './tfjsSample';

const folder = path.join(__dirname, '../../media/samples');

async function main(): Promise<void> {
  const bytes = await encodeOnnx(sampleGraph(), { producer: 'normscope' });
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'sample.onnx'), bytes);
  console.log(`media/samples/sample.onnx: ${bytes.length} bytes`);

  const { text, weights, weightFile } = tfjsSample();
  fs.mkdirSync(path.join(folder, 'tfjs'), { recursive: true });
  fs.writeFileSync(path.join(folder, 'tfjs/model.json'), text);
  fs.writeFileSync(path.join(folder, 'tfjs', weightFile), weights);
  console.log(`media/samples/tfjs: ${text.length + weights.length} bytes`);
}

void main();
