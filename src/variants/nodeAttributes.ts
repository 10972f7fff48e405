import type { MutableNode } from '../ir/mutableGraph';

export function intOf(node: MutableNode, name: string, fallback: number): number;
export function intOf(node: MutableNode, name: string): number | undefined;
export function intOf(node: MutableNode, name: string, fallback?: number): number | undefined {
  const a = node.attributes.get(name);
  return a?.type === 'int' || a?.type === 'float' ? a.value : fallback;
}

export const floatOf = intOf;

export function stringOf(node: MutableNode, name: string, fallback: string): string {
  const a = node.attributes.get(name);
  return a?.type === 'string' ? a.value : fallback;
}

export function intsOf(node: MutableNode, name: string): readonly number[] | undefined {
  const a = node.attributes.get(name);
  return a?.type === 'ints' ? a.value : undefined;
}

export function floatsOf(node: MutableNode, name: string): readonly number[] | undefined {
  const a = node.attributes.get(name);
  return a?.type === 'floats' ? a.value : undefined;
}
