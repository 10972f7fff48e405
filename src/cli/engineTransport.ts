import { forkTransport } from '../engine/forkTransport';

/** The engine's process, whose bundle lies beside this one. */
export const engineTransport = () => forkTransport(`${__dirname}/engine.js`);
