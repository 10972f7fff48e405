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
  'this JSON file has {0} bytes; no description of a model is that long':
    'questo file JSON ha {0} byte; nessuna descrizione di modello è così lunga',
  'this may be a protobuf file, but it is no ONNX model. If it is a TensorFlow graph (.pb), convert it with tf2onnx.':
    'questo può essere un file protobuf, ma non è un modello ONNX. Se è un grafo TensorFlow (.pb), convertilo con tf2onnx.',
  'this zip archive ends inside its {0}': 'questo archivio zip finisce a metà di {0}',
  'this zip archive has no end: it was cut. Fetch or save it again.':
    'questo archivio zip non ha fine: è stato troncato. Scaricalo o salvalo di nuovo.',
  'this zip archive is damaged. Fetch or save it again.':
    'questo archivio zip è danneggiato. Scaricalo o salvalo di nuovo.',
};
