import type { ValueId, ValueType } from '../ir/graph';
import type { Model } from '../ir/model';
import type { Layer, LayerView } from '../layers/layerView';
import type { Severity } from '../protocol/facts';

export interface Reference {
  /** Authors, year and the section, or the name of the project and the number of the issue. */
  readonly title: string;
  readonly url: string;
}

/** A model in the ONNX textual syntax that shows a rule; it is also run by the rule's test. */
export interface Example {
  readonly text: string;
  /** Default 'inference'. */
  readonly purpose?: Model['purpose'];
}

/** All that is said about a rule outside of a finding: its page, `normscope rules` and SARIF are made of it. */
export interface RuleMeta {
  /** Names the problem; never renamed. */
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly whatItDoes: string;
  readonly why: string;
  readonly insteadDo: string;
  readonly bad: Example;
  readonly good: Example;
  readonly references: readonly Reference[];
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
  /** Values whose numbers are loaded before the check. */
  needs?(view: LayerView): readonly ValueId[];
  /** Synchronous, and linear in the number of layers. */
  check(context: RuleContext): void;
}
