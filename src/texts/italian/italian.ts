import type { Language } from '../say';
import { experimentFigures } from './experimentFigures';
import { experiments } from './experiments';
import { findings } from './findings';
import { fixes } from './fixes';
import { hovers } from './hovers';

/** Italian. A norm stays "norm": `norma` is a length. */
export const italian: Language = {
  texts: { ...experimentFigures, ...experiments, ...findings, ...fixes, ...hovers },
  nouns: {
    'batch norm': ['batch norm', 'batch norm'],
    channel: ['canale', 'canali'],
    convolution: ['convoluzione', 'convoluzioni'],
    depth: ['profondità', 'profondità'],
    group: ['gruppo', 'gruppi'],
    layer: ['strato', 'strati'],
    'linear layer': ['strato lineare', 'strati lineari'],
    norm: ['norm', 'norm'],
    parameter: ['parametro', 'parametri'],
    'random sample': ['campione casuale', 'campioni casuali'],
    step: ['passo', 'passi'],
  },
};
