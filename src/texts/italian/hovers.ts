/** What hovers and hints say of layers, of settings in configurations and of classes in Python. */
export const hovers: Readonly<Record<string, string>> = {
  ' Below 6.1e-5 it is no normal number in float16: compute the statistics in float32.':
    ' Sotto 6.1e-5 non è un numero normale in float16: calcola le statistiche in float32.',
  ' of {0}': ' di {0}',
  ' over {0} ({1})': ' su {0} ({1})',
  '**Out of date:** these figures were measured on an earlier version of the model.':
    '**Non aggiornato:** questi valori sono stati misurati su una versione precedente del modello.',
  '**{0}** of {1}: {2} over {3}.': '**{0}** di {1}: {2} su {3}.',
  ', cancelled': ', annullato',
  ', failed': ', fallito',
  ', neither scaled nor shifted': ', senza scala né traslazione',
  ', then scaled (gamma) and shifted (beta)': ', poi scalata (gamma) e traslata (beta)',
  ', then scaled (gamma), not shifted': ', poi scalata (gamma), non traslata',
  ', then shifted (beta), not scaled': ', poi traslata (beta), non scalata',
  '; it normalizes {0}': '; normalizza {0}',
  '; written as several operators': '; scritta con più operatori',
  'A {0} model calls it layer norm, but it subtracts no mean: it is an RMS normalization.':
    'Un modello {0} la chiama layer norm, ma non sottrae alcuna media: è una RMS normalization.',
  'A {0} model calls it layer norm, but its norms are batch normalizations.':
    'Un modello {0} la chiama layer norm, ma le sue norme sono batch normalization.',
  'A {0} model calls it layer norm, but it is a group normalization of one group, over all channels and positions of a sample.':
    'Un modello {0} la chiama layer norm, ma è una group normalization di un solo gruppo, su tutti i canali e le posizioni di un campione.',
  'Activation.': 'Attivazione.',
  'Activation: {0}.': 'Attivazione: {0}.',
  'Batch normalization': 'Batch normalization',
  'Batch normalization with the statistics of the batches of all replicas together; in Keras 3 BatchNormalization with synchronized=True.':
    'Batch normalization con le statistiche dei batch di tutte le repliche insieme; in Keras 3 BatchNormalization con synchronized=True.',
  'Default eps 1e-5. By default it learns no weight and bias (affine=False) and keeps no running statistics.':
    'Predefiniti: eps 1e-5; non impara peso e bias (affine=False) e non tiene statistiche correnti.',
  'Default eps 1e-5. Default momentum 0.1 weights the NEW value: running statistics keep 90 % of the old one at each step (Keras, TensorFlow and ONNX would write 0.9). Running variance is unbiased, the batch is normalized with the biased one. Learns weight (gamma) and bias (beta) by default.':
    'Predefinito eps 1e-5. Il momento predefinito 0.1 pesa il valore NUOVO: le statistiche correnti conservano il 90 % di quello vecchio a ogni passo (Keras, TensorFlow e ONNX scriverebbero 0.9). La varianza corrente è quella corretta, il batch è normalizzato con quella non corretta. Per impostazione predefinita impara peso (gamma) e bias (beta).',
  'Default epsilon 1e-6. Learns scale and bias by default.':
    'Predefinito epsilon 1e-6. Per impostazione predefinita impara scala e bias.',
  'Default groups 32 (-1: one for each channel, an instance normalization), axis -1, epsilon 1e-3. Learns gamma and beta by default.':
    'Predefiniti groups 32 (-1: uno per canale, una instance normalization), axis -1, epsilon 1e-3. Per impostazione predefinita impara gamma e beta.',
  'Default num_groups 32, epsilon 1e-6. Learns scale and bias by default.':
    'Predefiniti num_groups 32, epsilon 1e-6. Per impostazione predefinita impara scala e bias.',
  'Detectron2 and torchvision use 32 groups.': 'Detectron2 e torchvision usano 32 gruppi.',
  'Divides by the L2 norm over axis (default -1). Learns nothing.':
    'Divide per la norma L2 lungo axis (predefinito -1). Non impara nulla.',
  'Divides by (k + alpha times the mean square of size neighbouring channels) to the power of beta: alpha 1e-4, beta 0.75, k 1 by default. Learns nothing.':
    'Divide per (k + alpha per la media dei quadrati di size canali vicini) elevato a beta: predefiniti alpha 1e-4, beta 0.75, k 1. Non impara nulla.',
  'Dropout: acts in training only.': 'Dropout: agisce solo in addestramento.',
  'Epsilon of the norms, {0}: added to the variance (or mean square) before the square root.':
    'Epsilon delle norm, {0}: sommato alla varianza (o alla media dei quadrati) prima della radice.',
  'Epsilon {0} is added to the mean square before the square root.':
    'Epsilon {0} è sommato alla media dei quadrati prima della radice.',
  'Epsilon {0} is added to the variance before the square root.':
    'Epsilon {0} è sommato alla varianza prima della radice.',
  Error: 'Errore',
  'Fixed: running statistics, weight and bias are buffers, the same in training and inference, so it is a scale and a shift of each channel. Default eps 1e-5.':
    'Fissa: statistiche correnti, peso e bias sono buffer, uguali in addestramento e in inferenza, quindi è una scala e una traslazione per canale. Predefinito eps 1e-5.',
  'Frozen: running statistics, gamma and beta are constants in training too, so it is a fixed scale and shift.':
    'Congelata: statistiche correnti, gamma e beta sono costanti anche in addestramento, quindi è una scala e una traslazione fissa.',
  'Group normalization': 'Group normalization',
  'Groups of a group normalization, {0}: each takes its statistics over its channels and all positions of one sample. ':
    'Gruppi di una group normalization, {0}: ognuno calcola le statistiche sui suoi canali e su tutte le posizioni di un campione. ',
  Hint: 'Suggerimento',
  'In images, as Detectron2 has it, over the channels at each position.':
    'Nelle immagini, come in Detectron2, sui canali in ogni posizione.',
  'Instance normalization': 'Instance normalization',
  'Its input is normalized.': 'Il suo ingresso è normalizzato.',
  'Its norm has been folded into its weights, or there never was one.':
    'La sua norm è stata assorbita nei pesi, o non c’è mai stata.',
  'Joins several values.': 'Unisce più valori.',
  'Layer normalization': 'Layer normalization',
  'Linear layer with bias.': 'Strato lineare con bias.',
  'Linear layer without bias.': 'Strato lineare senza bias.',
  'Linear layer.': 'Strato lineare.',
  'Local response normalization': 'Local response normalization',
  'Lp normalization': 'Lp normalization',
  'Mean of the channels: {0}.  \n': 'Media dei canali: {0}.  \n',
  'Mean-variance normalization': 'Mean-variance normalization',
  'Momentum of batch normalization, {0}. ': 'Momento della batch normalization, {0}. ',
  'Neither linear, nor normalization, nor activation.': 'Né lineare, né normalizzazione, né attivazione.',
  'Normalization.': 'Normalizzazione.',
  'Normalized after its activation.': 'Normalizzato dopo la sua attivazione.',
  'Normalized before its activation.': 'Normalizzato prima della sua attivazione.',
  'Normalized, with no activation after it.': 'Normalizzato, senza attivazione dopo.',
  'Not normalized.': 'Non normalizzato.',
  Note: 'Nota',
  'One group: all channels and positions of a sample. Default eps 1e-5. Learns weight and bias for each channel.':
    'Un solo gruppo: tutti i canali e le posizioni di un campione. Predefinito eps 1e-5. Impara peso e bias per ogni canale.',
  'One learnt scale for the whole vector (Nguyen & Salazar 2019).':
    'Una sola scala appresa per tutto il vettore (Nguyen & Salazar 2019).',
  'Output layer: no norm is expected.': 'Strato di uscita: non ci si aspetta una norm.',
  'Output: {0}': 'Uscita: {0}',
  'Over all axes but axis (default -1). Default epsilon 1e-5. Default momentum 0.99 weights the OLD value. use_running_average tells training from inference.':
    'Su tutti gli assi tranne axis (predefinito -1). Predefinito epsilon 1e-5. Il momento predefinito 0.99 pesa il valore VECCHIO. use_running_average distingue l’addestramento dall’inferenza.',
  'Over all axes but axis (default -1, the channels of channels_last). Default epsilon 1e-3. Default momentum 0.99 weights the OLD value (PyTorch would write 0.01). Learns gamma and beta by default.':
    'Su tutti gli assi tranne axis (predefinito -1, i canali di channels_last). Predefinito epsilon 1e-3. Il momento predefinito 0.99 pesa il valore VECCHIO (PyTorch scriverebbe 0.01). Per impostazione predefinita impara gamma e beta.',
  'Over axis (default -1). Default epsilon 1e-3. Learns gamma and beta by default.':
    'Lungo axis (predefinito -1). Predefinito epsilon 1e-3. Per impostazione predefinita impara gamma e beta.',
  'Over axis (default -1). Default epsilon 1e-6. Learns a scale.':
    'Lungo axis (predefinito -1). Predefinito epsilon 1e-6. Impara una scala.',
  'Over reduction_axes (default -1). Default epsilon 1e-6. Learns a scale by default.':
    'Lungo reduction_axes (predefinito -1). Predefinito epsilon 1e-6. Per impostazione predefinita impara una scala.',
  'Over reduction_axes (default -1). Default epsilon 1e-6. Learns scale and bias by default.':
    'Lungo reduction_axes (predefinito -1). Predefinito epsilon 1e-6. Per impostazione predefinita impara scala e bias.',
  'Over the channels at each position of an image of N x C x H x W, as in ConvNeXt. Default eps 1e-6. Learns weight and bias for each channel.':
    'Sui canali di ogni posizione di un’immagine N x C x H x W, come in ConvNeXt. Predefinito eps 1e-6. Impara peso e bias per ogni canale.',
  'Over the last axes, as many as normalized_shape names. Default eps 1e-5. Learns weight and bias for each element.':
    'Sugli ultimi assi, tanti quanti ne nomina normalized_shape. Predefinito eps 1e-5. Impara peso e bias per ogni elemento.',
  "Over the last axes, as many as normalized_shape names. Without eps it is the machine epsilon of the input's type. Learns a weight, no bias.":
    'Sugli ultimi assi, tanti quanti ne nomina normalized_shape. Senza eps vale l’epsilon di macchina del tipo dell’ingresso. Impara un peso, nessun bias.',
  'Place: {0}': 'Posizione: {0}',
  'Pooling.': 'Pooling.',
  'Post-norm: the residual sum is normalized. Gradients of the last layers are large at the beginning, so the learning rate needs a warm-up (Xiong et al. 2020).':
    'Post-norm: la somma residua è normalizzata. All’inizio i gradienti degli ultimi strati sono grandi, e il learning rate ha bisogno di un warm-up (Xiong et al. 2020).',
  'Pre-norm: each residual branch begins with its norm, the sum stays as it is. Gradients of the last layers get smaller with depth, and training is stable without warm-up (Xiong et al. 2020).':
    'Pre-norm: ogni ramo residuo comincia con la sua norm, la somma resta com’è. I gradienti degli ultimi strati diminuiscono con la profondità, e l’addestramento è stabile senza warm-up (Xiong et al. 2020).',
  'Profile of {0}{1}: last step, batch {2}, {3}, weights {4}.':
    'Profilo di {0}{1}: ultimo passo, batch {2}, {3}, pesi {4}.',
  'PyTorch weights the new value with it (the running statistics keep {0} at each step); Keras, TensorFlow and ONNX weight the old value (they keep {1}), and would write {2}.':
    'PyTorch pesa con esso il valore nuovo (le statistiche correnti conservano il {0} a ogni passo); Keras, TensorFlow e ONNX pesano quello vecchio (conservano il {1}), e scriverebbero {2}.',
  'Queries and keys are not normalized.': 'Query e chiavi non sono normalizzate.',
  'Queries and keys of every attention are normalized before their product, which bounds the attention logits (Henry et al. 2020).':
    'Query e chiavi di ogni attenzione sono normalizzate prima del loro prodotto, il che limita i logit dell’attenzione (Henry et al. 2020).',
  'RMS normalization': 'RMS normalization',
  'RMS of the gradient{0} over the steps:': 'RMS del gradiente{0} lungo i passi:',
  'Recurrent layer.': 'Strato ricorrente.',
  'Statistics are taken over the batches of all processes.':
    'Le statistiche sono calcolate sui batch di tutti i processi.',
  'The activation follows in the same layer: ReLU by default.':
    'L’attivazione segue nello stesso strato: ReLU per impostazione predefinita.',
  'The number of channels must be a multiple of it (Wu & He 2018).':
    'Il numero di canali deve esserne un multiplo (Wu & He 2018).',
  'The number of features is taken from the first input.': 'Il numero di caratteristiche è preso dal primo ingresso.',
  'The shaded cells of a batch share one mean and variance: {0}':
    'Le celle colorate di un batch condividono una media e una varianza: {0}',
  'The shaded cells share one mean and variance': 'Le celle colorate condividono una media e una varianza',
  'The statistics are taken over the batches of all devices together.':
    'Le statistiche sono calcolate sui batch di tutti i dispositivi insieme.',
  'Variance of the channels: {0}.': 'Varianza dei canali: {0}.',
  Warning: 'Avviso',
  'a scalar': 'uno scalare',
  activation: 'attivazione',
  'activation: {0}': 'attivazione: {0}',
  'after a linear layer, with no activation after it': 'dopo uno strato lineare, senza attivazione dopo',
  'after a residual sum (post-norm)': 'dopo una somma residua (post-norm)',
  'after activation': 'dopo l’attivazione',
  'after embedding': 'dopo l’embedding',
  'after linear': 'dopo lineare',
  'after the activation of a linear layer': 'dopo l’attivazione di uno strato lineare',
  'after the embedding': 'dopo l’embedding',
  'at the beginning of a residual branch (pre-norm)': 'all’inizio di un ramo residuo (pre-norm)',
  batch: 'batch',
  'before activation': 'prima dell’attivazione',
  'before activation and linear layer (pre-activation)': 'prima di attivazione e strato lineare (pre-attivazione)',
  'before output': 'prima dell’uscita',
  'between a linear layer and its activation, the usual place':
    'tra uno strato lineare e la sua attivazione, il posto consueto',
  channels: 'canali',
  'data from a file': 'dati da file',
  depth: 'profondità',
  'each of the channels': 'ciascuno dei canali',
  'each of the features': 'ciascuna delle caratteristiche',
  'each of {0} channels': 'ciascuno dei {0} canali',
  'each of {0} features': 'ciascuna delle {0} caratteristiche',
  elsewhere: 'altrove',
  'epsilon {0} is added to the mean square before the square root.':
    'epsilon {0} è sommato al quadrato medio prima della radice.',
  'epsilon {0} is added to the variance before the square root.':
    'epsilon {0} è sommato alla varianza prima della radice.',
  features: 'caratteristiche',
  'for each sample and each group of channels': 'per ogni campione e ogni gruppo di canali',
  'for each sample and each of {0} groups of channels': 'per ogni campione e ciascuno dei {0} gruppi di canali',
  'for each sample and {0}': 'per ogni campione e {0}',
  'for each sample on its own': 'per ogni campione da solo',
  'for {0}': 'per {0}',
  gradient: 'gradiente',
  height: 'altezza',
  'last before the output': 'ultima prima dell’uscita',
  'line over the steps': 'linea lungo i passi',
  'momentum {0} in the file weights the new value: running statistics keep {1} % of the old one at each step.':
    'il momento {0} del file pesa il valore nuovo: le statistiche correnti conservano il {1} % di quello vecchio a ogni passo.',
  'momentum {0} weights the old value: running statistics keep {1} % of it at each step (PyTorch writes {2}).':
    'il momento {0} pesa il valore vecchio: le statistiche correnti ne conservano il {1} % a ogni passo (PyTorch scrive {2}).',
  'num_groups comes first, then num_channels. Default eps 1e-5. Learns weight and bias for each channel.':
    'Prima num_groups, poi num_channels. Predefinito eps 1e-5. Impara peso e bias per ogni canale.',
  'on an input of the model': 'su un ingresso del modello',
  'on input': 'sull’ingresso',
  'on queries or keys of an attention': 'su query o chiavi di un’attenzione',
  'over axes that the file does not tell': 'su assi che il file non dice',
  'over the axes {0}': 'sugli assi {0}',
  'over {0} ({1})': 'su {0} ({1})',
  'post-norm': 'post-norm',
  'pre-activation': 'pre-attivazione',
  'pre-norm': 'pre-norm',
  'qk-norm': 'qk-norm',
  steps: 'passi',
  'synthetic data': 'dati sintetici',
  'the rest': 'resto',
  width: 'larghezza',
  '{0} in the batch, {1} running': '{0} nel batch, {1} corrente',
  '| | mean | std | RMS | zeros |': '| | media | std | RMS | zeri |',
};
