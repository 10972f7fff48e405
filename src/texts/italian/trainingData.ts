/** What is said of data: those that are made, those of files, and what is wrong with files. */
export const trainingData: Readonly<Record<string, string>> = {
  ', as a 1 among zeros': ', come un 1 tra zeri',
  ', divided by 255': ', divise per 255',
  ', scaled to mean 0 and deviation 1': ', portati a media 0 e deviazione 1',
  ', through a {0} as the output is': ', attraverso {0} come l’uscita',
  '; inputs that it does not hold are made': '; gli ingressi che non contiene sono generati',
  '{0} cannot be decoded: {1}': '{0} non si può decodificare: {1}',
  '{0} ends inside its header': '{0} finisce dentro l’intestazione',
  '{0} has {1} bytes of JSON. Save so many numbers as an .npy file.':
    '{0} ha {1} byte di JSON. Salva così tanti numeri come file .npy.',
  '{0} has {1} columns here and {2} in its first row': '{0} ha qui {1} colonne e {2} nella prima riga',
  '{0} has {1} pixels, more than are decoded': '{0} ha {1} pixel, più di quanti se ne decodifichino',
  '{0} has no column {1}; its columns are {2}': '{0} non ha una colonna {1}; le sue colonne sono {2}',
  '{0} has pictures in subfolders and {1} in none: of which class is it?':
    '{0} ha immagini in sottocartelle e {1} in nessuna: di quale classe è?',
  '{0} has rows with fewer columns than the {1} of its first row':
    '{0} ha righe con meno colonne delle {1} della prima riga',
  '{0} holds {1} in sample {2}': '{0} contiene {1} nel campione {2}',
  '{0} holds {1} labels, {2} {3} samples': '{0} contiene {1} etichette, {2} {3} campioni',
  "{0} holds {1}, and the model's inputs are {2}: save the arrays under the names of the inputs":
    '{0} contiene {1}, e gli ingressi del modello sono {2}: salva gli array con i nomi degli ingressi',
  '{0} holds {1}: name the labels y or labels': '{0} contiene {1}: chiama le etichette y o labels',
  '{0} holds a single number, no samples': '{0} contiene un solo numero, non campioni',
  '{0} holds an empty list': '{0} contiene una lista vuota',
  '{0} holds elements of numpy type {1}; integers and floats are read':
    '{0} contiene elementi di tipo numpy {1}; si leggono interi e numeri in virgola mobile',
  '{0} holds no list of numbers': '{0} non contiene una lista di numeri',
  '{0} holds no number here': '{0} qui non contiene un numero',
  '{0} holds no PNG or JPEG pictures: put those of each class into a subfolder of it':
    '{0} non contiene immagini PNG o JPEG: metti quelle di ogni classe in una sua sottocartella',
  '{0} holds no rows': '{0} non contiene righe',
  '{0} holds no samples': '{0} non contiene campioni',
  '{0} holds nothing for {1}: made data are fed there': '{0} non contiene nulla per {1}: vi si danno dati generati',
  '{0} holds pictures, and no input of the model takes them: {1}':
    '{0} contiene immagini, e nessun ingresso del modello le accetta: {1}',
  '{0} holds records with named fields. Save one plain array of numbers.':
    '{0} contiene record con campi. Salva un solo semplice array di numeri.',
  '{0} in {1} is no NPY file': '{0} in {1} non è un file NPY',
  '{0} is a folder of pictures: labels are numbers or words':
    '{0} è una cartella di immagini: le etichette sono numeri o parole',
  '{0} is a zip archive without arrays (.npy) in it': '{0} è un archivio zip senza array (.npy)',
  '{0} is an HDF5 file. Save its arrays with numpy.save or numpy.savez.':
    '{0} è un file HDF5. Salva i suoi array con numpy.save o numpy.savez.',
  '{0} is damaged: it cannot be unpacked': '{0} è danneggiato: non si può decomprimere',
  '{0} is empty': '{0} è vuoto',
  '{0} is neither a PNG nor a JPEG picture': '{0} non è un’immagine PNG né JPEG',
  '{0} is nested too deeply': '{0} è annidato troppo profondamente',
  '{0} is no JSON: {1}': '{0} non è JSON: {1}',
  '{0} is no sound NPY file: {1}': '{0} non è un file NPY integro: {1}',
  '{0} is none of the data files that are read: NPY, NPZ, IDX, CSV, JSON, or a folder of pictures':
    '{0} non è tra i file di dati che si leggono: NPY, NPZ, IDX, CSV, JSON, o una cartella di immagini',
  '{0} is one picture. Choose the folder whose subfolders hold the classes.':
    '{0} è una sola immagine. Scegli la cartella le cui sottocartelle contengono le classi.',
  '{0} is stored in Fortran order, so that its samples do not lie together. Save np.ascontiguousarray(a).':
    '{0} è memorizzato in ordine Fortran, sicché i suoi campioni non stanno insieme. Salva np.ascontiguousarray(a).',
  '{0} numbers a sample': '{0} numeri per campione',
  '{0} samples in random order: {1}{2}': '{0} campioni in ordine casuale: {1}{2}',
  '{0} should hold [{1}] numbers of {2} bytes, but the file ends at byte {3}':
    '{0} dovrebbe contenere [{1}] numeri di {2} byte, ma il file finisce al byte {3}',
  '{0} should hold [{1}] numbers of type {2}, but ends at byte {3}':
    '{0} dovrebbe contenere [{1}] numeri di tipo {2}, ma finisce al byte {3}',
  '{0} should hold a list of {1} here, as its first sample does':
    '{0} qui dovrebbe contenere una lista di {1}, come il suo primo campione',
  '{0} tokens of a vocabulary of {1}': '{0} token di un vocabolario di {1}',
  '{0} unpacks to more than {1} GB: unpack it with gunzip': '{0} decompresso supera {1} GB: decomprimilo con gunzip',
  '{0} uses a colour that it does not define': '{0} usa un colore che non definisce',
  '{0}{1}; fresh samples at every step': '{0}{1}; campioni nuovi a ogni passo',
  'a {0}': 'di genere {0}',
  'a fixed random linear map of averages over parts of the sample':
    'una mappa lineare casuale fissa di medie su parti del campione',
  'a fixed random linear map of the input at each place':
    'una mappa lineare casuale fissa dell’ingresso in ogni posizione',
  'a fixed random teacher: {0}{1}': 'un insegnante casuale fisso: {0}{1}',
  'a fixed random vector for each token': 'un vettore casuale fisso per ogni token',
  'a mask of ones': 'una maschera di uno',
  'a tensor of type {0}': 'un tensore di tipo {0}',
  'channels moved from the first axis to the last': 'canali spostati dal primo asse all’ultimo',
  'channels moved from the last axis to the first': 'canali spostati dall’ultimo asse al primo',
  'column {0} of {1} holds {2}, which is no number': 'la colonna {0} di {1} contiene {2}, che non è un numero',
  'data for input {0}: {1}': 'dati per l’ingresso {0}: {1}',
  'drawn pictures ({0}) of {1} classes: gratings, blobs and strokes':
    'immagini disegnate ({0}) di {1} classi: reticoli, macchie e tratti',
  'fixed random numbers': 'numeri casuali fissi',
  'fixed values for inputs that are no samples': 'valori fissi per ingressi che non sono campioni',
  'Gaussian clusters ({0} features) of {1} classes': 'gruppi gaussiani ({0} caratteristiche) di {1} classi',
  'input {0} is {1}: no data can be made for it': 'l’ingresso {0} è {1}: non si possono generare dati per esso',
  'its header cannot be read': 'la sua intestazione non si può leggere',
  'its header claims {0} bytes': 'la sua intestazione dichiara {0} byte',
  'its sizes ({0}) are none': 'le sue dimensioni ({0}) non sono tali',
  'labels are given without data: name the file of the samples too':
    'le etichette sono indicate senza dati: indica anche il file dei campioni',
  'noisy waves ({0}) of {1} classes': 'onde rumorose ({0}) di {1} classi',
  'none: the network has no inputs, it computes from constants of the file':
    'nessuno: la rete non ha ingressi, calcola da costanti del file',
  'of unknown type': 'di tipo sconosciuto',
  'only the first {0} MB of {1} are used, which has {2} bytes': 'si usano solo i primi {0} MB di {1}, che ha {2} byte',
  'pictures scaled to 0..1': 'immagini portate a 0..1',
  'positions counted from 0': 'posizioni contate da 0',
  'random tokens ({0} of a vocabulary of {1}) of {2} classes':
    'token casuali ({0} di un vocabolario di {1}) di {2} classi',
  'read as {0}': 'letto come {0}',
  'the arrays do not hold equally many samples: {0}': 'gli array non contengono lo stesso numero di campioni: {0}',
  'the classes of {0}, {1} of them{2}': 'le classi di {0}, in tutto {1}{2}',
  'the column {0} of {1} was taken as the labels': 'la colonna {0} di {1} è stata presa come etichette',
  'the data hold {0} samples, fewer than a batch of {1}: choose a smaller one':
    'i dati contengono {0} campioni, meno di un batch di {1}: scegline uno più piccolo',
  'the lists of {0} are not of equal length': 'le liste di {0} non hanno la stessa lunghezza',
  'the model has no input that samples are fed to': 'il modello non ha un ingresso a cui si diano campioni',
  "the model's input '{0}' is {1}; {2} holds {3} {4}{5} ({6})":
    "l’ingresso '{0}' del modello è {1}; {2} contiene {3} {4}{5} ({6})",
  "the model's own input{0}": 'l’ingresso stesso del modello{0}',
  "the sample's class ({0} of the {1} outputs are used)": 'la classe del campione (si usano {0} delle {1} uscite)',
  "the sample's class, one of {0}": 'la classe del campione, una di {0}',
  'the subfolders of {0}': 'le sottocartelle di {0}',
  'the token that follows each token': 'il token che segue ogni token',
  'the values of {0}': 'i valori di {0}',
  'token {0}, and the model knows {1} tokens, from 0 on': 'il token {0}, e il modello conosce {1} token, da 0 in poi',
  'token sequences ({0} long) over {1}, each of which has its own successor in four of five cases':
    'sequenze di token (lunghe {0}) su {1}, ognuno dei quali ha il suo successore in quattro casi su cinque',
  'zeros for segment ids': 'zeri per gli id dei segmenti',
};
