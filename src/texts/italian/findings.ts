/** What rules find, in models and in profiles. */
export const findings: Readonly<Record<string, string>> = {
  ' and {0} more': ' e altri {0}',
  ', and more than {0} in {1}': ', e più del {0} in {1}',
  ', and {0} channels are that far out': ', e {0} canali sono così lontani',
  ', its inputs reach {0} in size': ', i suoi ingressi arrivano a {0} in valore assoluto',
  '. With one range for the whole layer, quantization rounds the others to a few levels.':
    '. Con un solo intervallo per tutto lo strato, la quantizzazione arrotonda gli altri a pochi livelli.',
  ': with epsilon {0} it has no square root': ': con epsilon {0} non ha radice quadrata',
  ': with epsilon {0} it still has a square root': ': con epsilon {0} ha ancora una radice quadrata',
  ' through {0}': ' attraverso {0}',
  ' Keep these norms in float32.': ' Lascia queste norm in float32.',
  '({0}), and the loss rose from {1} to {2} at step {3}, {4}. ':
    '({0}), e la loss è salita da {1} a {2} al passo {3}, {4}. ',
  '(channel average: running {0}, batch {1}), {2}. ': '(media dei canali: correnti {0}, batch {1}), {2}. ',
  '(first / last {0}; log10 slope {1} per weighted layer over {2}), {3}. ':
    '(primo / ultimo {0}; pendenza log10 {1} per strato con pesi su {2}), {3}. ',
  'A mixture often means that an exporter lost one of them: compare with the code that the model was trained with.':
    'Una mescolanza indica spesso che un esportatore ne ha perso uno: confronta con il codice con cui il modello è stato addestrato.',
  'A variance cannot be negative: the file is damaged or its parameters are exchanged.':
    'Una varianza non può essere negativa: il file è danneggiato o i suoi parametri sono scambiati.',
  'Dropout with rate {0} reaches the batch norm {1}{2}: ': 'Un dropout con tasso {0} raggiunge la batch norm {1}{2}: ',
  'Either none was ever there, or it was folded into the weights on export; the file cannot tell. Nothing is said about norms missing there.':
    'O non ce n’è mai stata una, o è stata assorbita nei pesi all’esportazione; il file non può dirlo. Sulle norm che mancano lì non si dice nulla.',
  'Epsilon ({0}) is more than {1} times the running variance in {2} of {3} live channels of {4}, which carry {5} % of the variance of its output: ':
    'Epsilon ({0}) è più di {1} volte la varianza corrente in {2} dei {3} canali attivi di {4}, che portano il {5} % della varianza della sua uscita: ',
  'Export the model in evaluation mode.': 'Esporta il modello in modalità di valutazione.',
  'Folding {0} multiplies the weights of channel {1} by {2}, {3} times the median channel ({4}); its variance is {5}':
    'Assorbire {0} moltiplica i pesi del canale {1} per {2}, {3} volte il canale mediano ({4}); la sua varianza è {5}',
  "If {0} is PyTorch's momentum, which weights the new value, it should be {1} here.":
    'Se {0} è il momento di PyTorch, che pesa il valore nuovo, qui dovrebbe essere {1}.',
  'In float16 it is exactly 0, and an input without variance is then divided by 0.':
    'In float16 vale esattamente 0, e un ingresso senza varianza viene allora diviso per 0.',
  'In inference it gives out what goes in, and can be removed.':
    'In inferenza restituisce ciò che riceve, e si può togliere.',
  'In this mode a norm uses the statistics of the batch it is given and not the running mean and variance of the file. ':
    'In questa modalità una norm usa le statistiche del batch che riceve e non la media e la varianza correnti del file. ',
  'In {0} of them it is exactly 0, and an input without variance is then divided by 0.':
    'In {0} di esse vale esattamente 0, e un ingresso senza varianza viene allora diviso per 0.',
  'Neither order always wins: train both and compare.':
    'Nessuno dei due ordini vince sempre: addestrali entrambi e confronta.',
  'Other tools would say: {0}.': 'Altri strumenti direbbero: {0}.',
  'Other tools: TheDeepChecker compares the two by a similarity (< 0.75) that is not computed here.':
    'Altri strumenti: TheDeepChecker confronta le due con una somiglianza (< 0.75) che qui non si calcola.',
  'Processors that flush subnormal numbers make it 0, and an input without variance is then divided by 0.':
    'I processori che azzerano i numeri subnormali lo portano a 0, e un ingresso senza varianza viene allora diviso per 0.',
  'Put dropout after the last batch norm.': 'Metti il dropout dopo l’ultima batch norm.',
  'Runtimes with graph optimization do so for convolutions.':
    'I runtime che ottimizzano il grafo lo fanno per le convoluzioni.',
  'The RMS of dLoss/dOutput falls from {0} at {1} to {2} at {3} ':
    'L’RMS di dLoss/dUscita scende da {0} in {1} a {2} in {3} ',
  'The RMS of dLoss/dOutput grows from {0} at {1} to {2} at {3} ':
    'L’RMS di dLoss/dUscita cresce da {0} in {1} a {2} in {3} ',
  'The epsilon of batch norms is {0} in {1} and {2}. ': 'L’epsilon delle batch norm è {0} in {1} e {2}. ',
  'The gradient at {0} is not finite at step {1} while the activations are, {2}. ':
    'Il gradiente in {0} non è finito al passo {1} mentre le attivazioni lo sono, {2}. ',
  'The gradient with respect to the output of {0}': 'Il gradiente rispetto all’uscita di {0}',
  'The inputs of {0} move their mean by more than a standard deviation in {1} steps, most that of {2}: ':
    'Gli ingressi di {0} spostano la loro media di più di una deviazione standard in {1} passi, più di tutti quello di {2}: ',
  'The loss is {0} at step {1}, {2}. {3}': 'La loss è {0} al passo {1}, {2}. {3}',
  'The momentum': 'Il momento',
  'The momentum of {0} batch norms ({1})': 'Il momento di {0} batch norm ({1})',
  'The norm subtracts the bias again, so its bias changes nothing in training':
    'La norm sottrae di nuovo il bias, che quindi in addestramento non cambia nulla',
  'The norm subtracts the bias again, so their biases change nothing in training':
    'La norm sottrae di nuovo il bias: in addestramento i loro bias non cambiano nulla',
  'The output of {0}': 'L’uscita di {0}',
  'The output of {0} differs between samples by a standard deviation of {1} (its RMS is {2}), ':
    'L’uscita di {0} differisce tra i campioni per una deviazione standard di {1} (il suo RMS è {2}), ',
  'The run blew up: from step {0} on the weights of {1} changed per step by up to {2} of their norm, more than {3} ':
    'L’addestramento è esploso: dal passo {0} i pesi di {1} sono cambiati a ogni passo fino a {2} della loro norma, più di {3} ',
  'The running mean of {0} is 0 and its running variance 1 in {1}, although its scale or shift has been trained: ':
    'La media corrente di {0} è 0 e la varianza corrente 1 in {1}, benché la scala o la traslazione siano state addestrate: ',
  'The running variance of {0} is negative in {1} of {2} channels (first: channel {3}, lowest {4}{5}). ':
    'La varianza corrente di {0} è negativa in {1} dei {2} canali (il primo: canale {3}, minimo {4}{5}). ',
  'The scale of {0} is 0 (below {1}) in {2} of {3} channels ({4} %): ':
    'La scala di {0} è 0 (sotto {1}) in {2} dei {3} canali ({4} %): ',
  'The slope of Tanh is 1 at zero: the gradient vanishes only where units are saturated.':
    'La pendenza di Tanh in zero è 1: il gradiente svanisce solo dove le unità sono sature.',
  'The weights of {0} of {1} change per step by {2} of their norm, outside {3}..{4} ':
    'I pesi di {0} su {1} cambiano a ogni passo di {2} della loro norma, fuori da {3}..{4} ',
  'Their slopes bound the gradient that passes back through them to {0}, beside the weights.':
    'Le loro pendenze limitano a {0}, a parte i pesi, il gradiente che le attraversa all’indietro.',
  'Their statistics are noisy; a group norm does not depend on the batch.':
    'Le loro statistiche sono rumorose; una group norm non dipende dal batch.',
  'This is what exporting a cumulative average (momentum=None) leaves behind.':
    'È ciò che lascia l’esportazione di una media cumulativa (momentum=None).',
  'Training from scratch needs a warm-up of the learning rate; pre-norm blocks do not.':
    'L’addestramento da zero richiede un warm-up del learning rate; i blocchi pre-norm no.',
  'Untrained model: {0} with initial values throughout (mean 0, variance 1, scale 1, shift 0). ':
    'Modello non addestrato: {0} con soli valori iniziali (media 0, varianza 1, scala 1, traslazione 0). ',
  'What the file computes says nothing about a trained model.':
    'Ciò che il file calcola non dice nulla di un modello addestrato.',
  'What was measured afterwards is of the network that this left.':
    'Ciò che è stato misurato dopo riguarda la rete che ne è rimasta.',
  'Whatever passes it is lost for all layers after it.': 'Ciò che la attraversa è perso per tutti gli strati seguenti.',
  'a bias': 'un bias',
  'a bias or a factor per channel': 'un bias o un fattore per canale',
  'a reshape stands between the two': 'tra i due c’è un reshape',
  'a {0} stands between the two': 'tra i due c’è un {0}',
  'after the activation': 'dopo l’attivazione',
  'all {0} channels': 'tutti i {0} canali',
  'any NaN or infinity': 'qualsiasi NaN o infinito',
  'at initialization the second moment of the gradient grows by about 1.467^{0} = {1} on its way back (RMS by 1.211^{2} = {3}).':
    'all’inizializzazione il momento secondo del gradiente cresce di circa 1.467^{0} = {1} nel percorso all’indietro (l’RMS di 1.211^{2} = {3}).',
  'before the activation': 'prima dell’attivazione',
  'beyond +-0.97': 'oltre +-0.97',
  'convolutions with a window': 'convoluzioni con finestra',
  'dense layers': 'strati densi',
  'depthwise convolutions': 'convoluzioni depthwise',
  'each channel': 'ogni canale',
  'each group': 'ogni gruppo',
  'each image': 'ogni immagine',
  'each sample': 'ogni campione',
  'every channel': 'ogni canale',
  'first / last < 1e-3 and first < 1e-4': 'primo / ultimo < 1e-3 e primo < 1e-4',
  'gradient of a weight < 1e-7': 'gradiente di un peso < 1e-7',
  'in the body of a Loop': 'nel corpo di un Loop',
  'in the body of a Scan': 'nel corpo di uno Scan',
  'in the branches of an If that the inputs of the model decide':
    'nei rami di un If che decidono gli ingressi del modello',
  'in training it multiplies the variance by about {0} (1/(1-p), for inputs of mean zero; by more after a ReLU), and the norm keeps a running variance that does not fit inference. ':
    'in addestramento moltiplica la varianza per circa {0} (1/(1-p), con ingressi a media zero; di più dopo una ReLU), e la norm conserva una varianza corrente che non vale in inferenza. ',
  infinite: 'infinito',
  'inputs beyond 5': 'ingressi oltre 5',
  'inputs beyond 9.5': 'ingressi oltre 9.5',
  'is 1: the running statistics never move when the model is trained further. ':
    'è 1: le statistiche correnti non si muovono mai se si continua ad addestrare il modello. ',
  'is {0}, the weight of the old running value: each batch replaces {1} % of the running statistics when the model is trained further. ':
    'è {0}, il peso del vecchio valore corrente: ogni batch sostituisce il {1} % delle statistiche correnti se si continua ad addestrare il modello. ',
  'is_test is 0': 'is_test vale 0',
  'it is in training mode': 'è in modalità di addestramento',
  'it normalizes each position along axis {0} over all channels.':
    'normalizza ogni posizione lungo l’asse {0} su tutti i canali.',
  'its channel': 'nel suo canale',
  'its outputs beyond the first are used': 'le sue uscite oltre la prima sono usate',
  'its parameters are not constant': 'i suoi parametri non sono costanti',
  'linear layer before': 'lo strato lineare che precede',
  'linear layer after it': 'lo strato lineare che segue',
  'linear layer beside ({0} into the one after it)': 'lo strato lineare vicino ({0} in quello che segue)',
  'mean and variance of each output are fixed by the norm, and in training each sample depends on the others of its batch.':
    'media e varianza di ogni uscita sono fissate dalla norm, e in addestramento ogni campione dipende dagli altri del suo batch.',
  'more than 50 %': 'più del 50 %',
  'more than 70 % of the gradient is zero': 'più del 70 % del gradiente è zero',
  no: 'no',
  'normalizes again what {0} has just normalized over the same axes':
    'normalizza di nuovo ciò che {0} ha appena normalizzato sugli stessi assi',
  'not a number': 'non è un numero',
  'nothing after it': 'nulla dopo',
  'on these data, in these {0}': 'su questi dati, in {0}',
  'on these synthetic data, in these {0}': 'su questi dati sintetici, in {0}',
  'only {0} after it': 'dopo solo {0}',
  'outside 0.015..0.985': 'fuori da 0.015..0.985',
  'outside 1e-5..0.1': 'fuori da 1e-5..0.1',
  'outside 1e-8..10': 'fuori da 1e-8..10',
  'pointwise convolutions': 'convoluzioni pointwise',
  'running mean': 'media corrente',
  'running variance': 'varianza corrente',
  scale: 'scala',
  shift: 'traslazione',
  'std over all values {0} outside 0.5..2': 'dev. std su tutti i valori {0} fuori da 0.5..2',
  'takes the scale and shift per channel of {0} away again': 'annulla la scala e la traslazione per canale di {0}',
  'the output of {0}': 'l’uscita di {0}',
  "the norm's output": 'l’uscita della norm',
  'the statistics were never updated, or were lost. In inference it does not normalize.':
    'le statistiche non sono mai state aggiornate, o sono andate perse. In inferenza non normalizza.',
  'there the norm divides by the root of epsilon and not by what it measured (smallest variance {0}).':
    'lì la norm divide per la radice di epsilon e non per ciò che ha misurato (varianza minima {0}).',
  'they give out a constant, and can be pruned.': 'danno in uscita una costante, e si possono potare.',
  'it gives out a constant, and can be pruned.': 'dà in uscita una costante, e si può potare.',
  'training_mode is 1': 'training_mode vale 1',
  'transposed convolutions': 'convoluzioni trasposte',
  'what a layer changes in the scale of activations and gradients is multiplied over all of them.':
    'ciò che uno strato cambia nella scala di attivazioni e gradienti si moltiplica lungo tutti.',
  'what is left of its input is 0, and its output is its shift alone.':
    'del suo ingresso resta 0, e la sua uscita è la sola traslazione.',
  'what was measured before it by {0}, over the last steps, {1}. ':
    'ciò che è stato misurato prima di essa per {0}, negli ultimi passi, {1}. ',
  yes: 'sì',
  '{0} can be folded into the {1}: {2}. ': '{0}: si possono assorbire con {1}: {2}. ',
  '{0} cannot be folded into {1}: {2}.': '{0} non si può assorbire in {1}: {2}.',
  '{0} comes after the activation {1} of {2}; the usual order is linear, norm, activation. ':
    '{0} viene dopo l’attivazione {1} di {2}; l’ordine consueto è lineare, norm, attivazione. ',
  '{0} comes directly after {1} ({2}) and {3}: one of the two is enough.':
    '{0} viene subito dopo {1} ({2}) e {3}: una delle due basta.',
  '{0} computing statistics in float16 with an epsilon ({1}) below its smallest normal number 6.1e-5: {2}. ':
    'Statistiche calcolate in float16 con un epsilon ({1}) sotto il suo minimo numero normale 6.1e-5 in {0}: {2}. ',
  '{0} cuts {1} into {2}, which does not come out even.': '{0} divide {1} in {2}, e il conto non torna.',
  '{0} has an activation and no norm, while {1} of the {2} {3} in the body have one {4}.':
    '{0} ha un’attivazione e nessuna norm, mentre {1} su {2} {3} del corpo ne hanno una {4}.',
  '{0} holds numbers that are not finite: {1}. ': '{0} contiene numeri non finiti: {1}. ',
  '{0} holds {1} from step {2} on, {3}. {4}': '{0} contiene {1} dal passo {2}, {3}. {4}',
  '{0} in training mode ({1}): {2}. ': '{0} in modalità di addestramento ({1}): {2}. ',
  '{0} in {1}': '{0} in {1}',
  '{0} is also an output of the model': '{0} è anche un’uscita del modello',
  '{0} is also read by 1 other node': '{0} è letta anche da 1 altro nodo',
  '{0} is also read by {1} other nodes': '{0} è letta anche da altri {1} nodi',
  '{0} is an output of the model, after the dense layer {1}: right for an embedding, not for scores or regression.':
    '{0} è un’uscita del modello, dopo lo strato denso {1}: giusto per un embedding, non per punteggi o regressione.',
  '{0} keeps statistics along axis {1}, and the channels of {2} ({3}) are axis {4}: ':
    '{0} tiene statistiche lungo l’asse {1}, e i canali di {2} ({3}) sono l’asse {4}: ',
  '{0} linear layers in a row from {1} to {2} with saturating activations ({3}) and no norm. ':
    '{0} strati lineari di fila da {1} a {2} con attivazioni che saturano ({3}) e nessuna norm. ',
  '{0} linear layers with activations in a row from {1} to {2}, with no norm and no skip connection among them: ':
    '{0} strati lineari con attivazione di fila da {1} a {2}, senza norm né connessioni residue tra loro: ',
  "{0} normalizes along axis 0, the batch: each sample's result depends on the other samples, in inference too.":
    '{0} normalizza lungo l’asse 0, il batch: il risultato di ogni campione dipende dagli altri, anche in inferenza.',
  '{0} of a model whose batch is fixed to {1} samples: {2}. ':
    '{0} in un modello con il batch fissato a {1} campioni: {2}. ',
  '{0} of the channels of {1} differ by more than half a standard deviation between running and batch statistics over the last steps ':
    'Il {0} dei canali di {1} differisce di più di mezza deviazione standard tra statistiche correnti e del batch negli ultimi passi ',
  '{0} of the units of {1} are dead (active on less than 1 % of the samples of the last steps){2}, {3}. ':
    'Il {0} delle unità di {1} è morto (attivo su meno dell’1 % dei campioni degli ultimi passi){2}, {3}. ',
  '{0} of the values of {1} lie {2} over the last steps': 'Il {0} dei valori di {1} sta {2} negli ultimi passi',
  '{0} of {1} have {2} and no norm of their own: {3}. ': '{0} su {1} hanno {2} e nessuna norm propria: {3}. ',
  '{0} of {1} values of the {2} (first: {3} at index {4})': '{0} su {1} valori di: {2} (il primo: {3} all’indice {4})',
  '{0} on the residual stream (post-norm): {1}. ': '{0} sul flusso residuo (post-norm): {1}. ',
  '{0} standard deviations per step ({1}), {2}. Other tools do not report it.':
    '{0} deviazioni standard per passo ({1}), {2}. Altri strumenti non lo segnalano.',
  '{0} stands at the output of the model, with {1}: ': '{0} sta all’uscita del modello, con {1}: ',
  '{0} takes mean and variance over a single value ({1} has one element): ':
    '{0} calcola media e varianza su un solo valore ({1} ha un elemento): ',
  '{0} to {1}': 'da {0} a {1}',
  '{0} undoes itself in {1} of {2} channels: its scale is the standard deviation and its shift the mean within 1 %. ':
    '{0} annulla sé stessa in {1} dei {2} canali: la sua scala è la deviazione standard e la sua traslazione la media entro l’1 %. ',
  '{0} units of linear layer, batch norm and ReLU in a row from {1} to {2} without a skip connection: ':
    '{0} unità di strato lineare, batch norm e ReLU di fila da {1} a {2} senza connessione residua: ',
  '{0} with a bias directly before a batch or instance norm: {1}. ':
    '{0} con un bias subito prima di una batch o instance norm: {1}. ',
  '{0} with weights lie {1} and are not listed': '{0} con pesi: {1}, non in elenco',
};
