export function writeOpener(model: string): string;
