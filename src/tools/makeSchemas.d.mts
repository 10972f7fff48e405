export const schemas: Record<string, { file: string; source: string }>;
export function schemaText(type: string): string;
