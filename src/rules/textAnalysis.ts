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
  /** Made at the first edit: most texts are read and not edited. */
  private follower: ModelFollower | undefined;
  /** The text has gone on to a version that the facts did not. */
  private isSpent = false;

  private constructor(
    private readonly analysis: ModelAnalysis,
    private readonly asked: Pick<EditedText, 'name' | 'shownPath' | 'options'>,
  ) {}

  static async of({ folder, name, shownPath, options }: EditedText): Promise<TextAnalysis> {
    const model = await openModel(folder, name);
    return new TextAnalysis(await ModelAnalysis.of(model, shownPath, options, true), { name, shownPath, options });
  }

  get facts(): ModelFacts {
    return this.analysis.facts;
  }

  /** Goes on to another version of the text: how the facts differ; undefined where all has to be analyzed anew. */
  async next(text: string, { name, shownPath, options }: EditedText): Promise<FactsChange | undefined> {
    if (this.isSpent || !sameJson(this.asked, { name, shownPath, options })) return undefined;
    this.follower ??= this.analysis.follower();
    const edit = await this.follower?.next(text);
    const change = edit && this.analysis.follow(edit);
    this.isSpent = edit !== undefined && change === undefined;
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
