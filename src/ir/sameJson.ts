/** Values nested deeper are not compared. */
const DEEPEST = 64;

/** True when two values of plain data say the same; members may stand in another order. */
export function sameJson(a: unknown, b: unknown, depth = 0): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || depth > DEEPEST) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  const values = (object: object, key: string) => (object as Readonly<Record<string, unknown>>)[key];
  return keys.every((key) => Object.hasOwn(b, key) && sameJson(values(a, key), values(b, key), depth + 1));
}
