export function budget(target: string): number;
export function vsixFile(target: string): string;
export function makePackage(target: string, file?: string): Promise<{ file: string; bytes: number }>;
