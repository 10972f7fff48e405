import type { Model } from '../ir/model';
import type { ModelFacts } from '../protocol/facts';
import { ModelAnalysis, type AnalysisOptions } from './modelAnalysis';

export type { AnalysisOptions };

/**
 * Everything NormScope says about a model without running it.
 * @param path of the model as the user gave it, for places in its text
 */
export async function analyzeModel(file: Model, path: string, options?: AnalysisOptions): Promise<ModelFacts> {
  return (await ModelAnalysis.of(file, path, options)).facts;
}
