import type { Attribute } from '../../ir/attribute';
import { ABSENT } from '../../ir/graph';
import type { ModelFunction } from '../../ir/model';
import { say } from '../../texts/say';
import { readAttribute } from './attributeReader';
import { defaultDomain, GraphReader } from './graphReader';
import type { ReadContext } from './readContext';
import { FunctionField, OpsetField } from './schema';
import { BYTES, type Wire } from './wire';

/** The current field as a FunctionProto (IR version 8, overloads from 10). */
export function readFunction(wire: Wire, context: ReadContext): ModelFunction {
  const end = wire.enterMessage();
  const start = wire.offset;
  const name = functionName(wire, end);
  wire.seek(start);
  const { opsets: outer } = context;
  const opsets = (context.opsets = new Map<string, number>());
  const reader = new GraphReader(context, say`function ${name}`, end - start);
  reader.builder.name = name;
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes: string[] = [];
  const defaults = new Map<string, Attribute>();
  let domain = '';
  let overload = '';
  while (wire.next(end)) {
    switch (wire.field) {
      case FunctionField.input:
        inputs.push(wire.text());
        reader.addInput(reader.value(wire));
        break;
      case FunctionField.output: {
        outputs.push(wire.text());
        const output = reader.value(wire);
        if (output !== ABSENT) reader.builder.outputs.push(output);
        break;
      }
      case FunctionField.attribute:
        attributes.push(wire.text());
        break;
      case FunctionField.attributeProto: {
        const [key, value] = readAttribute(wire, { tensors: context.tensors });
        attributes.push(key);
        defaults.set(key, value);
        break;
      }
      case FunctionField.node:
        reader.readNode(wire);
        break;
      case FunctionField.opsetImport:
        readOpset(wire, opsets);
        break;
      case FunctionField.domain:
        domain = defaultDomain(wire.text());
        break;
      case FunctionField.overload:
        overload = wire.text();
        break;
      case FunctionField.valueInfo:
        reader.readValueInfo(wire, true);
        break;
    }
  }
  const body = reader.finish();
  context.opsets = outer;
  return { domain, name, overload, inputs, outputs, attributes, defaults, body };
}

/** The current field as an OperatorSetIdProto. */
export function readOpset(wire: Wire, opsets: Map<string, number>): void {
  const end = wire.enterMessage();
  let domain = '';
  let version = 0;
  while (wire.next(end)) {
    if (wire.field === OpsetField.domain) {
      // nearly always empty: the default domain
      if (wire.type !== BYTES || wire.length > 0) domain = defaultDomain(wire.text());
    } else if (wire.field === OpsetField.version) version = wire.int();
  }
  opsets.set(domain, version);
}

function functionName(wire: Wire, end: number): string {
  let name = '';
  while (wire.next(end)) if (wire.field === FunctionField.name) name = wire.text();
  return name;
}
