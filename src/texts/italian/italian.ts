import type { Language } from '../say';
import { engine } from './engine';
import { experimentFigures } from './experimentFigures';
import { experiments } from './experiments';
import { files } from './files';
import { findings } from './findings';
import { fixes } from './fixes';
import { graphs } from './graphs';
import { hovers } from './hovers';
import { onnxFiles } from './onnxFiles';
import { tfjsFiles } from './tfjsFiles';
import { training } from './training';
import { trainingData } from './trainingData';
import { variants } from './variants';

/** Italian. A norm stays "norm": `norma` is a length. */
export const italian: Language = {
  texts: {
    ...engine,
    ...experimentFigures,
    ...experiments,
    ...files,
    ...findings,
    ...fixes,
    ...graphs,
    ...hovers,
    ...onnxFiles,
    ...tfjsFiles,
    ...training,
    ...trainingData,
    ...variants,
  },
  nouns: {
    'batch norm': ['batch norm', 'batch norm'],
    channel: ['canale', 'canali'],
    convolution: ['convoluzione', 'convoluzioni'],
    depth: ['profondità', 'profondità'],
    group: ['gruppo', 'gruppi'],
    'group norm': ['group norm', 'group norm'],
    'instance norm': ['instance norm', 'instance norm'],
    layer: ['strato', 'strati'],
    'layer norm': ['layer norm', 'layer norm'],
    'linear layer': ['strato lineare', 'strati lineari'],
    node: ['nodo', 'nodi'],
    norm: ['norm', 'norm'],
    parameter: ['parametro', 'parametri'],
    'random sample': ['campione casuale', 'campioni casuali'],
    'RMS norm': ['RMS norm', 'RMS norm'],
    step: ['passo', 'passi'],
  },
};
