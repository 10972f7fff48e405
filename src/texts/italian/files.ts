/** What is wrong with a model file, and where. */
export const files: Readonly<Record<string, string>> = {
  '{0} is compressed by method {1}; only deflate is read': '{0} è compresso con il metodo {1}; si legge solo deflate',
  'at {0}': 'in {0}',
  'at byte {0}': 'al byte {0}',
  'it ends at byte {0}, before byte {1}': 'finisce al byte {0}, prima del byte {1}',
  'line {0}, column {1}': 'riga {0}, colonna {1}',
  'line {0}': 'riga {0}',
  'node {0}': 'nodo {0}',
  'NormScope opens ONNX models (.onnx) and TensorFlow.js models (model.json).':
    'NormScope apre modelli ONNX (.onnx) e TensorFlow.js (model.json).',
  'the {0} of this archive has more than {1} bytes': '{0} di questo archivio ha più di {1} byte',
  'the {0} of this archive is encrypted. Save it without a password.':
    '{0} di questo archivio è cifrato. Salvalo senza password.',
  'the config.json of this archive has more than {0} bytes': 'il config.json di questo archivio ha più di {0} byte',
  'the file is empty. Fetch or export the model again.': 'il file è vuoto. Scarica o esporta di nuovo il modello.',
  'the file is not UTF-8 throughout: what cannot be read stands as the replacement character':
    'il file non è tutto in UTF-8: ciò che non si può leggere è mostrato con il carattere di sostituzione',
  'these are settings of a model, without its layers. Export the model itself to ONNX. {0}':
    'queste sono impostazioni di un modello, senza i suoi strati. Esporta il modello stesso in ONNX. {0}',
  'this archive is one part of several. Join them first.': 'questo archivio è una di più parti. Prima uniscile.',
  'this is a Git LFS pointer, not the model itself. Run "git lfs pull" in its repository to fetch the model.':
    'questo è un puntatore Git LFS, non il modello. Esegui "git lfs pull" nel suo repository per scaricare il modello.',
  'this is a gzip archive. Unpack it and open the model in it. {0}':
    'questo è un archivio gzip. Estrailo e apri il modello che contiene. {0}',
  'this is a JSON file, but no model. {0}': 'questo è un file JSON, ma non un modello. {0}',
  'this is a NumPy array, not a model. {0}': 'questo è un array NumPy, non un modello. {0}',
  'this is a Python pickle, as PyTorch saves weights. Export the model with torch.onnx.export.':
    'questo è un pickle di Python, come PyTorch salva i pesi. Esporta il modello con torch.onnx.export.',
  'this is a PyTorch file. Export the model with torch.onnx.export and open the .onnx file.':
    'questo è un file PyTorch. Esporta il modello con torch.onnx.export e apri il file .onnx.',
  'this is a safetensors file: weights without a graph. Export the model to ONNX.':
    'questo è un file safetensors: pesi senza grafo. Esporta il modello in ONNX.',
  'this is a TensorFlow Lite model. Convert it to ONNX with tf2onnx (python -m tf2onnx.convert --tflite).':
    'questo è un modello TensorFlow Lite. Convertilo in ONNX con tf2onnx (python -m tf2onnx.convert --tflite).',
  'this is a TensorFlow.js weights manifest: weights without layers. Open the model.json that describes the layers.':
    'questo è un manifesto dei pesi di TensorFlow.js: pesi senza strati. Apri il model.json che descrive gli strati.',
  'this is a text file, not a model. {0}': 'questo è un file di testo, non un modello. {0}',
  'this is a zip archive without a config.json: no Keras model. Save it again.':
    'questo è un archivio zip senza config.json: non è un modello Keras. Salvalo di nuovo.',
  'this is a zip archive. Unpack it and open the model in it. {0}':
    'questo è un archivio zip. Estrailo e apri il modello che contiene. {0}',
  'this is an HDF5 file, as Keras saves models (.h5). Convert it with "tensorflowjs_converter --input_format keras" and open the model.json.':
    'questo è un file HDF5, come Keras salva i modelli (.h5). Convertilo con "tensorflowjs_converter --input_format keras" e apri il model.json.',
  'this is an HTML page, not a model: the download brought a web page. Use the link to the raw file.':
    'questa è una pagina HTML, non un modello: il download ha portato una pagina web. Usa il link al file originale (raw).',
  'this is an ONNX model in text form. Convert it to the binary form (in Python: onnx.save(onnx.load(path, format="textproto"), "model.onnx")).':
    'questo è un modello ONNX in forma di testo. Convertilo nella forma binaria (in Python: onnx.save(onnx.load(path, format="textproto"), "model.onnx")).',
  'this is an XML document, not a model; storage services answer with one when a download fails. {0}':
    'questo è un documento XML, non un modello; i servizi di archiviazione rispondono così quando un download fallisce. {0}',
  "this is ONNX Runtime's own format (.ort). Open the ONNX model that it was made from.":
    'questo è il formato proprio di ONNX Runtime (.ort). Apri il modello ONNX da cui è stato fatto.',
  'this is text in UTF-16, as older versions of PowerShell write into a file (>). Save it in UTF-8.':
    'questo è testo in UTF-16, come lo scrivono in un file (>) le versioni vecchie di PowerShell. Salvalo in UTF-8.',
  'this JSON file has {0} bytes; no description of a model is that long':
    'questo file JSON ha {0} byte; nessuna descrizione di modello è così lunga',
  'this may be a protobuf file, but it is no ONNX model. If it is a TensorFlow graph (.pb), convert it with tf2onnx.':
    'questo può essere un file protobuf, ma non è un modello ONNX. Se è un grafo TensorFlow (.pb), convertilo con tf2onnx.',
  'this zip archive ends inside its {0}': 'questo archivio zip finisce a metà di {0}',
  'this zip archive has no end: it was cut. Fetch or save it again.':
    'questo archivio zip non ha fine: è stato troncato. Scaricalo o salvalo di nuovo.',
  'this zip archive is damaged. Fetch or save it again.':
    'questo archivio zip è danneggiato. Scaricalo o salvalo di nuovo.',
  '{0} {1} is not computed: {2}': '{0} {1} non è calcolato: {2}',
  '{0} further problems are not listed': 'altri {0} problemi non sono elencati',
  '{0}, the first layer, does not state its input shape':
    '{0}, il primo strato, non dichiara la forma del suo ingresso',
  'and {0} more problems of this kind': 'e altri {0} problemi di questo tipo',
  'it holds no graph': 'non contiene un grafo',
  'no copy of this model can be made: {0}': 'di questo modello non si può fare una copia: {0}',
  'no file': 'nessun file',
  'some names are not valid UTF-8; their bytes are shown as Latin-1':
    'alcuni nomi non sono UTF-8 valido; i loro byte sono mostrati come Latin-1',
  'tensor {0} needs bytes {1} to {2} of {3}, which has {4}':
    'il tensore {0} richiede i byte da {1} a {2} di {3}, che ne ha {4}',
  'tensor {0}: {1}': 'tensore {0}: {1}',
  'TensorFlow.js ignores {0} of {1}; so does this analysis': 'TensorFlow.js ignora {0} di {1}; così fa questa analisi',
  'the file ends at byte {0}, before byte {1}': 'il file finisce al byte {0}, prima del byte {1}',
  'the file ends at byte {0}, but the model goes on until byte {1} at least: the download or copy is incomplete. Fetch the file again.':
    'il file finisce al byte {0}, ma il modello prosegue almeno fino al byte {1}: il download o la copia è incompleta. Scarica di nuovo il file.',
  'the file is damaged: ': 'il file è danneggiato: ',
  'the file is empty': 'il file è vuoto',
  'the file lists weights but describes no model: its modelTopology is missing; open the model.json it belongs to':
    'il file elenca pesi ma non descrive alcun modello: manca modelTopology; apri il model.json a cui appartiene',
  'the graph has no output that can be computed': 'il grafo non ha alcuna uscita che si possa calcolare',
  'the JSON ends too early': 'il JSON finisce troppo presto',
  'the layer {0} is called nowhere and takes no part in the model':
    'lo strato {0} non è chiamato da nessuna parte e non partecipa al modello',
  'the model does not state its IR version': 'il modello non dichiara la sua versione IR',
  'the model has no layers': 'il modello non ha strati',
  'the model holds no data for {0}': 'il modello non contiene dati per {0}',
  'the model imports no operator set; opset 1 is taken':
    'il modello non importa alcun insieme di operatori; si prende l’opset 1',
  'the model names no output that can be computed': 'il modello non nomina alcuna uscita che si possa calcolare',
  'the model would have {0} bytes; one ONNX file holds 2 GiB at most, weights beyond that belong into files beside it':
    'il modello avrebbe {0} byte; un file ONNX ne contiene al massimo 2 GiB, e i pesi oltre quel limite vanno in file accanto',
  'the nodes of {0} are not in topological order; they were sorted':
    'i nodi di {0} non sono in ordine topologico; sono stati ordinati',
  'the weights file "{0}" lies outside the model\'s own folder and was not opened. Put it beside the model and name it without a path.':
    'il file dei pesi "{0}" sta fuori dalla cartella del modello e non è stato aperto. Mettilo accanto al modello e indicalo senza percorso.',
  'the weights need {0} bytes, their files ({1} ...) hold {2}':
    'i pesi richiedono {0} byte, i loro file ({1} ...) ne contengono {2}',
  'this is a TensorFlow.js graph model that calls itself a layers model: its format should be graph-model':
    'questo è un modello a grafo di TensorFlow.js che si dichiara modello a strati: il suo formato dovrebbe essere graph-model',
  'this is a TensorFlow.js graph model without a graph: its modelTopology has no list of nodes. Convert the model again.':
    'questo è un modello a grafo di TensorFlow.js senza grafo: modelTopology non ha la lista dei nodi. Converti di nuovo il modello.',
  'this is a TensorFlow.js weights manifest without a model: open the model.json it belongs to':
    'questo è un manifesto dei pesi di TensorFlow.js senza modello: apri il model.json a cui appartiene',
  'this is no ONNX model: its bytes do not follow the ONNX protobuf schema ({0})':
    'questo non è un modello ONNX: i suoi byte non seguono lo schema protobuf di ONNX ({0})',
  'this is not JSON: {0}': 'questo non è JSON: {0}',
  nothing: 'nulla',
  'this is not JSON: unexpected {0}': 'questo non è JSON: {0} inatteso',
  'this JSON describes no layers model: it has no class_name with a config of layers':
    'questo JSON non descrive un modello a strati: non ha class_name con una config di strati',
  '{0} has {1} bytes, too many to read over {2}': '{0} ha {1} byte, troppi da leggere tramite {2}',
  "{0} lies outside the model's folder and is not read": '{0} sta fuori dalla cartella del modello e non si legge',
  '{0} needs the model as a file on disk: save a copy and take that':
    'per {0} serve il modello come file su disco: salva una copia e prendi quella',
  'a profile is no file of {0} bytes': 'un profilo non è un file di {0} byte',
  comparing: 'il confronto',
  'copies are saved on disk, and {0}: is none: choose another folder':
    'le copie si salvano su disco, e {0}: non lo è: scegli un’altra cartella',
  exporting: 'esportarlo',
  fixing: 'correggerlo',
  profiling: 'profilarlo',
  'this is a saved profile: {0} needs its model': 'questo è un profilo salvato: per {0} serve il suo modello',
};
