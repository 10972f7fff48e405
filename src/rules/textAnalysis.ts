import { openModel } from '../formats/openModel';
import type { ModelFolder } from '../ir/byteSource';
import type { FactsChange } from '../protocol/factsChange';
import type { ModelFacts } from '../protocol/facts';
import { analyzeModel, type AnalysisOptions } from './analyzeModel';

/** A model whose text somebody edits. */
export interface EditedText {
  /** The folder that the model lies in, with the text in the place of the stored file. */
  readonly folder: ModelFolder;
  /** Name of the model's file in the folder. */
  readonly name: string;
  /** Path of the model in the facts. */
  readonly shownPath: string;
  readonly options: AnalysisOptions;
}

/** What is known of one version of a text, for the analysis of the next one. It is as large as the model: drop it when the text is closed. */
export interface TextAnalysis {
  readonly text: string;
  readonly facts: ModelFacts;
}

/**
 * Analyzes a text; where an earlier version of it is known and little has changed, only what depends on the change. The facts
 * are exactly those of a full analysis.
 * @param _before the analysis of an earlier version of the same file, which is used up; undefined for the first
 * @returns `change`: how the facts differ from those of `before`; undefined where all was analyzed anew
 * @throws ModelError when the text is no model; `before` can still be used then
 */
export async function analyzeText(
  _before: TextAnalysis | undefined,
  text: string,
  { folder, name, shownPath, options }: EditedText,
): Promise<{ readonly analysis: TextAnalysis; readonly change?: FactsChange }> {
  const facts = await analyzeModel(await openModel(folder, name), shownPath, options);
  return { analysis: { text, facts } };
}
