/** What experiments measured: figures, charts, and what kept them from measuring. */
export const experimentFigures: Readonly<Record<string, string>> = {
  '; gap between the modes {0} before, {1} after': '; divario tra le modalità {0} prima, {1} dopo',
  '; gradient of the biases over that of the weights {0}': '; gradiente dei bias rispetto a quello dei pesi {0}',
  '{0} as the batch grows': '{0} al crescere del batch',
  '{0} before {1}, after {2}': '{0} prima {1}, dopo {2}',
  '{0} drawn pictures of {1}x{2} in {3} classes with noise of {4}':
    '{0} immagini disegnate di {1}x{2} in {3} classi con rumore di {4}',
  '{0} runs on its built-in network only: leave the model out':
    '{0} si esegue solo sulla sua rete incorporata: togli il modello',
  '{0}-norm {1} at L = 2, {2} at 48': '{0}-norm {1} con L = 2, {2} con 48',
  '{0}, closed form': '{0}, forma chiusa',
  '{0}, highest': '{0}, massima',
  '{0}, learning rate {1}': '{0}, learning rate {1}',
  '{0}, lowest': '{0}, minima',
  '{0}, measured': '{0}, misurato',
  '{0}, seed {1}': '{0}, seme {1}',
  '{0}, statistics over {1}: off mean 0, variance 1 by': '{0}, statistiche su {1}: scarto da media 0, varianza 1',
  '{0}: learning rate, {1}': '{0}: learning rate, {1}',
  '{0}: loss that no norm ends at': '{0}: loss finale senza norm',
  '{0}: steps to it, {1}': '{0}: passi per raggiungerla, {1}',
  '{0}: times fewer': '{0}: quante volte meno',
  '1/4 per layer': '1/4 per strato',
  '2.3; 14.8 with 5 times the learning rate (Inception)': '2.3; 14.8 con learning rate 5 volte maggiore (Inception)',
  'about 1/4 per layer: {0}': 'circa 1/4 per strato: {0}',
  'accuracy from weights of deviation {0}, {1}': 'accuratezza da pesi con deviazione {0}, {1}',
  'accuracy of batch norm {0} at batch 32, {1} at 2; deviation over the batches: group norm {2}, layer norm {3}':
    'accuratezza della batch norm {0} con batch 32, {1} con batch 2; deviazione tra i batch: group norm {2}, layer norm {3}',
  'accuracy on the test set': 'accuratezza sull’insieme di test',
  'Accuracy over the batch, mean over the seeds': 'Accuratezza al variare del batch, media sui semi',
  'accuracy, {0}, batch {1}': 'accuratezza, {0}, batch {1}',
  'accuracy, {0}': 'accuratezza, {0}',
  'Accuracy, mean over the seeds': 'Accuratezza, media sui semi',
  'accuracy: {0}; shift of the gradient: {1}': 'accuratezza: {0}; spostamento del gradiente: {1}',
  'after {0} steps: norm of the bias {1} outside (R2 {2}, loss changed by {3}), {4} inside':
    'dopo {0} passi: norma del bias {1} fuori (R2 {2}, la loss è cambiata di {3}), {4} dentro',
  'attention and FFN': 'attenzione e FFN',
  'batch norm': 'batch norm',
  batches: 'batch',
  'blocks L': 'blocchi L',
  'Change of the gradient along itself': 'Cambiamento del gradiente lungo sé stesso',
  'Distance of the running means from those of the data': 'Distanza delle medie correnti da quelle dei dati',
  'distance to the normal after {0} steps: {1}': 'distanza dalla normale dopo {0} passi: {1}',
  'Distance to the normal during training (median over the units)':
    'Distanza dalla normale durante l’addestramento (mediana sulle unità)',
  'distance to the normal, {0}': 'distanza dalla normale, {0}',
  'drift without the norm {0}, with it {1}: {2} times; from small weights ahead by {3} of accuracy':
    'deriva senza la norm {0}, con la norm {1}: {2} volte; da pesi piccoli avanti di {3} di accuratezza',
  'drift, {0}': 'deriva, {0}',
  'Euclidean distance': 'distanza euclidea',
  'excess kurtosis, {0}': 'curtosi in eccesso, {0}',
  feature: 'caratteristica',
  'first over last gradient: no norm {0}, batch norm {1}':
    'primo gradiente rispetto all’ultimo: senza norm {0}, batch norm {1}',
  'Gradient norm of the weights over depth': 'Norma del gradiente dei pesi in profondità',
  'gradient norm, first over last layer, {0}': 'norma del gradiente, primo strato rispetto all’ultimo, {0}',
  'gradient norm, last layer = 1': 'norma del gradiente, ultimo = 1',
  'Gradient of the last FFN weight over the depth, blocks of {0}':
    'Gradiente dell’ultimo peso FFN al variare della profondità, blocchi di {0}',
  'group norm': 'group norm',
  'grows with every step': 'cresce a ogni passo',
  'growth of the second moment': 'crescita del momento secondo',
  'Growth per layer over the batch': 'Crescita per strato al variare del batch',
  'growth per layer, linear, batch {0}': 'crescita per strato, lineare, batch {0}',
  'growth per layer, ReLU, batch {0}': 'crescita per strato, ReLU, batch {0}',
  'How batch normalization works': 'Come funziona la batch normalization',
  'How far the result of each norm is from mean 0 and variance 1':
    'Quanto il risultato di ogni norm è lontano da media 0 e varianza 1',
  'Input of a typical unit of the last hidden layer, {0}':
    'Ingresso di un’unità tipica dell’ultimo strato nascosto, {0}',
  'input of the sigmoid': 'ingresso della sigmoide',
  inputs: 'ingressi',
  'instance norm': 'instance norm',
  'Its relatives': 'Le sue parenti',
  keep: 'keep',
  'Kolmogorov-Smirnov distance': 'distanza di Kolmogorov-Smirnov',
  'largest abs(beta - mu) / sigma': 'massimo abs(beta - mu) / sigma',
  'largest abs(gamma / sigma - 1) {0}, largest abs(beta - mu) / sigma {1}':
    'massimo abs(gamma / sigma - 1) {0}, massimo abs(beta - mu) / sigma {1}',
  'largest abs(gamma / sigma - 1)': 'massimo abs(gamma / sigma - 1)',
  'largest abs(running mean - data mean) / deviation, first':
    'massimo abs(media corrente - media dei dati) / deviazione, primo',
  'largest abs(running mean - data mean) / deviation, last':
    'massimo abs(media corrente - media dei dati) / deviazione, ultimo',
  'largest change of the loss, statistics outside the gradient':
    'massimo cambiamento della loss, statistiche fuori dal gradiente',
  'largest deviation of mean or variance': 'massimo scarto di media o varianza',
  'largest difference of the outputs over the largest output':
    'massima differenza delle uscite rispetto all’uscita massima',
  'largest distance, in deviations': 'massima distanza, in deviazioni',
  'largest gradient of a bias over the largest of a weight':
    'massimo gradiente di un bias rispetto al massimo di un peso',
  'largest learning rate that trains, {0}': 'massimo learning rate con cui si addestra, {0}',
  'largest learning rate that trains: no norm {0}, batch norm {1}: {2} times':
    'massimo learning rate con cui si addestra: senza norm {0}, batch norm {1}: {2} volte',
  'layer norm': 'layer norm',
  'layer, from the input': 'strato, dall’ingresso',
  'learning rate, {0}, inputs {1}': 'learning rate, {0}, ingressi {1}',
  'learning rate': 'learning rate',
  'linear {0}; ReLU {1}': 'lineare {0}; ReLU {1}',
  'linear, batch {0}': 'lineare, batch {0}',
  linear: 'lineare',
  'Loss along the gradient: highest and lowest': 'Loss lungo il gradiente: massima e minima',
  'Loss at the end over the learning rate': 'Loss finale al variare del learning rate',
  'Loss at the end over the scale of the weights, learning rate {0}':
    'Loss finale al variare della scala dei pesi, learning rate {0}',
  'Loss at the end, {0}': 'Loss finale, {0}',
  'Loss at the end, by seed': 'Loss finale, per seme',
  'Loss during training': 'Loss durante l’addestramento',
  'Loss from weights of deviation {0}': 'Loss da pesi con deviazione {0}',
  'Loss of the {0} network, each at its own best learning rate':
    'Loss della rete {0}, ognuna al suo miglior learning rate',
  'Loss of the {0}': 'Loss: {0}',
  'loss of the last 20 steps, {0}': 'loss degli ultimi 20 passi, {0}',
  'Loss of the model': 'Loss del modello',
  'loss, average of 20 steps': 'loss, media di 20 passi',
  'loss, clipped at that of chance': 'loss, limitata a quella del caso',
  'loss, clipped at twice that of chance': 'loss, limitata al doppio di quella del caso',
  loss: 'loss',
  Loss: 'Loss',
  'mean 0, variance 1': 'media 0, varianza 1',
  'mean and variance of the batch': 'media e varianza del batch',
  'mean squared error': 'errore quadratico medio',
  measured: 'misurato',
  'median of the largest change of the gradient, {0}': 'mediana del massimo cambiamento del gradiente, {0}',
  'median range of the loss along the gradient, {0}, {1} weights':
    'escursione mediana della loss lungo il gradiente, {0}, pesi di {1}',
  model: 'modello',
  'mu of the data': 'mu dei dati',
  network: 'rete',
  'no batch norm of this model stands beside a linear layer that it could be folded into':
    'nessuna batch norm di questo modello sta accanto a uno strato lineare in cui si possa assorbire',
  'no norm': 'senza norm',
  'nodes after': 'nodi dopo',
  'nodes before': 'nodi prima',
  'Noise of the outputs over the batch': 'Rumore delle uscite al variare del batch',
  'noisy batch norm': 'batch norm rumorosa',
  'norm of the bias after {0} steps, {1}': 'norma del bias dopo {0} passi, {1}',
  'norm of the bias after {0} steps, statistics outside the gradient':
    'norma del bias dopo {0} passi, statistiche fuori dal gradiente',
  'Norm of the bias during training': 'Norma del bias durante l’addestramento',
  'norm of the bias': 'norma del bias',
  'norm of the gradient, {0}, {1}-norm, L = {2}': 'norma del gradiente, {0}, {1}-norm, L = {2}',
  'norm of the gradient': 'norma del gradiente',
  norm: 'norm',
  'not 0': 'non 0',
  'off by at most {0} over the own axes, by at least {1} over the others':
    'scarto al massimo {0} sugli assi propri, almeno {1} sugli altri',
  'pi/(pi-1) per layer': 'pi/(pi-1) per strato',
  'R2 of its line over the steps': 'R2 della sua retta nei passi',
  'range of the loss along the gradient: no norm {0}, batch norm {1}: {2} times smaller (from Glorot weights {3})':
    'escursione della loss lungo il gradiente: senza norm {0}, batch norm {1}: {2} volte minore (dai pesi di Glorot {3})',
  'ratio (median)': 'rapporto (mediana)',
  ratio: 'rapporto',
  'Relative change from step to step': 'Cambiamento relativo da un passo all’altro',
  "relative change of scale and shift over that of the batch's mean and variance: {0}":
    'cambiamento relativo di scala e traslazione rispetto a quello di media e varianza del batch: {0}',
  'relative change per step, mean and variance of the batch (median)':
    'cambiamento relativo per passo, media e varianza del batch (mediana)',
  'relative change per step, scale and shift (median)': 'cambiamento relativo per passo, scala e traslazione (mediana)',
  'relative change': 'cambiamento relativo',
  'relative difference {0} in training form, {1} at inference with moved means{2}':
    'differenza relativa {0} in forma di addestramento, {1} in inferenza con le medie spostate{2}',
  'relative difference {0}; {1} norms folded, {2} nodes became {3}':
    'differenza relativa {0}; norm assorbite: {1}, nodi da {2} a {3}',
  'relative difference at inference, running means as they were':
    'differenza relativa in inferenza, medie correnti com’erano',
  'relative difference at inference, running means moved by the bias':
    'differenza relativa in inferenza, medie correnti spostate del bias',
  'relative difference of the logits between the modes, after': 'differenza relativa dei logit tra le modalità, dopo',
  'relative difference of the logits between the modes, before': 'differenza relativa dei logit tra le modalità, prima',
  'running means off by at most {0} deviations{1}': 'medie correnti lontane al massimo {0} deviazioni{1}',
  'scale and shift': 'scala e traslazione',
  'scale of the weights': 'scala dei pesi',
  'scales that train, of {0}, {1}': 'scale con cui si addestra, su {0}, {1}',
  'scales that train, of {0}: no norm {1}, batch norm {2}':
    'scale con cui si addestra, su {0}: senza norm {1}, batch norm {2}',
  'Second moment of the gradient over depth': 'Momento secondo del gradiente in profondità',
  'second moment, last layer = 1': 'momento secondo, ultimo = 1',
  'shift of the gradient (cosine), {0}': 'spostamento del gradiente (coseno), {0}',
  'shift of the gradient (Euclidean, over its norm), {0}':
    'spostamento del gradiente (euclideo, rispetto alla sua norma), {0}',
  'sigma of the data': 'sigma dei dati',
  sigmoid: 'sigmoide',
  'skewness, {0}': 'asimmetria, {0}',
  'slope of log noise over log batch': 'pendenza del logaritmo del rumore su quello del batch',
  'spread of log10 of the loss over the scales, {0}': 'dispersione di log10 della loss tra le scale, {0}',
  'spread of log2 of the steps over the scalings: no norm {0}, batch norm {1}':
    'dispersione di log2 dei passi tra le scalature: senza norm {0}, batch norm {1}',
  'spread of log2 of the steps, {0}': 'dispersione di log2 dei passi, {0}',
  'standard deviation of an output': 'deviazione standard di un’uscita',
  'statistics outside the gradient': 'statistiche fuori dal gradiente',
  'statistics over': 'statistiche su',
  step: 'passo',
  'Steps to a loss of {0}, each at its own best learning rate':
    'Passi fino a una loss di {0}, ognuno al suo miglior learning rate',
  'steps to the loss that no norm ends at: no norm {0}, batch norm {1}: {2} times fewer (8 x 100 ReLU: {3})':
    'passi fino alla loss finale senza norm: senza norm {0}, batch norm {1}: {2} volte meno (8 x 100 ReLU: {3})',
  'steps, {0}, inputs {1}': 'passi, {0}, ingressi {1}',
  'the experiment was cancelled': 'l’esperimento è stato annullato',
  'The problem': 'Il problema',
  'this model has no batch norm whose statistics change': 'questo modello non ha batch norm le cui statistiche cambino',
  'this model has no batch norm with running statistics': 'questo modello non ha batch norm con statistiche correnti',
  'times smaller, {0} weights': 'quante volte minore, pesi di {0}',
  'Training and inference': 'Addestramento e inferenza',
  value: 'valore',
  'variance in training / at inference': 'varianza in addestramento / in inferenza',
  'variance in training over inference, {0}, keep {1}':
    'varianza in addestramento rispetto a quella in inferenza, {0}, keep {1}',
  'Variance shift over the keep probability': 'Spostamento della varianza al variare di keep',
  'What it costs, and where it does not help': 'Che cosa costa, e dove non aiuta',
  'What it gives': 'Che cosa dà',
  'What scale and shift learnt, by feature': 'Che cosa hanno imparato scala e traslazione, per caratteristica',
  'Why it works': 'Perché funziona',
  'zero-mean': 'media zero',
  'at least 30 (Inception)': 'almeno 30 (Inception)',
  '{0}, step {1}': '{0}, passo {1}',
  'distance to the normal: {0}': 'distanza dalla normale: {0}',
  'normal: about {0} for {1} values': 'normale: circa {0} per {1} valori',
  'relative difference of the outputs, training form': 'differenza relativa delle uscite, forma di addestramento',
  'slope of the noise {0}; gap {1} with statistics over {2} samples, {3} over {4}; accuracy on other pictures {5} and {6}':
    'pendenza del rumore {0}; divario {1} con statistiche su {2} campioni, {3} su {4}; accuratezza su altre immagini {5} e {6}',
  'accuracy gap between training and test, statistics over {0} samples':
    'divario di accuratezza fra addestramento e test, statistiche su {0} campioni',
  'accuracy on the test set, statistics over {0} samples':
    'accuratezza sull’insieme di test, statistiche su {0} campioni',
  'Accuracy over the samples that share statistics': 'Accuratezza rispetto ai campioni che condividono le statistiche',
  'samples that share statistics': 'campioni che condividono le statistiche',
  'pictures trained on': 'immagini di addestramento',
  'other pictures': 'altre immagini',
  accuracy: 'accuratezza',
  'momentum to the power of the batches, times the first': 'momento elevato al numero di batch, per la prima',
  'what is left of the start': 'ciò che resta dell’inizio',
  'no norm of this model stands beside an activation that it could change places with':
    'nessuna norm di questo modello sta accanto a un’attivazione con cui possa scambiarsi di posto',
  'no unit of this model has {0} values or more that vary on made samples':
    'nessuna unità di questo modello ha almeno {0} valori che variano su campioni generati',
  'this model has no linear layer whose output is known in size':
    'questo modello non ha strati lineari con un’uscita di dimensioni note',
  "the statistics of this model's batch norms are the same in every batch of made samples: there is no change to compare with":
    'le statistiche delle batch norm di questo modello sono le stesse in ogni batch di campioni generati: non c’è cambiamento con cui confrontare',
  ', {0} after the first batch; the momentum leaves {1}': ', {0} dopo il primo batch; il momento ne lascia {1}',
  'no batch norm of this model can be folded: {0} stays as it is, because {1}':
    'nessuna batch norm di questo modello può essere assorbita: {0} resta com’è, perché {1}',
  'Weights that the file does not hold are made as before training.':
    'I pesi che il file non contiene sono generati come prima dell’addestramento.',
  "the file holds no data for '{0}', and it is no weight that could be made":
    "il file non contiene dati per '{0}', e non è un peso che si possa generare",
  'this model has no floating-point output': 'questo modello non ha uscite in virgola mobile',
  'it is 0 throughout': 'è 0 ovunque',
  'it is not finite': 'non è finita',
  "the output '{0}' of this model cannot be compared on made samples: {1}":
    "l’uscita '{0}' di questo modello non si può confrontare su campioni generati: {1}",
};
