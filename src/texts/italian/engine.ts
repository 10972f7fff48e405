/** What the engine says: of files it reads and writes, of runs that ended, of copies that were not saved. */
export const engine: Readonly<Record<string, string>> = {
  '; the first values that are not finite come out of {0}': '; i primi valori non finiti escono da {0}',
  ': the system may have run out of memory, try a smaller batch':
    ': il sistema può aver esaurito la memoria, prova un batch più piccolo',
  '"{0}" is not a path': '"{0}" non è un percorso',
  '"{0}" lies outside the model\'s own folder and was not opened. Put the file beside the model.':
    '"{0}" sta fuori dalla cartella del modello e non è stato aperto. Metti il file accanto al modello.',
  '{0} cannot be read in a browser: use made samples, or VS Code on a machine':
    '{0} non si può leggere in un browser: usa campioni generati, o VS Code su un computer',
  '{0} cannot be read: {1}': '{0} non si può leggere: {1}',
  '{0} cannot be written: {1}. Choose another place.': '{0} non si può scrivere: {1}. Scegli un altro posto.',
  '{0} ends at byte {1}, before byte {2}': '{0} finisce al byte {1}, prima del byte {2}',
  '{0} has {1} bytes: too many for a picture': '{0} ha {1} byte: troppi per un’immagine',
  '{0} holds more than {1} files': '{0} contiene più di {1} file',
  '{0} is a folder. Choose the model file in it (an .onnx file, or the model.json of a TensorFlow.js model).':
    '{0} è una cartella. Scegli il file del modello che contiene (un file .onnx, o il model.json di un modello TensorFlow.js).',
  '{0} is a folder. Choose the model file in it.': '{0} è una cartella. Scegli il file del modello che contiene.',
  '{0} is a symbolic link that leads back to itself': '{0} è un collegamento simbolico che riporta a sé stesso',
  '{0} is not a regular file': '{0} non è un file normale',
  '{0} is the model itself': '{0} è il modello stesso',
  '{0} is there already. Choose another name, or ask for it to be replaced.':
    '{0} esiste già. Scegli un altro nome, o chiedi di sostituirlo.',
  '{0} is there already': '{0} esiste già',
  '{0} stays as it is, because {1}': '{0} resta com’è, perché {1}',
  '{0} was changed on disk while it was open. Open it again.':
    '{0} è cambiato su disco mentre era aperto. Aprilo di nuovo.',
  '{0}. Choose another name, or ask for it to be replaced.': '{0}. Scegli un altro nome, o chiedi di sostituirlo.',
  'a browser saves no copies of models: use VS Code on a machine, or the command line':
    'un browser non salva copie di modelli: usa VS Code su un computer, o la riga di comando',
  'a file is read that is not open': 'si legge un file che non è aperto',
  'a Keras model': 'un modello Keras',
  'a norm with statistics for every position of its input cannot be put into training form':
    'una norm con statistiche per ogni posizione del suo ingresso non si può portare in forma di addestramento',
  'a part of {0} is {1} bytes large, more than memory can hold':
    'una parte di {0} è di {1} byte, più di quanto la memoria possa contenere',
  'a TensorFlow.js graph model': 'un modello a grafo di TensorFlow.js',
  'a TensorFlow.js layers model': 'un modello a strati di TensorFlow.js',
  'a training step with batch {0} needs about {1}, {2} are free: {3}':
    'un passo di addestramento con batch {0} richiede circa {1}, e ne sono liberi {2}: {3}',
  'an ONNX file': 'un file ONNX',
  'another program has {0} open. Try again when it is done.':
    'un altro programma tiene aperto {0}. Riprova quando ha finito.',
  'another program has it open': 'un altro programma lo tiene aperto',
  'at step {0}': 'al passo {0}',
  'before the first step': 'prima del primo passo',
  'by {0} of their size': 'del {0} della loro grandezza',
  'choose a batch of at most {0}': 'scegli un batch di al massimo {0}',
  'could not be started: {0}': 'non si è potuto avviare: {0}',
  'ended by signal {0}{1}': 'è stato terminato dal segnale {0}{1}',
  'ended with status {0}{1}': 'è terminato con stato {0}{1}',
  'ended: {0}': 'è terminato: {0}',
  'in a browser the training runs as WebAssembly on one thread':
    'in un browser l’addestramento si esegue come WebAssembly su un thread',
  'in values that are not finite': 'in valori non finiti',
  'it is a folder': 'è una cartella',
  'it is too large to be trained on this machine': 'è troppo grande per essere addestrato su questa macchina',
  'it was cancelled': 'è stato annullato',
  'its folder does not exist': 'la sua cartella non esiste',
  'its folder is a file': 'la sua cartella è un file',
  'its inputs have {0} elements, too many to make random batches of':
    'i suoi ingressi hanno {0} elementi, troppi per generarne batch casuali',
  'its results would differ {0}, and at most {1} is rounding':
    'i suoi risultati differirebbero {0}, e al massimo {1} è arrotondamento',
  'its running statistics after a step would differ by {0} from what is meant':
    'le sue statistiche correnti dopo un passo differirebbero del {0} da quanto si intende',
  'Keras models': 'modelli Keras',
  'no batch norm has a momentum that looks like that of another convention':
    'nessuna batch norm ha un momento che sembri di un’altra convenzione',
  'no batch norm is in training mode': 'nessuna batch norm è in modalità di addestramento',
  'no batch norm keeps statistics along another axis than the channels':
    'nessuna batch norm tiene statistiche lungo un asse che non è quello dei canali',
  'no batch norm stands beside a linear layer that it could be folded into':
    'nessuna batch norm sta accanto a uno strato lineare in cui si possa assorbire',
  'no copy was saved, because it could not be run beside the model: {0}':
    'nessuna copia è stata salvata, perché non si è potuta eseguire accanto al modello: {0}',
  'no copy was saved: {0}': 'nessuna copia è stata salvata: {0}',
  'no copy was saved: it would lack weights': 'nessuna copia è stata salvata: le mancherebbero dei pesi',
  'no linear layer has a bias that a batch norm or an instance norm after it removes':
    'nessuno strato lineare ha un bias che una batch norm o una instance norm seguente toglie',
  'no norm stands after the activation of a linear layer': 'nessuna norm sta dopo l’attivazione di uno strato lineare',
  'no norm stands between a linear layer and its activation':
    'nessuna norm sta tra uno strato lineare e la sua attivazione',
  'no permission to read {0}. Give yourself read access to it.':
    'manca il permesso di leggere {0}. Assegnati l’accesso in lettura.',
  'nothing that it computes depends on random inputs, so that nothing can be compared':
    'nulla di ciò che calcola dipende da ingressi casuali, perciò non c’è nulla da confrontare',
  'nothing was saved': 'nulla è stato salvato',
  'ONNX files': 'file ONNX',
  'ONNX Runtime does not run the file as it stands: both were compared in float32 and opset 18':
    'ONNX Runtime non esegue il file così com’è: entrambi sono stati confrontati in float32 e opset 18',
  'output {0} is of type {1}, which is not read back': 'l’uscita {0} è di tipo {1}, che non viene riletto',
  'TensorFlow.js graph models': 'modelli a grafo di TensorFlow.js',
  'TensorFlow.js layers models': 'modelli a strati di TensorFlow.js',
  'the copy has no file {0}': 'la copia non ha il file {0}',
  'the copy reads weights from the files that the model reads them from':
    'la copia legge i pesi dai file da cui li legge il modello',
  'the disk is full': 'il disco è pieno',
  'the disk is read-only': 'il disco è in sola lettura',
  'the engine failed: {0}': 'errore del motore: {0}',
  'the engine did not take the text': 'il motore non ha accettato il testo',
  'a model is trained only in a trusted workspace, because it is run':
    'un modello si addestra solo in un’area di lavoro attendibile, perché viene eseguito',
  'there is no such file in the folders of the workspace':
    'nelle cartelle dell’area di lavoro non c’è alcun file con questo percorso',
  'cannot be analyzed: {0}': 'non si può analizzare: {0}',
  'there is a newer text': 'c’è un testo più recente',
  "the engine's process {0}": 'il processo del motore {0}',
  'the file does not hold the running statistics {0} that a step would start from':
    'il file non contiene le statistiche correnti {0} da cui un passo partirebbe',
  'the fix was cancelled: no copy was saved': 'la correzione è stata annullata: nessuna copia è stata salvata',
  'the functions of the model are written out in the copy':
    'le funzioni del modello sono scritte per esteso nella copia',
  'the model has no layer {0}': 'il modello non ha lo strato {0}',
  'the model holds no data for some of its weights, so that a copy cannot be run beside it. Fix the file that has them, or use the quick fixes in its text.':
    'il modello non contiene i dati di alcuni suoi pesi, perciò non si può eseguire una copia accanto. Correggi il file che li ha, o usa le correzioni rapide nel suo testo.',
  'the model holds no data for some of its weights, so that a copy cannot be run beside it. Fix the file that has them.':
    'il modello non contiene i dati di alcuni suoi pesi, perciò non si può eseguire una copia accanto. Correggi il file che li ha.',
  'the model holds no data for some of its weights: neither does the new file':
    'il modello non contiene i dati di alcuni suoi pesi: nemmeno il nuovo file',
  'the model runs and the copy does not ({0})': 'il modello si esegue e la copia no ({0})',
  "the native build of ONNX Runtime cannot be loaded on {0} ({1}): choose the engine 'wasm', or 'auto' to fall back to it":
    "la versione nativa di ONNX Runtime non si può caricare su {0} ({1}): scegli il motore 'wasm', o 'auto' per ripiegare su di esso",
  'the native build of ONNX Runtime cannot be loaded on {0}: the WebAssembly build is used, which is slower':
    'la versione nativa di ONNX Runtime non si può caricare su {0}: si usa quella WebAssembly, che è più lenta',
  'the native build needs glibc 2.28 or newer': 'la versione nativa richiede glibc 2.28 o più recente',
  'the native build needs macOS 14 or newer': 'la versione nativa richiede macOS 14 o più recente',
  'the native build needs the Microsoft Visual C++ Redistributable: install its latest version':
    'la versione nativa richiede Microsoft Visual C++ Redistributable: installane l’ultima versione',
  'the network cannot be run': 'la rete non si può eseguire',
  'the optimizer state in the files is that of the model: compile the copy anew':
    'lo stato dell’ottimizzatore nei file è quello del modello: compila di nuovo la copia',
  'the profile ended before it began': 'il profilo è finito prima di cominciare',
  'the profile was cancelled': 'il profilo è stato annullato',
  'the run did not give out {0}': 'l’esecuzione non ha restituito {0}',
  'the runtime refuses the network': 'il runtime rifiuta la rete',
  'the training diverged: the loss is {0} from step {1} on (learning rate {2}){3}. Choose a smaller learning rate':
    'l’addestramento diverge: la loss è {0} dal passo {1} in poi (learning rate {2}){3}. Scegli un learning rate minore',
  'the WebAssembly build of ONNX Runtime cannot be loaded ({0})':
    'la versione WebAssembly di ONNX Runtime non si può caricare ({0})',
  'the weights are in {0}, which the copy needs beside it': 'i pesi sono in {0}, che deve stare accanto alla copia',
  'the weights are in {0}, which the new file needs beside it':
    'i pesi sono in {0}, che deve stare accanto al nuovo file',
  'the weights that the model keeps in other files are inside the copy':
    'i pesi che il modello tiene in altri file sono dentro la copia',
  "there is no experiment '{0}'": "non c’è un esperimento '{0}'",
  'there is no file {0}. Check the path.': 'non c’è alcun file {0}. Controlla il percorso.',
  "there is no native engine in a browser: choose the engine 'auto' or 'wasm'":
    "in un browser non c’è un motore nativo: scegli il motore 'auto' o 'wasm'",
  'there is not enough memory for the training step: choose a smaller batch':
    'non c’è abbastanza memoria per il passo di addestramento: scegli un batch più piccolo',
  'there is nothing to compare': 'non c’è nulla da confrontare',
  'there is nothing to fix: {0}': 'non c’è nulla da correggere: {0}',
  'this fix is written into {0}, and this is {1}: change the layers where the model is built, or convert it first':
    'questa correzione si scrive in {0}, e questo è {1}: cambia gli strati dove il modello è costruito, o convertilo prima',
  'was ended': 'è stato terminato',
  'you have no permission to write there': 'non hai il permesso di scrivere lì',
};
