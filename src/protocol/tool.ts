import { version } from '../../package.json';
import type { Tool } from './facts';

/** Name and version that every report carries. */
export const tool: Tool = { name: 'normscope', version };
