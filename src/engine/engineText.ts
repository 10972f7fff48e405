import { ModelError } from '../ir/errors';
import { textDifference } from '../ir/textDifference';
import type { EngineJobs, TextAnswer, TextVersion } from '../protocol/engine';
import type { ModelFacts } from '../protocol/facts';
import { changedFacts } from '../protocol/factsChange';
import { say } from '../texts/say';
import type { EngineClient } from './engineClient';
import { factsOfParts } from './factsParts';

type AnalysisRequest = EngineJobs['analyze']['request'];

/** A text in an editor that an engine follows: what goes to and fro is as long as an edit, and not as the model. */
export class EngineText {
  private readonly document = crypto.randomUUID();
  private version = 0;
  private sent: { readonly version: number; readonly text: string } | undefined;
  /** What was answered last. */
  private answered: { readonly version: number; readonly facts: ModelFacts } | undefined;

  constructor(private readonly engine: Pick<EngineClient, 'run' | 'isRunning'>) {}

  /**
   * The facts of the text as it is now.
   * @throws ModelError when the text is no model, or the engine ended
   */
  async analyze(text: string, request: AnalysisRequest): Promise<ModelFacts> {
    const { sent, answered } = this;
    const version = ++this.version;
    this.sent = { version, text };
    const ask = (words: TextVersion['text']) =>
      this.engine.run('analyzeText', {
        ...request,
        document: this.document,
        version,
        text: words,
        known: answered?.version,
      });
    let answer = await ask(sent === undefined ? text : { base: sent.version, ...textDifference(sent.text, text) });
    if (answer === 'send all') answer = await ask(text);
    if (answer === 'send all') throw new ModelError('engine', say`the engine did not take the text`);
    const facts = factsOf(answer, answered?.facts);
    if (version > (this.answered?.version ?? 0)) this.answered = { version, facts };
    return facts;
  }

  /** The text is edited no more, or is to be analyzed anew from its beginning. */
  close(): void {
    if (this.sent === undefined) return;
    this.sent = this.answered = undefined;
    // an engine that has ended knows nothing of it
    if (this.engine.isRunning) this.engine.run('closeText', { document: this.document }).catch(() => undefined);
  }
}

/** @param before the facts that the answer tells the new ones by, which an engine does only where the host has them */
function factsOf(answer: Exclude<TextAnswer, string>, before: ModelFacts | undefined): ModelFacts {
  if ('facts' in answer) return answer.facts;
  return 'change' in answer ? changedFacts(before!, answer.change) : factsOfParts(before!, answer.parts);
}
