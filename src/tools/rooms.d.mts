export const rooms: readonly string[];
export const sealedRooms: readonly string[];
export const portableRooms: readonly string[];
export const editorRoom: string;
export function forbiddenRooms(room: string): string[];
