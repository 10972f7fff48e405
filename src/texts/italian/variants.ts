/** How variants of a network are called and made, why something stays as it is, and what theory expects of one. */
export const variants: Readonly<Record<string, string>> = {
  ' (and {0} more)': ' (e altri {0})',
  "'{0}' does not change this network: {1}": "'{0}' non cambia questa rete: {1}",
  '{0} cannot be made of this network: {1}': '{0} non si può ricavare da questa rete: {1}',
  '{0} does more than normalize': '{0} fa più che normalizzare',
  '{0} folded': 'assorbimento di {0}',
  '{0} has a slope for each channel': '{0} ha una pendenza per ogni canale',
  '{0} in {1} channels': '{0} in {1} canali',
  '{0} inserted after linear layers': 'inserimento di {0} dopo strati lineari',
  '{0} is read as well': 'anche {0} è letto',
  '{0} left as they were: {1}': '{0} senza modifiche: {1}',
  '{0} left where they were: {1}': '{0} al loro posto: {1}',
  '{0} moved before the activation': 'spostamento di {0} prima dell’attivazione',
  '{0} moved after the activation': 'spostamento di {0} dopo l’attivazione',
  '{0} pads with zeros, which the shift of the norm would have to be added to as well':
    '{0} riempie con zeri i bordi, ai quali andrebbe sommata anche la traslazione della norm',
  '{0} reads several values': '{0} legge più valori',
  '{0} replaced by {1}s': 'sostituzione di {0} con {1}',
  '{0} stays, because {1}{2}': '{0} resta, perché {1}{2}',
  '{0} taken out': 'rimozione di {0}',
  '{0}, their statistics outside of the gradient': '{0}, con le statistiche fuori dal gradiente',
  '{0}, which it reads, is also read elsewhere': '{0}, che essa legge, è letto anche altrove',
  '0.25: the largest slope of the sigmoid, weights of variance 1 / width':
    '0.25: la pendenza massima della sigmoide, con pesi di varianza 1 / larghezza',
  'a {0} is part of it': 'ne fa parte un {0}',
  'A batch norm comes after every linear layer that has no norm, before its activation; the last layer and norms that are there stay as they are.':
    'Una batch norm viene dopo ogni strato lineare che non ha norm, prima della sua attivazione; l’ultimo strato e le norm già presenti restano come sono.',
  'an instance norm has nothing to average over in a vector':
    'una instance norm non ha nulla su cui fare la media in un vettore',
  'as it is': 'così com’è',
  'As layer norm, but only divided by the root of the mean square, not centred':
    'Come la layer norm, ma solo divisa per la radice della media dei quadrati, non centrata',
  'Batch norm and ReLU': 'Batch norm e ReLU',
  'batch norm inserted': 'batch norm inserita',
  'Batch norm without an activation': 'Batch norm senza attivazione',
  'batch norm, statistics detached': 'batch norm, statistiche staccate',
  'Batch norms are multiplied into the linear layers beside them: the same results at inference, without a norm in training.':
    'Le batch norm sono moltiplicate negli strati lineari vicini: gli stessi risultati in inferenza, senza norm in addestramento.',
  'Every norm becomes a batch norm whose mean and variance gradients do not pass, as if they were constants (Ioffe and Szegedy 2015, section 2, show what this leads to).':
    'Ogni norm diventa una batch norm di cui i gradienti non attraversano media e varianza, come se fossero costanti (Ioffe e Szegedy 2015, sezione 2, mostrano a che cosa porta).',
  '{0}. Takes the place of every norm; a network without norms gets one after every linear layer. Scale and shift are taken over where they are one number per channel.':
    '{0}. Prende il posto di ogni norm; una rete senza norm ne riceve una dopo ogni strato lineare. Scala e traslazione sono riprese dove sono un numero per canale.',
  'Every norm is taken out. A linear layer without a bias gets one that starts at 0 where the norm after it had a shift.':
    'Ogni norm è tolta. Uno strato lineare senza bias ne riceve uno che parte da 0 dove la norm che lo seguiva aveva una traslazione.',
  'Every norm that reads an activation changes places with it. Parameters stay as they are.':
    'Ogni norm che legge un’attivazione cambia posto con essa. I parametri restano come sono.',
  'Every norm whose output goes into an activation changes places with it. Parameters stay as they are.':
    'Ogni norm la cui uscita entra in un’attivazione cambia posto con essa. I parametri restano come sono.',
  'groups: {0}': 'gruppi: {0}',
  'it could not be expressed in operators': 'non si è potuto esprimere in operatori',
  'it does not read {0} itself': 'non legge direttamente {0}',
  'it is no batch norm beside a linear layer': 'non è una batch norm accanto a uno strato lineare',
  'it is of this kind already': 'è già di questo tipo',
  'it scales to unit length, which is part of what the network computes':
    'riporta a lunghezza unitaria, il che fa parte di ciò che la rete calcola',
  'its input has no axis beside the channels': 'il suo ingresso non ha assi oltre ai canali',
  'its operator adds its inputs first': 'il suo operatore somma prima i suoi ingressi',
  'its operator applies the activation at once': 'il suo operatore applica subito l’attivazione',
  'its output is an output of the model': 'la sua uscita è un’uscita del modello',
  'its parameters are {0} and the weight of {1} is {2}': 'i suoi parametri sono {0} e il peso di {1} è {2}',
  'its scale and shift are computed': 'la sua scala e la sua traslazione sono calcolate',
  'linear layers that got a bias for the shift of their norm: {0}':
    'strati lineari che hanno ricevuto un bias al posto della traslazione della loro norm: {0}',
  'mean {0} and variance {1}': 'media {0} e varianza {1}',
  'no normalization': 'nessuna normalizzazione',
  'norm after the activation': 'norm dopo l’attivazione',
  'norm before the activation': 'norm prima dell’attivazione',
  'norms whose shift is gone with them: {0}': 'norm la cui traslazione è persa con loro: {0}',
  'only the scale and shift of a norm are left of it': 'di una norm restano solo la scala e la traslazione',
  'running statistics of new batch norms start at mean 0 and variance 1':
    'le statistiche correnti delle nuove batch norm partono da media 0 e varianza 1',
  'Sigmoid without a norm': 'Sigmoide senza norm',
  'something else reads the value between it and {0}': 'qualcos’altro legge il valore tra di essa e {0}',
  'sqrt((B - 2) / (B - 3)), for wide layers and batches B': 'sqrt((B - 2) / (B - 3)), per strati larghi e batch B',
  'sqrt(pi / (pi - 1)) = 1.211, for wide layers and large batches B':
    'sqrt(pi / (pi - 1)) = 1.211, per strati larghi e batch B grandi',
  'Statistics of each channel over the batch (and space, or positions)':
    'Statistiche di ogni canale sul batch (e sullo spazio, o sulle posizioni)',
  'Statistics of each sample and channel over space (or positions)':
    'Statistiche di ogni campione e canale sullo spazio (o sulle posizioni)',
  'Statistics of each sample over groups of channels and space: 32 groups, or the largest number below that divides the channels and leaves two or more in a group':
    'Statistiche di ogni campione su gruppi di canali e sullo spazio: 32 gruppi, o il massimo numero minore che divide i canali e ne lascia due o più in un gruppo',
  'Statistics of each sample over its channels and space; of each position of a sequence over its features':
    'Statistiche di ogni campione sui suoi canali e sullo spazio; di ogni posizione di una sequenza sulle sue caratteristiche',
  'the bias of {0} is not constant': 'il bias di {0} non è costante',
  'the file does not hold its parameters as one number for each channel':
    'il file non contiene i suoi parametri come un numero per canale',
  'the file does not hold what its {0} reads': 'il file non contiene ciò che legge il suo {0}',
  'the folded weights would not be finite': 'i pesi dopo l’assorbimento non sarebbero finiti',
  'the graph has a cycle, so its norms cannot be changed':
    'il grafo ha un ciclo, perciò le sue norm non si possono cambiare',
  'the network as it is': 'la rete com’è',
  'the network has no norm of its own: ': 'la rete non ha norm proprie: ',
  'the number of its channels is not known': 'il numero dei suoi canali non è noto',
  'the output {0} would have another shape': 'l’uscita {0} avrebbe un’altra forma',
  'the rank of its input is not known': 'il rango del suo ingresso non è noto',
  'the rank of its output is not known': 'il rango della sua uscita non è noto',
  'the values after the two are an output of the model': 'i valori dopo le due sono un’uscita del modello',
  'the weight of {0} is not constant': 'il peso di {0} non è costante',
  'The weights are those of the file and may fit the data they were trained on.':
    'I pesi sono quelli del file e possono adattarsi bene ai dati su cui sono stati addestrati.',
  'there is nothing in it for this variant': 'non c’è nulla in essa per questa variante',
  'this is no JSON: {0}': 'questo non è JSON: {0}',
  'this is no profile of NormScope, which "NormScope: Save Profile" writes':
    'questo non è un profilo di NormScope, come lo scrive "NormScope: Salva profilo"',
  ' or ': ' o ',
  'a list': 'una lista',
  'a number': 'un numero',
  'a number, "NaN", "Infinity" or "-Infinity"': 'un numero, "NaN", "Infinity" o "-Infinity"',
  'a text': 'un testo',
  'an object': 'un oggetto',
  'this profile is damaged: expected {0}': 'questo profilo è danneggiato: qui ci si aspetta {0}',
  'this profile was written by a newer NormScope (version {0} of the format, {1} is known here): update':
    'questo profilo è stato scritto da un NormScope più recente (versione {0} del formato, qui è nota la {1}): aggiorna',
};
