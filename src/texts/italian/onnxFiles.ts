/** What is wrong with the bytes of an ONNX file, its tensors and its graphs. */
export const onnxFiles: Readonly<Record<string, string>> = {
  'a field of {0} bytes is more than can be kept': 'un campo di {0} byte è più di quanto si possa tenere in memoria',
  'a field reaches {0} bytes past the end of its message': 'un campo va oltre la fine del suo messaggio di {0} byte',
  'a field reaches past the end of its message': 'un campo va oltre la fine del suo messaggio',
  'a group does not end': 'un gruppo non finisce',
  'a group reaches past the end of its message': 'un gruppo va oltre la fine del suo messaggio',
  'a list of {0} bytes is more than can be kept': 'una lista di {0} byte è più di quanto si possa tenere in memoria',
  'a number does not end': 'un numero non finisce',
  'a number is longer than 64 bits': 'un numero è più lungo di 64 bit',
  'a number of the protobuf encoding does not end': 'un numero della codifica protobuf non finisce',
  'a number reaches past the end of its message': 'un numero va oltre la fine del suo messaggio',
  'an external file': 'un file esterno',
  'an initializer of {0} has no name, so nothing can read it':
    'un inizializzatore di {0} non ha nome, perciò nulla lo può leggere',
  'attribute {0} of kind {1} cannot be written': 'l’attributo {0} di genere {1} non si può scrivere',
  'field {0}': 'campo {0}',
  'field {0} has wire type {1} where the ONNX schema has {2}':
    'il campo {0} ha il wire type {1}, mentre lo schema di ONNX prevede {2}',
  'function {0}': 'questa funzione ({0})',
  'function {0} calls itself, which ONNX does not allow; the inner call is left out':
    'la funzione {0} chiama sé stessa, il che in ONNX non è ammesso; la chiamata interna è omessa',
  'function {0} is defined twice; the first counts': 'la funzione {0} è definita due volte; vale la prima',
  'functions call each other more than {0} deep: what lies deeper is shown as calls':
    'le chiamate tra funzioni superano {0} livelli: ciò che sta più in fondo è mostrato come chiamate',
  'graphs are nested more than {0} deep; the inner ones are left out':
    'i grafi sono annidati oltre {0} livelli; quelli più interni sono omessi',
  'messages are nested more than {0} deep': 'i messaggi sono annidati oltre {0} livelli',
  'node {0} names no operator': 'il nodo {0} non indica alcun operatore',
  'node {0} reads "{1}", which nothing in {2} computes': 'il nodo {0} legge "{1}", che nulla in {2} calcola',
  'nothing computes the output "{0}" of {1}': 'nulla calcola l’uscita "{0}" di {1}',
  'sparse tensor {0} has indices that do not fit its shape [{1}]':
    'il tensore sparso {0} ha indici che non rientrano nella sua forma [{1}]',
  'sparse tensor {0} is of type {1}, which is not read': 'il tensore sparso {0} è di tipo {1}, che non viene letto',
  'sparse tensor {0}: {1}[{2}] needs {3} bytes': 'tensore sparso {0}: {1}[{2}] richiede {3} byte',
  'tensor {0} cannot be read: {1}': 'il tensore {0} non si può leggere: {1}',
  'tensor {0} does not hold the {1} bytes of data that its type and shape need':
    'il tensore {0} non contiene i {1} byte di dati che il suo tipo e la sua forma richiedono',
  'tensor {0} has an element type that is not known': 'gli elementi del tensore {0} sono di un tipo non noto',
  'tensor {0} has more elements than any file holds': 'il tensore {0} ha più elementi di quanti ne contenga un file',
  'tensor {0} has the impossible shape [{1}]': 'il tensore {0} ha una forma impossibile: [{1}]',
  'tensor {0} holds strings, which have no packed payload':
    'il tensore {0} contiene stringhe, che non hanno una forma compatta',
  'tensor {0} holds {1} bytes of data, but {2}[{3}] needs {4}':
    'il tensore {0} contiene {1} byte di dati, ma {2}[{3}] ne richiede {4}',
  'tensor {0} holds {1} bytes where its type and shape need {2}':
    'il tensore {0} contiene {1} byte, mentre il suo tipo e la sua forma ne richiedono {2}',
  'tensor {0} holds {1} strings, but its shape is [{2}]':
    'il tensore {0} contiene {1} stringhe, ma la sua forma è [{2}]',
  'tensor {0} states no valid range of {1}, but {2} needs {3} bytes':
    'il tensore {0} non indica un intervallo valido in {1}, ma {2} richiede {3} byte',
  'tensor {0} states {1} bytes of {2}, but {3} needs {4} bytes':
    'il tensore {0} indica {1} byte in {2}, ma {3} richiede {4} byte',
  'tensor {0}: filling {1}[{2}] needs {3} bytes': 'tensore {0}: riempire {1}[{2}] richiede {3} byte',
  'tensor {0}: {1}[{2}] needs {3} bytes, got {4}': 'tensore {0}: {1}[{2}] richiede {3} byte, ce ne sono {4}',
  'the functions of the model would expand to more nodes than can be counted: they are shown as calls, their bodies are not looked into':
    'le funzioni del modello, espanse, darebbero più nodi di quanti se ne possano contare: sono mostrate come chiamate, senza guardare dentro i loro corpi',
  'the functions of the model would expand to {0}: they are shown as calls, their bodies are not looked into':
    'le funzioni del modello, espanse, darebbero {0}: sono mostrate come chiamate, senza guardare dentro i loro corpi',
  'the graph': 'questo grafo',
  'the values of {0} are of type {1}, which is not decoded to numbers':
    'i valori di {0} sono di tipo {1}, che non viene decodificato in numeri',
  'there is no wire type {0}': 'non esiste un wire type {0}',
  '"{0}" is an input or initializer of {1}, and node {2} computes it again':
    '"{0}" è un ingresso o un inizializzatore di {1}, e il nodo {2} lo calcola di nuovo',
  '"{0}" is computed by node {1} and again by node {2}; the first counts':
    '"{0}" è calcolato dal nodo {1} e di nuovo dal nodo {2}; vale il primo',
  '{0} declares the input "{1}" twice': '{0} dichiara due volte l’ingresso "{1}"',
  '{0} has a cycle: nodes {1}{2} read what they compute, or depend on nodes that do':
    '{0} ha un ciclo: i nodi {1}{2} leggono ciò che calcolano, o dipendono da nodi che lo fanno',
  '{0} has two initializers "{1}"; the first counts': '{0} ha due inizializzatori "{1}"; vale il primo',
};
