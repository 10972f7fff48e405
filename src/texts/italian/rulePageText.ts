/** What a page says of a rule, in another language than English. */
export interface RulePageText {
  readonly title: string;
  readonly whatItDoes: string;
  readonly why: string;
  readonly insteadDo: string;
  /** Of a rule on measured figures: what other tools report. */
  readonly otherTools?: string;
}
