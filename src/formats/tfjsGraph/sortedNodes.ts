import { count, say } from '../../texts/say';
import { shown, type Report } from '../tfjs/topology';
import type { NodeDefinition } from './graphDef';

/** Kahn's algorithm with the nodes that are ready in the order of the file. */
export function sorted(byName: ReadonlyMap<string, NodeDefinition>, report: Report): NodeDefinition[] {
  const waiting = new Map<NodeDefinition, number>();
  const readers = new Map<NodeDefinition, NodeDefinition[]>();
  const ready: NodeDefinition[] = [];
  for (const node of byName.values()) {
    const sources = new Set(node.inputs.map((i) => byName.get(i.node)).filter((n) => n !== undefined));
    waiting.set(node, sources.size);
    for (const source of sources) {
      const list = readers.get(source);
      if (list) list.push(node);
      else readers.set(source, [node]);
    }
    if (sources.size === 0) ready.push(node);
  }
  for (let i = 0; i < ready.length; i++) {
    for (const reader of readers.get(ready[i]) ?? []) {
      const left = waiting.get(reader)! - 1;
      waiting.set(reader, left);
      if (left === 0) ready.push(reader);
    }
  }
  if (ready.length < byName.size) {
    const rest = [...byName.values()].filter((node) => waiting.get(node)! > 0);
    report(
      'cycle',
      say`${count(rest.length, 'node')} on or after a cycle, among them ${shown(rest[0].name)}`,
      rest[0].place,
    );
    for (const node of rest) ready.push(node);
  }
  return ready;
}
