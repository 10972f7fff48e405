import {
  COMPARE_SCHEMA_VERSION,
  type ComparedRun,
  type ComparedVariant,
  type CompareEvent,
  type CompareResult,
  type CompareStarted,
  type RateSearch,
} from '../protocol/compare';
import type { NormVariantId } from '../protocol/normVariant';
import { tool } from '../protocol/tool';
import { compareVerdicts, summaryOf } from './compareVerdicts';

interface Collected {
  readonly facts: Pick<ComparedVariant, 'id' | 'title' | 'change' | 'notes' | 'reason'>;
  readonly runs: ComparedRun[];
  readonly searches: RateSearch[];
  done: boolean;
  failure?: string;
}

/** Collects the events of a comparison as they come. A result can be taken at any moment, also of one that was cancelled. */
export class CompareFold {
  private start: CompareStarted | undefined;
  private readonly variants = new Map<NormVariantId, Collected>();

  add(event: CompareEvent): void {
    switch (event.type) {
      case 'started':
        this.start = event;
        break;
      case 'variant':
        this.variants.set(event.variant.id, { facts: event.variant, runs: [], searches: [], done: false });
        break;
      case 'run':
        this.variants.get(event.variant)?.runs.push(event.run);
        break;
      case 'rates':
        this.variants.get(event.variant)?.searches.push(event.search);
        break;
      case 'variantDone': {
        const collected = this.variants.get(event.variant);
        if (collected) Object.assign(collected, { done: true, failure: event.failure });
        break;
      }
      case 'progress':
        break;
    }
  }

  /** @returns undefined before the event `started` */
  result(status: CompareResult['status'], failure?: string): CompareResult | undefined {
    const { start } = this;
    if (start === undefined) return undefined;
    const variants = [...this.variants.values()].map(comparedVariant);
    return {
      schemaVersion: COMPARE_SCHEMA_VERSION,
      tool,
      model: start.model,
      engine: start.engine,
      settings: start.settings,
      status,
      ...(failure !== undefined && { failure }),
      variants,
      verdicts: compareVerdicts(variants),
    };
  }
}

function comparedVariant({ facts, runs, searches, done, failure }: Collected): ComparedVariant {
  const reason = facts.reason ?? failure;
  const status =
    facts.reason !== undefined ? 'not-applicable' : failure !== undefined ? 'failed' : done ? 'complete' : 'partial';
  const largest = searches.map((s) => s.largest);
  const found = largest.filter((lr): lr is number => lr !== null);
  return {
    ...facts,
    ...(reason !== undefined && { reason }),
    status,
    seeds: [...runs],
    largestStableLearningRate: found.length > 0 && found.length === largest.length ? Math.min(...found) : null,
    rateSearches: [...searches],
    summary: summaryOf(runs, searches),
  };
}
