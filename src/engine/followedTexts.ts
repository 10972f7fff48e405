import type { ModelFolder } from '../ir/byteSource';
import { withDifference } from '../ir/textDifference';
import { wellFormed } from '../ir/wellFormed';
import type { EngineJobs, TextAnswer } from '../protocol/engine';
import type { RuleSeverity } from '../rules/severities';
import { analyzeText, type TextAnalysis } from '../rules/textAnalysis';
import { EditedFolder } from './editedFolder';
import { factsParts } from './factsParts';

/** Texts whose analyses are kept; each is as large as its model, and an editor shows few at a time. */
const MOST_TEXTS = 3;

/** An answer of megabytes has gone out by then. */
const ANSWER_MS = 50;

interface Followed {
  version: number;
  text: string;
  /** The latest version that could be analyzed. */
  analyzed?: { readonly version: number; readonly path: string; readonly analysis: TextAnalysis };
}

/** The texts that an engine's host edits: of an edit only the difference is sent, analyzed and answered. */
export class FollowedTexts {
  /** The one that was asked about last comes last. */
  private readonly texts = new Map<string, Followed>();

  /**
   * @param place of the model's stored file
   * @throws ModelError when the text is no model; it is followed all the same
   */
  async analyze(
    request: EngineJobs['analyzeText']['request'],
    place: { readonly folder: ModelFolder; readonly name: string },
  ): Promise<TextAnswer> {
    const { model, document, version, shownPath, severities, known } = request;
    const text = this.textOf(request);
    if (text === undefined) return 'send all';
    const followed: Followed = { ...this.texts.get(document), version, text };
    this.keep(document, followed);

    const before = followed.analyzed?.path === model.path ? followed.analyzed : undefined;
    // as a file would hold it: half a pair of surrogates may have its other half in the next edit
    const stored = wellFormed(text);
    const { analysis, change } = await analyzeText(before?.analysis, stored, {
      folder: new EditedFolder(place.folder, place.name, stored),
      name: place.name,
      shownPath,
      options: { severities: severities as Readonly<Record<string, RuleSeverity>> },
    });
    followed.analyzed = { version, path: model.path, analysis };
    // once the answer is on its way, so that the first edit does not wait for it
    if (change === undefined) setTimeout(() => this.texts.get(document) === followed && analysis.prepare(), ANSWER_MS);
    if (before === undefined || before.version !== known) return { facts: analysis.facts };
    return change === undefined ? { parts: factsParts(before.analysis.facts, analysis.facts) } : { change };
  }

  close(document: string): void {
    this.texts.delete(document);
  }

  private textOf({ document, text }: EngineJobs['analyzeText']['request']): string | undefined {
    if (typeof text === 'string') return text;
    const followed = this.texts.get(document);
    return followed?.version === text.base ? withDifference(followed.text, text) : undefined;
  }

  private keep(document: string, followed: Followed): void {
    this.texts.delete(document);
    this.texts.set(document, followed);
    const [oldest] = this.texts.keys();
    if (this.texts.size > MOST_TEXTS) this.texts.delete(oldest);
  }
}
