import type { CompareResult } from './compare';
import type { FixId, ModelFacts, UnreadableModel } from './facts';
import type { ProfileEvent, ProfileResult, ProfileSettings } from './profile';

/** Messages between the extension host and the webview. Plain data; the webview imports nothing else of src. */

/** Progress of the profile that is running. */
export interface Running {
  readonly phase: 'reading' | 'differentiating' | 'compiling' | 'training';
  readonly step: number;
  readonly steps: number;
  readonly loss?: number | string;
  readonly secondsLeft?: number;
}

/** All that the view shows; the host sends it whole when the view says it is ready, and again when anything but a step changes. */
export interface ViewState {
  /** Address of the model. The view stores it, so that its panel can be restored after a reload of the window. */
  readonly uri: string;
  readonly model: ModelFacts | UnreadableModel | null;
  readonly profile: ProfileResult | null;
  /** The profile was measured on another graph than the file holds now. */
  readonly profileIsStale: boolean;
  /** Why the last profile could not be run at all, in a sentence; one that began says so in `profile.failure`. */
  readonly failure?: string | null;
  readonly running: Running | null;
  /** The latest comparison of normalizations. */
  readonly comparison?: CompareResult | null;
  readonly settings: ProfileSettings;
  /** Layer to show first, e.g. because a finding was clicked. */
  readonly selectedLayer: string | null;
  /** The page is a report: nothing can be run, and no page of a rule can be opened. */
  readonly isReport?: boolean;
}

/** What a report holds. */
export interface ReportData {
  readonly model: ModelFacts;
  readonly profile: ProfileResult | null;
}

export type HostToView =
  | { readonly type: 'state'; readonly state: ViewState }
  /** What was measured since the view said `eventsShown`; no more comes before it says so again. */
  | { readonly type: 'events'; readonly events: readonly ProfileEvent[]; readonly running: Running }
  | { readonly type: 'select'; readonly layer: string }
  /** A comparison that the user has asked for is done: the state that was sent before holds it. */
  | { readonly type: 'showComparison' };

export type ViewToHost =
  | { readonly type: 'ready' }
  | { readonly type: 'profile'; readonly settings: ProfileSettings }
  /** Asks what to compare, and trains every variant with these settings. */
  | { readonly type: 'compare'; readonly settings: ProfileSettings }
  | { readonly type: 'cancel' }
  | { readonly type: 'eventsShown' }
  /** The host asks the user for a file and answers with a state whose settings are these with its path; or with none. */
  | { readonly type: 'chooseData'; readonly field: 'data' | 'labels'; readonly settings: ProfileSettings }
  /** `keepFocus`: only where the text is shown already, and the keyboard stays in the view. */
  | { readonly type: 'reveal'; readonly layer: string; readonly keepFocus?: boolean }
  /** A file that the user asked for: the host asks where to, and writes it. */
  | { readonly type: 'save'; readonly name: string; readonly content: string; readonly encoding: 'text' | 'base64' }
  /** Save a copy of the model with a fix. */
  | { readonly type: 'fix'; readonly fix: FixId }
  | { readonly type: 'openRule'; readonly ruleId: string }
  | { readonly type: 'reanalyze' };
