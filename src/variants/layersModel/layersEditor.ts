import type { NewWeight, WeightEdits } from '../../formats/tfjs/layersCopy';
import type { StatedLayer } from '../../formats/tfjs/statedLayers';
import { end, type TextEdit } from '../../formats/tfjs/textEdits';
import type { ModelDefinition } from '../../formats/tfjs/topology';
import type { WeightManifest } from '../../formats/tfjs/weightManifest';
import type { Layer } from '../../layers/layerView';
import { say } from '../../texts/say';
import { LeaveAlone } from '../editReport';
import type { LayersText } from './layersText';

/** A weight of a layer as it is after the edits so far. */
interface OwnWeight extends NewWeight {
  readonly state: 'stored' | 'changed' | 'removed' | 'added';
  /** Of one that was added: the weight that it is put behind. */
  readonly behind?: string;
}

/**
 * Edits of a layers model in the terms of its file: settings, order and weights of its layers. Nothing is done before `finish`;
 * an edit of one layer sees what earlier ones did to its weights.
 */
export class LayersEditor {
  private readonly settings = new Map<StatedLayer, Map<string, string>>();
  private readonly removed = new Map<ModelDefinition, StatedLayer[]>();
  private readonly moves: TextEdit[] = [];
  private readonly weights = new Map<StatedLayer, Map<string, OwnWeight>>();

  constructor(
    readonly text: LayersText,
    private readonly manifest: WeightManifest,
  ) {}

  /**
   * The layer of the file that a layer of the graph was made of.
   * @throws LeaveAlone where it stands in the file more or less often than in the graph
   */
  statedOf(layer: Layer): StatedLayer {
    const stated = layer.origin && this.text.layerAt(layer.origin.offset);
    if (stated === undefined) throw new LeaveAlone(say`${layer.id} stands in a text inside the text, or in none`);
    if (this.callsOf(stated) > 1) throw new LeaveAlone(say`${layer.id} is called in several places`);
    return stated;
  }

  /**
   * The numbers of a layer's weight; undefined where the file lists none by that name.
   * @throws LeaveAlone where they are not stored as floating-point numbers
   */
  async weight(layer: StatedLayer, name: string): Promise<NewWeight | undefined> {
    const known = this.weights.get(layer)?.get(name);
    if (known !== undefined) return known.state === 'removed' ? undefined : known;
    const { name: own } = layer.definition;
    const stored = this.manifest.find(layer.path.slice(0, -own.length), own, name, -1);
    if (stored === undefined) return undefined;
    if (!stored.present || stored.dtype !== 'float32')
      throw new LeaveAlone(say`the file does not hold ${stored.name} as floating-point numbers`);
    const bytes = await stored.read();
    // the payload may lie at any offset
    const values = new Float32Array(bytes.slice().buffer);
    this.keep(layer, name, { name: stored.name, dims: stored.dims, values, state: 'stored' });
    return { name: stored.name, dims: stored.dims, values };
  }

  /** @throws LeaveAlone where the file lists no such weight, or not with `size` numbers */
  async numbers(layer: StatedLayer, name: string, size?: number): Promise<NewWeight> {
    const weight = await this.weight(layer, name);
    if (weight === undefined) throw new LeaveAlone(say`the file lists no ${name} of ${layer.path}`);
    if (size !== undefined && weight.values.length !== size)
      throw new LeaveAlone(say`${weight.name} has ${weight.values.length} numbers, and not ${size}`);
    return weight;
  }

  set(layer: StatedLayer, setting: string, value: string): void {
    if (this.text.set(layer, setting, value) === undefined)
      throw new LeaveAlone(say`${layer.path} has no settings that could be edited`);
    const settings = this.settings.get(layer) ?? new Map<string, string>();
    this.settings.set(layer, settings.set(setting, value));
  }

  /** Changes of the text that no other edit may meet. */
  move(edits: readonly TextEdit[]): void {
    const meets = (a: TextEdit, b: TextEdit) => a.span.offset <= end(b.span) && b.span.offset <= end(a.span);
    if (edits.some((e) => this.moves.some((m) => meets(e, m))))
      throw new LeaveAlone(say`it stands beside another one that is moved: fix the copy again`);
    this.moves.push(...edits);
  }

  /** Takes a layer and its weights out (see `LayersText.remove`). */
  remove(layer: StatedLayer, weights: readonly string[]): void {
    const removed = this.removed.get(layer.model) ?? [];
    this.removed.set(layer.model, [...removed, layer]);
    for (const name of weights) this.removeWeight(layer, name);
  }

  /** @param name of a weight that has been asked for */
  removeWeight(layer: StatedLayer, name: string): void {
    const known = this.weights.get(layer)?.get(name);
    if (known !== undefined) this.keep(layer, name, { ...known, state: 'removed' });
  }

  /** @param name of a weight that has been asked for */
  change(layer: StatedLayer, name: string, dims: readonly number[], values: Float32Array): void {
    const known = this.weights.get(layer)!.get(name)!;
    this.keep(layer, name, { ...known, dims, values, state: known.state === 'added' ? 'added' : 'changed' });
  }

  /** Gives a layer a weight that it did not have, behind another one of its weights. */
  add(layer: StatedLayer, name: string, values: Float32Array, { name: behind }: NewWeight): void {
    const full = `${behind.slice(0, behind.lastIndexOf('/') + 1)}${name}`;
    this.keep(layer, name, { name: full, dims: [values.length], values, state: 'added', behind });
  }

  finish(): { readonly text: readonly TextEdit[]; readonly weights: WeightEdits } {
    const gone = new Set([...this.removed.values()].flat());
    const text = [...this.moves];
    for (const [model, layers] of this.removed) text.push(...this.text.remove(model, layers));
    for (const [layer, settings] of this.settings) {
      if (gone.has(layer)) continue;
      for (const [name, value] of settings) text.push(this.text.set(layer, name, value)!);
    }
    const all = [...this.weights.values()].flatMap((own) => [...own.values()]);
    const named = (state: OwnWeight['state']) => all.filter((w) => w.state === state);
    return {
      text,
      weights: {
        changed: new Map(named('changed').map((w) => [w.name, w])),
        removed: new Set(named('removed').map((w) => w.name)),
        added: new Map(named('added').map((w) => [w.behind!, w])),
      },
    };
  }

  private keep(layer: StatedLayer, name: string, weight: OwnWeight): void {
    const own = this.weights.get(layer) ?? new Map<string, OwnWeight>();
    this.weights.set(layer, own.set(name, weight));
  }

  /** In how many places of the network the layer stands: models inside models may be called several times. */
  private callsOf({ definition, model }: StatedLayer): number {
    const around = this.text.layerOf(model);
    return Math.max(definition.calls.length, around === undefined ? 1 : this.callsOf(around));
  }
}
