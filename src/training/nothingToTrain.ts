import { makesConstants } from '../ir/constants';
import { isFloat } from '../ir/dataType';
import { ModelError } from '../ir/errors';
import type { Graph, Node } from '../ir/graph';
import type { Model } from '../ir/model';
import { freeNames } from '../ir/mutableGraph';
import type { Tensor } from '../ir/tensor';
import { say } from '../texts/say';
import { MOST_UNROLLED } from '../variants/unrollLoops';

/**
 * Why a model cannot be trained, and what to do about it.
 * @param parameters how many weights were found
 * @param reasons why no gradient reaches them
 */
export function nothingToTrain(model: Model, parameters: number, reasons: readonly string[]): ModelError {
  const why =
    parameters === 0
      ? withoutWeights(model)
      : say`no gradient reaches its weights: ${reasons.slice(0, 3).join('; ') || say`no output depends on them`}${missingFiles(model)}`;
  return new ModelError('unsupported', say`this model cannot be trained: ${why}`);
}

/** Graph models keep axes and sizes among their weights. */
function missingFiles({ format, weights }: Model): string {
  if (format !== 'tfjs-graph' || weights === 'present') return '';
  return say`. Its weights are not there, and the axes and sizes that lie among them: put the files of weights beside it`;
}

function withoutWeights({ functions, graph }: Model): string {
  if (functions.length > 0) return say`its layers lie in functions of its own, which gradients do not enter`;
  const closed = [...graph.nodes()].find((node) => isClosed(node) && holdsWeights(node, graph));
  const advice = say`hold the input that decides it (--hold NAME=NUMBER), or export the model with fixed sizes`;
  if (closed?.opType === 'If') return say`its layers lie inside If, whose branch its inputs decide: ${advice}`;
  if (closed !== undefined) {
    return say`its layers lie inside ${closed.opType}, and how often it turns is not known beforehand, or its turns are more than ${MOST_UNROLLED} nodes: ${advice}`;
  }
  return say`it holds no weights (float constants of linear layers, norms or embeddings)`;
}

function isClosed({ domain, opType }: Node): boolean {
  return domain === '' && ['If', 'Loop', 'Scan'].includes(opType);
}

/** Whether the graphs in a node have, or read from around them, float constants that are more than numbers. */
function holdsWeights(node: Node, around: Graph): boolean {
  const isWeight = (tensor: Tensor | undefined) =>
    tensor !== undefined && tensor.dims.length > 0 && isFloat(tensor.dtype);
  return node.attributeNames.some((name) => {
    const a = node.attr(name);
    const bodies = a?.type === 'graph' ? [a.value] : a?.type === 'graphs' ? a.value : [];
    return bodies.some((body) => {
      if (body.initializers.some((v) => isWeight(body.initializer(v)))) return true;
      const outside = freeNames(body).map((free) => around.valueId(free));
      if (outside.some((v) => v !== undefined && isWeight(around.initializer(v)))) return true;
      return [...body.nodes()].some((inner) => {
        const value = makesConstants(inner.opType, inner.domain) ? inner.attr('value') : undefined;
        return value?.type === 'tensor' ? isWeight(value.value) : isClosed(inner) && holdsWeights(inner, body);
      });
    });
  });
}
