import { openModel } from '../formats/openModel';
import type { ModelFolder } from '../ir/byteSource';
import type { ModelFollower } from '../ir/model';
import { sameJson } from '../ir/sameJson';
import type { FactsChange } from '../protocol/factsChange';
import type { ModelFacts } from '../protocol/facts';
import { ModelAnalysis, type AnalysisOptions } from './modelAnalysis';

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
export class TextAnalysis {
  facts: ModelFacts;
  /** Follows the edits; undefined where there is nothing to follow, or the text went on to a version that the facts did not. */
  private following: { readonly analysis: ModelAnalysis; follower?: ModelFollower } | undefined;

  private constructor(
    analysis: ModelAnalysis,
    private readonly asked: Pick<EditedText, 'name' | 'shownPath' | 'options'>,
  ) {
    this.facts = analysis.facts;
    this.following = { analysis };
  }

  static async of({ folder, name, shownPath, options }: EditedText): Promise<TextAnalysis> {
    const model = await openModel(folder, name);
    return new TextAnalysis(await ModelAnalysis.of(model, shownPath, options, true), { name, shownPath, options });
  }

  /** Makes ready for edits, which the first of them does otherwise: for when there is nothing else to do. */
  prepare(): void {
    if (this.following === undefined || this.following.follower !== undefined) return;
    const follower = this.following.analysis.follower();
    if (follower === undefined) this.following = undefined;
    else this.following.follower = follower;
  }

  /** Goes on to another version of the text: how the facts differ; undefined where all has to be analyzed anew. */
  async next(text: string, { name, shownPath, options }: EditedText): Promise<FactsChange | undefined> {
    if (!sameJson(this.asked, { name, shownPath, options })) return undefined;
    this.prepare();
    const edit = await this.following?.follower?.next(text);
    if (edit === undefined) return undefined;
    const { analysis } = this.following!;
    const change = analysis.follow(edit);
    if (change === undefined) this.following = undefined;
    else this.facts = analysis.facts;
    return change;
  }
}

/**
 * Analyzes a text; where an earlier version of it is known and little has changed, only what depends on the change. The facts
 * are exactly those of a full analysis.
 * @param before the analysis of an earlier version of the same file, which is used up; undefined for the first
 * @returns `change`: how the facts differ from those of `before`; undefined where all was analyzed anew
 * @throws ModelError when the text is no model; `before` can still be used then
 */
export async function analyzeText(
  before: TextAnalysis | undefined,
  text: string,
  file: EditedText,
): Promise<{ readonly analysis: TextAnalysis; readonly change?: FactsChange }> {
  const change = await before?.next(text, file);
  if (before !== undefined && change !== undefined) return { analysis: before, change };
  return { analysis: await TextAnalysis.of(file) };
}
