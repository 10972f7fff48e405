import { ModelError } from '../../ir/errors';
import type { Graph } from '../../ir/graph';
import type { ModelFunction } from '../../ir/model';
import { say, translated } from '../../texts/say';
import { readFunction, readOpset } from './functionReader';
import { GraphReader } from './graphReader';
import { functionKey } from './modelCounts';
import type { ReadContext } from './readContext';
import { ModelField } from './schema';
import { notOnnx } from './structure';
import { readEntry } from './tensorReader';
import { DAMAGED, Wire } from './wire';

/** Reads a ModelProto. */
export class ModelReader {
  irVersion = 0;
  producerName = '';
  producerVersion = '';
  hasTrainingInfo = false;
  readonly metadata = new Map<string, string>();
  readonly functions: ModelFunction[] = [];
  graph!: Graph;
  private functionKeys: Set<string> | undefined;

  constructor(private readonly context: ReadContext) {}

  /**
   * @param end size of the file
   * @throws ModelError `corrupt`, or `not-a-model` when no graph was found
   */
  read(end: number): void {
    const { context } = this;
    const { opsets } = context;
    const wire = new Wire(context.structure);
    let graphStart = -1;
    let graphEnd = -1;
    try {
      while (wire.next(end)) {
        switch (wire.field) {
          case ModelField.irVersion:
            this.irVersion = wire.int();
            break;
          case ModelField.producerName:
            this.producerName = wire.text();
            break;
          case ModelField.producerVersion:
            this.producerVersion = wire.text();
            break;
          case ModelField.graph:
            graphEnd = wire.enterMessage();
            graphStart = graphEnd - wire.length;
            wire.seek(graphEnd);
            break;
          case ModelField.opsetImport:
            readOpset(wire, opsets);
            break;
          default:
            this.takeRare(wire);
        }
      }
    } catch (error) {
      // with a graph it is a damaged model; without one it is some other file
      if (!(error instanceof ModelError) || graphStart >= 0) throw error;
      throw new ModelError('not-a-model', notOnnx(error.message.replace(translated(DAMAGED), '')), error.place);
    }
    if (graphStart < 0) throw new ModelError('not-a-model', notOnnx(say`it holds no graph`));
    if (this.irVersion === 0 || opsets.size === 0) this.reportVersions();
    wire.seek(graphStart);
    this.graph = new GraphReader(context, say`the graph`, graphEnd - graphStart).readGraph(wire, graphEnd);
    if (wire.invalidText)
      context.problems.add('invalid-utf8', say`some names are not valid UTF-8; their bytes are shown as Latin-1`);
  }

  /** Fields that the smallest models do not have: what is not run is not compiled. */
  private takeRare(wire: Wire): void {
    if (wire.field === ModelField.trainingInfo) this.hasTrainingInfo = true;
    else if (wire.field === ModelField.functions) this.addFunction(readFunction(wire, this.context));
    else if (wire.field === ModelField.metadata) {
      const [key, value] = readEntry(wire);
      this.metadata.set(key, value);
    }
  }

  private addFunction(f: ModelFunction): void {
    const key = functionKey(f.domain, f.name, f.overload);
    const known = (this.functionKeys ??= new Set());
    if (known.has(key)) {
      this.context.problems.add('duplicate-function', say`function ${f.name} is defined twice; the first counts`);
      return;
    }
    known.add(key);
    this.functions.push(f);
  }

  private reportVersions(): void {
    const { problems, opsets } = this.context;
    if (this.irVersion === 0) problems.add('no-ir-version', say`the model does not state its IR version`);
    if (opsets.size > 0) return;
    // before IR version 3 there were no operator sets, and the operators were those of opset 1
    opsets.set('', 1);
    if (this.irVersion !== 1 && this.irVersion !== 2)
      problems.add('no-opset', say`the model imports no operator set; opset 1 is taken`);
  }
}
