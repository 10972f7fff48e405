import type { ValueId, ValueType } from '../ir/graph';
import type { Model } from '../ir/model';
import type { Layer, LayerView } from '../layers/layerView';
import type { FixOffer, Severity } from '../protocol/facts';

export interface Reference {
  /** Authors, year and the section, or the name of the project and the number of the issue. */
  readonly title: string;
  readonly url: string;
}

/** A model in the ONNX textual syntax, or as a Keras config, that shows a rule; it is also run by the rule's test. */
export interface Example {
  readonly text: string;
  /** Default 'onnx'; 'keras' is the architecture as JSON. */
  readonly language?: 'onnx' | 'keras';
  /** Ids of the layers that are reported, where the text cannot mark them with a comment `# finding`. */
  readonly reported?: readonly string[];
  /** Default 'inference'. */
  readonly purpose?: Model['purpose'];
}

/** All that is said about a rule outside of a finding: its page, `normscope rules` and SARIF are made of it. */
export interface RuleText {
  /** Names the problem; never renamed. */
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly whatItDoes: string;
  readonly why: string;
  readonly insteadDo: string;
  readonly references: readonly Reference[];
}

/** Of a rule that speaks about a model as it stands in its file. */
export interface RuleMeta extends RuleText {
  readonly bad: Example;
  readonly good: Example;
  /** An edit of model files that ends what the findings are about. */
  readonly fix?: FixOffer;
}

/** Of a rule that speaks about figures of a profile. */
export interface MeasuredRuleMeta extends RuleText {
  /** What other tools report, with their limits. */
  readonly otherTools: string;
}

/** What a rule may know of a model beside its layers. */
export type ModelFrame = Pick<Model, 'format' | 'purpose'>;

export interface Report {
  readonly message: string;
  /** Absent when the finding is about the whole model. */
  readonly layer?: Layer;
  readonly layers?: readonly Layer[];
  /** Default: the rule's own. */
  readonly severity?: Severity;
}

export interface RuleContext {
  readonly model: ModelFrame;
  readonly view: LayerView;
  /** Numbers of a tensor that the rule has asked for in `needs`; undefined when the file does not hold them. */
  readonly values: (value: ValueId) => Float32Array | undefined;
  /** Inferred type of a value, else the declared one; undefined when nothing is known. */
  readonly typeOf: (value: ValueId) => ValueType | undefined;
  readonly report: (report: Report) => void;
}

export interface Rule {
  readonly meta: RuleMeta;
  /**
   * What is said of a layer depends on the layer, its numbers and its neighbours alone: those before and behind it, and the
   * nearest ones. It is said with `layer`, in the order of the layers.
   */
  readonly isLocal?: true;
  /** Values whose numbers are loaded before the check: of each layer as it and its neighbours are. */
  needs?(view: LayerView): readonly ValueId[];
  /** Synchronous, and linear in the number of layers. */
  check(context: RuleContext): void;
}
