// The rooms of src/ in the order of the house: a room may import from itself and from rooms above it.
// ESLint (while typing) and test/unit/architecture.test.ts (for certain) both read this list.

/** @type {readonly string[]} */
export const rooms = [
  'texts',
  'ir',
  'protocol',
  'formats',
  'layers',
  'variants',
  'rules',
  'autodiff',
  'training',
  'profile',
  'experiments',
  'engine',
  'config',
  'reports',
  'assistants',
  'extension',
  'cli',
];

/** Rooms that import nothing from other rooms at all. */
export const sealedRooms = ['texts', 'protocol'];

/** Rooms that must run in a browser: no Node module, no `vscode`. */
export const portableRooms = [
  'texts',
  'ir',
  'protocol',
  'formats',
  'layers',
  'variants',
  'rules',
  'autodiff',
  'training',
  'profile',
  'experiments',
  'config',
  'reports',
  'assistants',
];

/** The only room that may import `vscode`. */
export const editorRoom = 'extension';

/**
 * @param {string} room
 * @returns {string[]} the rooms that `room` must not import
 */
export function forbiddenRooms(room) {
  const place = rooms.indexOf(room);
  if (place < 0) throw new Error(`"${room}" is no room of src/: add it to src/tools/rooms.mjs`);
  if (sealedRooms.includes(room)) return rooms.filter((other) => other !== room);
  // the two front ends stand side by side
  return rooms.filter((other, i) => i > place || (room === 'cli' && other === 'extension'));
}
