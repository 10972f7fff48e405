export const nativeTargets: readonly string[];
export const universal: 'universal';
export function currentTarget(): string;
export function copyRuntime(root: string, dist: string, target: string): string[];
