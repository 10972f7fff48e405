import { constantRules } from './constants';
import { controlFlowRules } from './controlFlow';
import { convolutionRules } from './convolution';
import { elementwiseRules } from './elementwise';
import type { InferenceRule, InferenceRules } from './inferenceNode';
import { layoutRules } from './layout';
import { learningRules } from './learning';
import { matrixRules } from './matrix';
import { normalizationRules } from './normalization';
import { poolingRules } from './pooling';
import { privateRules } from './privateOperators';
import { PRIVATE_DOMAIN } from '../privateOperators';
import { reductionRules } from './reduction';
import { recurrentRules } from './recurrent';
import { resizeRules } from './resize';
import { sequenceRules } from './sequence';
import { qonnxRules, quantizationRules } from './quantization';
import { contribRules } from './contrib';
import { selectionRules } from './selection';
import { signalRules } from './signal';

/** Rules of the default domain, one file per family of operators. */
const families: readonly InferenceRules[] = [
  constantRules,
  controlFlowRules,
  convolutionRules,
  elementwiseRules,
  layoutRules,
  matrixRules,
  normalizationRules,
  poolingRules,
  reductionRules,
  quantizationRules,
  recurrentRules,
  resizeRules,
  selectionRules,
  sequenceRules,
  signalRules,
];

const defaultDomain = new Map<string, InferenceRule>();
for (const rules of families) {
  for (const [opType, rule] of Object.entries(rules)) {
    if (defaultDomain.has(opType)) throw new Error(`two inference rules for ${opType}`);
    defaultDomain.set(opType, rule);
  }
}

const domains = new Map<string, ReadonlyMap<string, InferenceRule>>([
  ['', defaultDomain],
  ['ai.onnx.ml', new Map(Object.entries(learningRules))],
  ['com.microsoft', new Map(Object.entries(contribRules))],
  ['onnx.brevitas', new Map(Object.entries(qonnxRules))],
  ['qonnx.custom_op.general', new Map(Object.entries(qonnxRules))],
  [PRIVATE_DOMAIN, new Map(Object.entries(privateRules))],
]);

/** The rule of an operator; undefined for operators that inference does not know. */
export function inferenceRule(domain: string, opType: string): InferenceRule | undefined {
  return domains.get(domain)?.get(opType);
}
