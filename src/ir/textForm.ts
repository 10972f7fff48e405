export { parseGraph } from './textParser';
export { printGraph } from './textPrinter';
