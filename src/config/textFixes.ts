import { count, say } from '../texts/say';
import type { StatedLayer } from '../formats/tfjs/statedLayers';
import type { TextEdit } from '../formats/tfjs/textEdits';
import type { Finding, ModelFacts } from '../protocol/facts';
import { convertedMomentum } from '../variants/convertMomentum';
import { LayersText } from '../variants/layersModel/layersText';
import { movedBefore, movedBehind } from '../variants/layersModel/moveNorms';
import type { ConfigDocument } from './configDocument';

/** A change of a model's text that settles a finding. */
export interface TextFix {
  readonly title: string;
  /** In UTF-16 units of the text; they do not overlap. */
  readonly edits: readonly TextEdit[];
}

/**
 * What can be done in a model's text about a finding: the norm moved before its activation, the bias left out, the axis set, the
 * momentum converted, one epsilon for all. Edits that change the number or shape of weights, and epsilons that weights were
 * trained with, are offered only for files without weights. The text keeps its formatting.
 * @param facts of this text; places in them are the text's own
 */
export function textFixes(config: ConfigDocument, facts: ModelFacts, finding: Finding): readonly TextFix[] {
  const fix = fixers[finding.ruleId]?.(FactsText.of(config, facts), finding);
  return fix === undefined ? [] : [fix];
}

/** What can be done with a norm in a model's text without a finding: moved after the activation that reads it. */
export function layerFixes(config: ConfigDocument, facts: ModelFacts, layer: string): readonly TextFix[] {
  const text = FactsText.of(config, facts);
  const { norm } = facts.layers.find(({ id }) => id === layer) ?? {};
  if (norm?.placement !== 'linear-norm-activation' || norm.activation === null) return [];
  const [moved, next] = [text.layer(layer), text.layer(norm.activation)];
  const edits = moved && next && movedBehind(text.edit, moved, next);
  if (edits === undefined) return [];
  return [{ title: say`Move ${moved!.definition.name} after the activation (changes what the model computes)`, edits }];
}

const fixers: Readonly<Record<string, (text: FactsText, finding: Finding) => TextFix | undefined>> = {
  'norm-after-activation': moveBeforeActivation,
  'bias-before-norm': dropBiases,
  'norm-axis-not-channel': setAxis,
  'momentum-convention': convertMomentum,
  'mixed-epsilon': unifyEpsilon,
};

function dropBiases(text: FactsText, { layers = [] }: Finding): TextFix | undefined {
  if (text.config.hasWeights) return undefined;
  const edits = text.setEach(layers, 'use_bias', 'false');
  return (
    edits && {
      title: say`Leave out the bias of ${edits.length === 1 ? layers[0] : count(edits.length, 'layer')}`,
      edits,
    }
  );
}

function setAxis(text: FactsText, { layer, layers = [] }: Finding): TextFix | undefined {
  const norm = text.layer(layer);
  const linear = text.layer(layers[0] ?? null);
  const rank = text.facts.layers.find((l) => l.id === layer)?.outputShape?.length;
  if (text.config.hasWeights || norm === undefined || linear === undefined || rank === undefined) return undefined;
  const axis = linear.definition.config.data_format === 'channels_first' ? 1 : rank - 1;
  const asList = Array.isArray(norm.definition.config.axis);
  const edit = text.edit.set(norm, 'axis', asList ? `[${axis}]` : String(axis));
  return (
    edit && { title: say`Normalize along axis ${axis}, the channels (changes what the model computes)`, edits: [edit] }
  );
}

/** Inference does not use the momentum: weights stay as they are. */
function convertMomentum(text: FactsText, { layer, layers = [] }: Finding): TextFix | undefined {
  const norms = layer === null ? layers : [layer];
  const stated = text.facts.layers.find(({ id }) => id === norms[0])?.norm?.momentum;
  if (typeof stated !== 'number') return undefined;
  const momentum = String(convertedMomentum(stated));
  const edits = text.setEach(norms, 'momentum', momentum);
  return edits && { title: say`Set the momentum to ${momentum}, the weight of the old value`, edits };
}

/** The epsilon of most batch norms for those that have another. */
function unifyEpsilon(text: FactsText, { layers = [] }: Finding): TextFix | undefined {
  if (text.config.hasWeights) return undefined;
  const others = new Set(layers);
  const usual = text.facts.layers.find((l) => l.norm?.type === 'batch' && l.norm.epsilon && !others.has(l.id));
  // the file's own number: the facts hold what float32 makes of it
  const stated = usual && text.layer(usual.id)?.definition.config.epsilon;
  if (typeof stated !== 'number') return undefined;
  const edits = text.setEach(layers, 'epsilon', String(stated));
  return (
    edits && {
      title: say`Set epsilon to ${stated}, as in the other batch norms (changes what the model computes)`,
      edits,
    }
  );
}

function moveBeforeActivation(text: FactsText, { layer, layers = [] }: Finding): TextFix | undefined {
  const norm = text.layer(layer);
  const last = text.layer(layers[layers.length - 1] ?? null);
  const edits = norm && last && movedBefore(text.edit, last, norm);
  if (edits === undefined) return undefined;
  return { title: say`Move ${norm!.definition.name} before the activation (changes what the model computes)`, edits };
}

/** A model's text with its layers by the ids that facts name them by. */
class FactsText {
  private static readonly made = new WeakMap<ConfigDocument, FactsText>();
  readonly edit: LayersText;
  private readonly byId = new Map<string, StatedLayer>();

  /** Made once for a text: VS Code asks for the fixes of all findings in view, at each move of the cursor. */
  static of(config: ConfigDocument, facts: ModelFacts): FactsText {
    const known = FactsText.made.get(config);
    if (known?.facts === facts) return known;
    const text = new FactsText(config, facts);
    FactsText.made.set(config, text);
    return text;
  }

  private constructor(
    readonly config: ConfigDocument,
    readonly facts: ModelFacts,
  ) {
    this.edit = new LayersText(config);
    for (const { id, source } of facts.layers) {
      const stated = source && this.edit.layerAt(config.lines.offsetAt(source.range.start));
      if (stated !== undefined) this.byId.set(id, stated);
    }
  }

  layer(id: string | null): StatedLayer | undefined {
    return id === null ? undefined : this.byId.get(id);
  }

  /** Gives a setting of several layers a value; undefined where one of them cannot be edited, or there is none. */
  setEach(layers: readonly string[], name: string, value: string): TextEdit[] | undefined {
    const edits = layers.map((id) => {
      const layer = this.layer(id);
      return layer && this.edit.set(layer, name, value);
    });
    const isComplete = edits.length > 0 && edits.every((e): e is TextEdit => e !== undefined);
    return isComplete ? edits : undefined;
  }
}
