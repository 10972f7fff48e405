import type { Model, Problem } from '../../ir/model';
import { graphHash } from '../graphHash';
import { countNodes, countWeights, type WeightCounts } from './modelCounts';
import type { ModelReader } from './modelReader';
import type { ReadContext } from './readContext';

/** What follows from the graph of an ONNX file, worked out when somebody asks. */
export class OnnxFacts {
  private counted: (WeightCounts & { nodeCount: number; problems: Problem[] }) | undefined;
  private hash: string | undefined;

  constructor(
    private readonly context: ReadContext,
    private readonly contents: ModelReader,
  ) {}

  /** Name and version, as far as the file states them. */
  get producer(): string {
    const { producerName, producerVersion } = this.contents;
    return [producerName, producerVersion].filter((part) => part !== '').join(' ');
  }

  get counts(): WeightCounts & { readonly nodeCount: number; readonly problems: readonly Problem[] } {
    if (this.counted !== undefined) return this.counted;
    const { records, problems, tensors } = this.context;
    const { graph, functions } = this.contents;
    const nodeCount = countNodes(graph, functions, records, problems);
    const weights = countWeights(records.values());
    tensors.checkExternal();
    return (this.counted = { nodeCount, ...weights, problems: problems.list() });
  }

  get purpose(): Model['purpose'] {
    return this.contents.hasTrainingInfo || this.isTrainingGraph() ? 'training' : 'inference';
  }

  get graphHash(): string {
    return (this.hash ??= graphHash(this.contents.graph, this.contents.functions));
  }

  /** Gradients computed or given out, or an optimizer's operators (ai.onnx.preview.training). */
  private isTrainingGraph(): boolean {
    const { graph } = this.contents;
    for (const v of graph.outputs) if (/(^|[._/])grad(ient)?s?($|[._/:])/i.test(graph.valueName(v))) return true;
    if (!this.context.hasWord((word) => TRAINING_DOMAIN.test(word) || word.endsWith('Grad'))) return false;
    for (const node of graph.nodes()) {
      if (TRAINING_DOMAIN.test(node.domain)) return true;
      if (node.domain === 'com.microsoft' && node.opType.endsWith('Grad')) return true;
    }
    return false;
  }
}

const TRAINING_DOMAIN = /^ai\.onnx\.(preview\.)?training$/;
