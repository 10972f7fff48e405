import { ModelError } from '../../ir/errors';
import { inferTypes } from '../../ir/inferTypes';
import type { MutableGraph } from '../../ir/mutableGraph';
import { elementCount, float32Tensor } from '../../ir/tensor';
import { say } from '../../texts/say';
import { initialValues } from '../../training/initialization';
import { findParameters } from '../../training/parameters';
import { Random } from '../../training/random';

/** Of the random numbers of weights, apart from those of the data; the same weights for every seed of an experiment. */
const WEIGHTS = 46;

/** What experiments on a model of the user say of weights that it lacks. */
export const missingWords = () => say`Weights that the file does not hold are made as before training.`;

/**
 * Gives weights to those constants of a model that its file holds no data for (a Keras architecture, a file without its shards), as
 * before training: Glorot weights, scales 1, shifts 0, running means 0 and variances 1.
 * @throws ModelError `missing-weights` for a constant that is none of these
 */
export function fillMissingWeights(graph: MutableGraph): void {
  const missing = [...graph.initializers].filter(([, { location }]) => location === 'missing');
  if (missing.length === 0) return;
  const norms = graph.nodes.filter(({ domain, opType }) => domain === '' && opType === 'BatchNormalization');
  const [means, variances] = [3, 4].map((input) => new Set(norms.map(({ inputs }) => inputs[input])));
  const parameters = findParameters(graph, inferTypes(graph), new Set([...means, ...variances]), new Map());
  const byName = new Map(parameters.map((p) => [p.name, p]));
  for (const [at, [name, { dims }]] of missing.entries()) {
    const statistic = means.has(name) ? 0 : variances.has(name) ? 1 : undefined;
    const parameter = byName.get(name);
    if (statistic === undefined && parameter === undefined) {
      throw new ModelError(
        'missing-weights',
        say`the file holds no data for '${name}', and it is no weight that could be made`,
      );
    }
    const values =
      parameter === undefined
        ? new Float32Array(elementCount(dims)).fill(statistic!)
        : initialValues(parameter, undefined, new Random(1, WEIGHTS, at));
    graph.initializers.set(name, float32Tensor(name, dims, values));
  }
}
