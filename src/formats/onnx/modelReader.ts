import { ModelError } from '../../ir/errors';
import type { Graph } from '../../ir/graph';
import type { ModelFunction } from '../../ir/model';
import { readFunction, readOpset } from './functionReader';
import { GraphReader } from './graphReader';
import { functionKey } from './modelCounts';
import type { ReadContext } from './readContext';
import { ModelField } from './schema';
import { notOnnx } from './structure';
import { readEntry } from './tensorReader';
import { DAMAGED, type Wire } from './wire';

/** Reads a ModelProto. */
export class ModelReader {
  irVersion = 0;
  hasTrainingInfo = false;
  readonly metadata = new Map<string, string>();
  readonly functions: ModelFunction[] = [];
  private functionKeys: Set<string> | undefined;
  private producerName = '';
  private producerVersion = '';
  private graphStart = -1;
  private graphEnd = -1;

  constructor(private readonly context: ReadContext) {}

  /** Name and version, as far as the file states them. */
  get producer(): string {
    return [this.producerName, this.producerVersion].filter((part) => part !== '').join(' ');
  }

  /**
   * @param wire stands at the beginning of the file, which ends at `end`
   * @throws ModelError `corrupt`, or `not-a-model` when no graph was found
   */
  read(wire: Wire, end: number): Graph {
    try {
      while (wire.next(end)) this.take(wire);
    } catch (error) {
      // with a graph it is a damaged model; without one it is some other file
      if (!(error instanceof ModelError) || this.graphStart >= 0) throw error;
      throw new ModelError('not-a-model', notOnnx(error.message.replace(DAMAGED, '')), error.place);
    }
    if (this.graphStart < 0) throw new ModelError('not-a-model', notOnnx('it holds no graph'));
    this.checkVersions();
    wire.seek(this.graphStart);
    const reader = new GraphReader(this.context, 'the graph', this.graphEnd - this.graphStart);
    const graph = reader.readGraph(wire, this.graphEnd);
    if (wire.invalidText)
      this.context.problems.add('invalid-utf8', 'some names are not valid UTF-8; their bytes are shown as Latin-1');
    return graph;
  }

  private take(wire: Wire): void {
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
        this.graphEnd = wire.enterMessage();
        this.graphStart = wire.offset;
        wire.seek(this.graphEnd);
        break;
      case ModelField.opsetImport:
        readOpset(wire, this.context.opsets);
        break;
      case ModelField.metadata: {
        const [key, value] = readEntry(wire);
        this.metadata.set(key, value);
        break;
      }
      case ModelField.trainingInfo:
        this.hasTrainingInfo = true;
        break;
      case ModelField.functions:
        this.addFunction(readFunction(wire, this.context));
        break;
    }
  }

  private addFunction(f: ModelFunction): void {
    const key = functionKey(f.domain, f.name, f.overload);
    const known = (this.functionKeys ??= new Set());
    if (known.has(key)) {
      this.context.problems.add('duplicate-function', `function ${f.name} is defined twice; the first counts`);
      return;
    }
    known.add(key);
    this.functions.push(f);
  }

  private checkVersions(): void {
    const { problems, opsets } = this.context;
    if (this.irVersion === 0) problems.add('no-ir-version', 'the model does not state its IR version');
    if (opsets.size > 0) return;
    // before IR version 3 there were no operator sets, and the operators were those of opset 1
    opsets.set('', 1);
    if (this.irVersion !== 1 && this.irVersion !== 2)
      problems.add('no-opset', 'the model imports no operator set; opset 1 is taken');
  }
}
