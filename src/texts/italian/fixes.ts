/** What is done to a model, in its text or in a copy. */
export const fixes: Readonly<Record<string, string>> = {
  '({0} is allowed)': '({0} è ammesso)',
  'Leave out the bias of {0}': 'Togli il bias di {0}',
  'Move {0} before the activation (changes what the model computes)':
    'Sposta {0} prima dell’attivazione (cambia ciò che il modello calcola)',
  'Move {0} after the activation (changes what the model computes)':
    'Sposta {0} dopo l’attivazione (cambia ciò che il modello calcola)',
  'Normalize along axis {0}, the channels (changes what the model computes)':
    'Normalizza lungo l’asse {0}, i canali (cambia ciò che il modello calcola)',
  'Set epsilon to {0}, as in the other batch norms (changes what the model computes)':
    'Imposta epsilon a {0}, come nelle altre batch norm (cambia ciò che il modello calcola)',
  'Set the momentum to {0}, the weight of the old value': 'Imposta il momento a {0}, il peso del valore precedente',
  'batch norm folded': 'batch norm assorbita',
  'batch norm put in inference mode': 'batch norm messa in modalità di inferenza',
  'batch norms folded': 'batch norm assorbite',
  'batch norms in inference mode': 'batch norm in modalità di inferenza',
  'batch norms put in inference mode': 'batch norm messe in modalità di inferenza',
  'cannot be put in a figure': 'che non si può esprimere in cifre',
  'editing the graph': 'modifica del grafo',
  "its results differ from the model's by at most {0} {1}, {2}":
    'i suoi risultati differiscono da quelli del modello al massimo di {0} {1}, {2}',
  "its results differ from the model's by up to {0}, {1}":
    'i suoi risultati differiscono da quelli del modello fino a {0}, {1}',
  'momenta converted': 'momenti convertiti',
  'momentum converted': 'momento convertito',
  'norm along the channels, untrained': 'norm lungo i canali, non addestrata',
  'norm moved before its activation': 'norm spostata prima della sua attivazione',
  'norm moved after its activation': 'norm spostata dopo la sua attivazione',
  'norms along the channels, untrained': 'norm lungo i canali, non addestrate',
  'norms moved before their activations': 'norm spostate prima delle loro attivazioni',
  'norms moved after their activations': 'norm spostate dopo le loro attivazioni',
  'on a batch of {0}': 'su un batch di {0}',
  'on {0} batches of {1}': 'su {0} batch di {1}',
  'reading the model': 'lettura del modello',
  'redundant bias dropped': 'bias superfluo tolto',
  'redundant biases dropped': 'bias superflui tolti',
  'results are the same, and its running statistics after a training step follow the intended convention to {0} {1}, {2}':
    'i risultati sono gli stessi, e le statistiche correnti dopo un passo di addestramento seguono la convenzione voluta a meno di {0} {1}, {2}',
  'running the copy beside the model': 'esecuzione della copia accanto al modello',
  'the momentum converted': 'il momento convertito',
  'the momentum of {0} converted': 'il momento di {0} convertito',
  'the redundant bias at {0} dropped': 'il bias superfluo presso {0} tolto',
  'writing the copy': 'scrittura della copia',
  '{0} along the channels, untrained': '{0} lungo i canali, non addestrata',
  '{0} folded into the layer beside it': '{0} assorbita nello strato vicino',
  '{0} in inference mode': '{0} in modalità di inferenza',
  '{0} moved before its activation': '{0} spostata prima della sua attivazione',
  '{0} moved after its activation': '{0} spostata dopo la sua attivazione',
  '{0} of their size': '{0} della loro grandezza',
};
