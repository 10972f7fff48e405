import type { Attribute } from './attribute';

/** The typed questions to a node's attributes, answered from the attributes themselves. */
export abstract class AttributedNode {
  abstract attr(name: string): Attribute | undefined;

  int(name: string, fallback: number): number;
  int(name: string): number | undefined;
  int(name: string, fallback?: number): number | undefined {
    return this.number(name) ?? fallback;
  }

  float(name: string, fallback: number): number;
  float(name: string): number | undefined;
  float(name: string, fallback?: number): number | undefined {
    return this.number(name) ?? fallback;
  }

  string(name: string, fallback: string): string;
  string(name: string): string | undefined;
  string(name: string, fallback?: string): string | undefined {
    const a = this.attr(name);
    return a?.type === 'string' ? a.value : fallback;
  }

  ints(name: string): readonly number[] | undefined {
    const a = this.attr(name);
    return a?.type === 'ints' ? a.value : undefined;
  }

  floats(name: string): readonly number[] | undefined {
    const a = this.attr(name);
    return a?.type === 'floats' ? a.value : undefined;
  }

  private number(name: string): number | undefined {
    const a = this.attr(name);
    return a?.type === 'int' || a?.type === 'float' ? a.value : undefined;
  }
}
