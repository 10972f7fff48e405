/** A step into a JSON value: a member's key, an element's index, or DECODED into the JSON that a string holds. */
export const DECODED = Symbol('decoded');
export type JsonStep = string | number | typeof DECODED;

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
/** Keys are cut in messages: a hostile file may have keys of a megabyte. */
const LONGEST_KEY = 60;

/** Where a value lies in a JSON text. Linked to the place around it, so that a place costs the same at any depth. */
export class JsonPlace {
  private constructor(
    /** The place around it; undefined for the whole text. */
    readonly parent: JsonPlace | undefined,
    /** From there to here. */
    readonly step: JsonStep,
  ) {}

  static readonly root: JsonPlace = new JsonPlace(undefined, '');

  to(step: JsonStep, ...further: readonly JsonStep[]): JsonPlace {
    let place = new JsonPlace(this, step);
    for (const next of further) place = new JsonPlace(place, next);
    return place;
  }

  steps(): JsonStep[] {
    if (this.parent === undefined) return [];
    const steps = this.parent.steps();
    steps.push(this.step);
    return steps;
  }

  /** As JavaScript would write it: `modelTopology.model_config.config.layers[5]`; '$' is the whole text. */
  toString(): string {
    let text = '';
    for (const step of this.steps()) {
      if (step === DECODED) continue;
      if (typeof step === 'number') text += `[${step}]`;
      else if (IDENTIFIER.test(step) && step.length <= LONGEST_KEY) text += text === '' ? step : `.${step}`;
      else text += `[${JSON.stringify(step.length > LONGEST_KEY ? `${step.slice(0, LONGEST_KEY)}...` : step)}]`;
    }
    return text === '' ? '$' : text;
  }
}
