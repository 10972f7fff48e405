/** Why a model cannot be trained or a layer not edited, and what was done to train it. */
export const training: Readonly<Record<string, string>> = {
  ': they are lost at {0} {1}': ': si perdono in {0} {1}',
  '. Its weights are not there, and the axes and sizes that lie among them: put the files of weights beside it':
    '. I suoi pesi non ci sono, né gli assi e le dimensioni che stanno tra essi: metti i file dei pesi accanto al modello',
  '{0} (opset {1}) cannot be expressed in opset 18, which training needs: {2}':
    '{0} (opset {1}) non si può esprimere in opset 18, di cui l’addestramento ha bisogno: {2}',
  '{0} {1}, so it cannot be written out': '{0} {1}, perciò non si può scrivere per esteso',
  "{0} counts classes up to {1}, and the model's output {2} has scores for {3}, 0 to {4}":
    '{0} conta classi fino a {1}, e l’uscita {2} del modello ha punteggi per {3}, da 0 a {4}',
  '{0} has {1} numbers, and not {2}': '{0} ha {1} numeri, e non {2}',
  '{0} has no settings that could be edited': '{0} non ha impostazioni che si possano modificare',
  '{0} holds {1} numbers a sample, it has {2}': '{0} contiene {1} numeri per campione, essa ne ha {2}',
  '{0} holds classes, and it has {1} numbers a sample': '{0} contiene classi, ed essa ha {1} numeri per campione',
  '{0} holds no classes that its scores could be compared with':
    '{0} non contiene classi con cui confrontare i suoi punteggi',
  '{0} is a {1}, whose kernel is not edited': '{0} è un {1}, il cui kernel non si modifica',
  '{0} is a {1}, whose parameters are not edited': '{0} è un {1}, i cui parametri non si modificano',
  '{0} is called in several places': '{0} è chiamato in più punti',
  '{0} is no kernel': '{0} non è un kernel',
  '{0} loops were written out turn by turn, so that gradients pass':
    '{0} cicli sono stati scritti giro per giro, perché i gradienti li attraversino',
  '{0} stands in a text inside the text, or in none': '{0} sta in un testo dentro il testo, o in nessuno',
  '{0}, so the network cannot be run': '{0}, perciò la rete non si può eseguire',
  '{0}, which follows it, is no BatchNormalization of its own': '{0}, che lo segue, non è una BatchNormalization a sé',
  'a {0} before a {1} is not edited': 'un {0} prima di una {1} non si modifica',
  'a constant of type {0} is needed, which is not written': 'serve una costante di tipo {0}, che non si scrive',
  'a loop was written out turn by turn, so that gradients pass':
    'un ciclo è stato scritto giro per giro, perché i gradienti lo attraversino',
  'arithmetic on quantized integers ({0}) was done on the numbers that they stand for: gradients pass the rounding straight through':
    'l’aritmetica su interi quantizzati ({0}) è stata fatta sui numeri che rappresentano: i gradienti attraversano l’arrotondamento inalterati',
  'coordinate_transformation_mode {0}': 'coordinate_transformation_mode {0}',
  'does not depend on any weight': 'non dipende da alcun peso',
  'does not state its num_groups': 'non dichiara num_groups',
  'has an axis outside {0} axes': 'ha un asse oltre i {0} presenti',
  'held by the settings: {0}': 'fissati dalle impostazioni: {0}',
  'hold the input that decides it (--hold NAME=NUMBER), or export the model with fixed sizes':
    'fissa l’ingresso che lo decide (--hold NOME=NUMERO), o esporta il modello con dimensioni fisse',
  'how many elements it keeps is decided while it runs': 'quanti elementi conservi si decide durante l’esecuzione',
  'how many channels {0} has is not known': 'quanti canali abbia {0} non è noto',
  'input {0} was held at {1}: it decides which branch of the network is computed':
    'l’ingresso {0} è stato fissato a {1}: decide quale ramo della rete si calcola',
  'input {0}': 'ingresso {0}',
  'inputs {0}': 'ingressi {0}',
  'it and {0} are not alone beside each other in one model':
    'esso e {0} non sono soli l’uno accanto all’altro in un modello',
  'it and {0} are not alone beside each other': 'esso e {0} non sono soli l’uno accanto all’altro',
  'it has none': 'non ne ha',
  'it does not tell where its maxima lie, as MaxPool does; RoiAlign has a gradient':
    'non dice dove stanno i suoi massimi, come fa MaxPool; RoiAlign ha un gradiente',
  'it holds no weights (float constants of linear layers, norms or embeddings)':
    'non contiene pesi (costanti in virgola mobile di strati lineari, norm o embedding)',
  'it is empty': 'è vuota',
  'it is a loss, of scores that are taken': 'è una loss, di punteggi che sono già presi',
  'it is no BatchNormalization of its own': 'non è una BatchNormalization a sé',
  'it is no list of scores for each sample, which cross-entropy needs':
    'non è una lista di punteggi per campione, come la cross-entropy richiede',
  'it is the first layer, which states the shape of the input':
    'è il primo strato, che dichiara la forma dell’ingresso',
  'it stands beside another one that is moved: fix the copy again':
    'sta accanto a un’altra che viene spostata: correggi di nuovo la copia',
  'it takes the largest sample of a bin, not the average': 'prende il campione massimo di un intervallo, non la media',
  'it keeps what later words read, and is no answer':
    'conserva ciò che leggeranno le parole successive, e non è una risposta',
  'it runs on graphics processors alone; export it without packing':
    'gira soltanto su processori grafici; esportalo senza impacchettamento',
  'it was not unrolled: its sizes are not known, or its steps are too many':
    'non è stato srotolato: le sue dimensioni non sono note, o i suoi passi sono troppi',
  'its axes are decided at run time': 'i suoi assi si decidono durante l’esecuzione',
  'its axes are too long: {0} to {1} positions': 'i suoi assi sono troppo lunghi: da {0} a {1} posizioni',
  'its bounds are decided at run time': 'i suoi limiti si decidono durante l’esecuzione',
  'its boxes get no gradient, nor do they in torchvision':
    'i suoi riquadri non ricevono gradiente, e nemmeno in torchvision',
  'its equation does not fit its inputs': 'la sua equazione non si accorda con gli ingressi',
  'its equation has too many letters': 'la sua equazione ha troppe lettere',
  'its inputs of a single number are {0}': 'i suoi ingressi di un solo numero sono {0}',
  'its layers lie in functions of its own, which gradients do not enter':
    'i suoi strati stanno in funzioni proprie, in cui i gradienti non entrano',
  'its layers lie inside {0}, and how often it turns is not known beforehand, or its turns are more than {1} nodes: {2}':
    'i suoi strati stanno dentro {0}, e quante volte gira non si sa prima, o i suoi giri superano {1} nodi: {2}',
  'its layers lie inside If, whose branch its inputs decide: {0}':
    'i suoi strati stanno dentro un If, il cui ramo è deciso dagli ingressi: {0}',
  'its pads are decided at run time': 'i suoi pad si decidono durante l’esecuzione',
  'its ratio is decided at run time': 'il suo tasso si decide durante l’esecuzione',
  'its region is decided at run time': 'la sua regione si decide durante l’esecuzione',
  'its scales are decided at run time': 'le sue scale si decidono durante l’esecuzione',
  'its size is even, which ONNX Runtime does not run': 'la sua dimensione è pari, e ONNX Runtime non la esegue',
  'its sizes are not known{0}': 'le sue dimensioni non sono note{0}',
  'its strides, dilations or pads do not fit its kernel':
    'i suoi stride, dilation o pad non si accordano con il kernel',
  'its training mode overwrites the running statistics':
    'la sua modalità di addestramento sovrascrive le statistiche correnti',
  'its gradient needs the inverse of the matrix, for which ONNX has no operator':
    'il suo gradiente richiede l’inversa della matrice, per la quale ONNX non ha un operatore',
  'its step and the sizes of its signal and window must be known':
    'il suo passo e le dimensioni del segnale e della finestra devono essere noti',
  'its type is not known{0}': 'il suo tipo non è noto{0}',
  'left out of the loss: {0} ({1})': 'fuori dalla loss: {0} ({1})',
  'mode {0}': 'modo {0}',
  'no gradient reaches its weights: {0}{1}': 'nessun gradiente raggiunge i suoi pesi: {0}{1}',
  'no output depends on them': 'nessuna uscita ne dipende',
  'normalizes {0}, whose rank is not known': 'normalizza {0}, il cui rango non è noto',
  'not a floating-point tensor': 'non è un tensore in virgola mobile',
  'nothing computes {0}': 'nulla calcola {0}',
  'only a secondary output of it reaches the loss': 'solo una sua uscita secondaria raggiunge la loss',
  'other outputs are computed from it': 'da essa si calcolano altre uscite',
  'output {0}': 'uscita {0}',
  'padding of mode {0}': 'riempimento di modo {0}',
  'quantized integers carry no gradient': 'gli interi quantizzati non portano gradiente',
  'reduction {0}': 'riduzione {0}',
  'storage_order is not 0': 'storage_order non è 0',
  'the data have no labels for its {0} scores: give labels, or choose the loss mse':
    'i dati non hanno etichette per i suoi {0} punteggi: indica le etichette, o scegli la loss mse',
  'the file computes its own loss: one of ours was taken of the scores before {0}':
    'il file calcola una loss propria: una delle nostre è stata presa sui punteggi dietro: {0}',
  'the file does not hold {0} as floating-point numbers': 'il file non contiene {0} come numeri in virgola mobile',
  'the file does not hold its bias as one number for each channel':
    'il file non contiene il suo bias come un numero per canale',
  'the file does not hold the bias of {0}': 'il file non contiene il bias di {0}',
  'the file does not hold the running mean of {0}': 'il file non contiene la media corrente di {0}',
  'the file does not hold the weight as plain floating-point numbers':
    'il file non contiene il peso come semplici numeri in virgola mobile',
  'the file fixes the batch at {0}: it was profiled with that batch, not with {1}':
    'il file fissa il batch a {0}: è stato profilato con quel batch, non con {1}',
  'the file leaves the size of axis {0} of {1} open: {2} was assumed':
    'il file lascia aperta la dimensione dell’asse {0} di: {1}; si è assunto {2}',
  'the file lists no {0} of {1}': 'il file non elenca {0} di {1}',
  'the graph has a cycle': 'il grafo ha un ciclo',
  'the input channels of {0} are not in one kernel': 'i canali d’ingresso di {0} non sono in un solo kernel',
  'the model has no input {0} that could be held at a number: {1}':
    'il modello non ha un ingresso {0} che si possa fissare a un numero: {1}',
  'the rank of {0} is not known, so it cannot be normalized':
    'il rango di {0} non è noto, perciò non si può normalizzare',
  'the rank of {0} is not known': 'il rango di {0} non è noto',
  'the size of its axis is not known': 'la dimensione del suo asse non è nota',
  'the sizes of the weight do not fit the operator': 'le dimensioni del peso non si accordano con l’operatore',
  'the statistics of the batch that it gives out are read': 'le statistiche del batch che restituisce sono lette',
  'the statistics that {0} gives out would change': 'le statistiche che {0} restituisce cambierebbero',
  'the weights are inputs of the file ({0}): they were initialised and trained':
    'i pesi sono ingressi del file ({0}): sono stati inizializzati e addestrati',
  'there is no form in standard operators for {0}': 'non c’è una forma in operatori standard per {0}',
  'there is no gradient rule for {0}': 'non c’è una regola del gradiente per {0}',
  'this form of it is not covered: sizes must be known and its heads divide them, its inputs be neither packed nor quantized; export it without fusion':
    'questa sua forma non è prevista: le dimensioni devono essere note e divisibili per le sue teste, gli ingressi né impacchettati né quantizzati; esportalo senza fusione',
  'this model cannot be trained: {0}': 'questo modello non si può addestrare: {0}',
  'weights of type {0} are not computed with': 'con pesi di tipo {0} non si calcola',
  'which experts see a word is decided while it runs, inside of it; export it without fusion':
    'quali esperti vedano una parola si decide durante l’esecuzione, al suo interno; esportalo senza fusione',
  'whether it is in training mode is decided at run time':
    'se è in modalità di addestramento si decide durante l’esecuzione',
  'kept from the file': 'conservati dal file',
  're-initialised': 'reinizializzati',
};
