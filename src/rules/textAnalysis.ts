import { openModel } from '../formats/openModel';
import type { ModelFolder } from '../ir/byteSource';
import type { ModelFollower } from '../ir/model';
import { sameJson } from '../ir/sameJson';
import type { FactsChange } from '../protocol/factsChange';
import type { ModelFacts } from '../protocol/facts';
import { FollowedAnalysis } from './followedAnalysis';
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
  readonly facts: ModelFacts;
  /** Follows the edits; undefined where there is nothing to follow, or another analysis does it now. */
  private following: { readonly analysis: FollowedAnalysis; follower?: ModelFollower } | undefined;

  private constructor(
    analysis: FollowedAnalysis,
    private readonly asked: Pick<EditedText, 'name' | 'shownPath' | 'options'>,
    follower?: ModelFollower,
  ) {
    this.facts = analysis.facts;
    this.following = { analysis, follower };
  }

  static async of({ folder, name, shownPath, options }: EditedText): Promise<TextAnalysis> {
    const model = await openModel(folder, name);
    const analysis = new FollowedAnalysis(await ModelAnalysis.of(model, shownPath, options, true));
    return new TextAnalysis(analysis, { name, shownPath, options });
  }

  /** Makes ready for edits, which the first of them does otherwise: for when there is nothing else to do. */
  prepare(): void {
    if (this.following === undefined || this.following.follower !== undefined) return;
    const follower = this.following.analysis.follower();
    if (follower === undefined) this.following = undefined;
    else this.following.follower = follower;
  }

  /** Goes on to another version of the text; undefined where all has to be analyzed anew. */
  async next(text: string, { name, shownPath, options }: EditedText): Promise<TextAnswer | undefined> {
    if (!sameJson(this.asked, { name, shownPath, options })) return undefined;
    this.prepare();
    const { following } = this;
    const edit = await following?.follower?.next(text);
    if (following === undefined || edit === undefined) return undefined;
    this.following = undefined;
    const followed = await following.analysis.follow(edit);
    if (followed === undefined) return undefined;
    const { analysis, change } = followed;
    return { analysis: new TextAnalysis(analysis, this.asked, following.follower), change };
  }
}

interface TextAnswer {
  readonly analysis: TextAnalysis;
  /** How the facts differ from the earlier ones, where it takes nothing to know. */
  readonly change?: FactsChange;
}

/**
 * Analyzes a text; where an earlier version of it is known and little has changed, only what depends on the change. The facts
 * are exactly those of a full analysis.
 * @param before the analysis of an earlier version of the same file, which is used up; undefined for the first
 * @returns `change`: how the facts differ from those of `before`; undefined where more than a layer was analyzed anew
 * @throws ModelError when the text is no model; `before` can still be used then
 */
export async function analyzeText(
  before: TextAnalysis | undefined,
  text: string,
  file: EditedText,
): Promise<TextAnswer> {
  return (await before?.next(text, file)) ?? { analysis: await TextAnalysis.of(file) };
}
