import type { RulePageText } from './rulePageText';

/** The pages of rules that speak about a model, by the rule's id. */
export const rulePages: Readonly<Record<string, RulePageText>> = {
  'norm-after-activation': {
    title: 'Norm dopo l’attivazione',
    whatItDoes:
      'Segnala una batch, instance o group norm che legge l’attivazione di uno strato lineare (lineare -> attivazione -> norm), dove l’ordine consueto è lineare -> norm -> attivazione. Dropout, pooling locale, padding e reshape in mezzo non contano.',
    why: 'Ioffe e Szegedy normalizzano l’uscita lineare perché la sua distribuzione è più vicina alla simmetria, e perché l’attivazione lavora così su valori di scala nota. Dopo una ReLU metà dei valori è zero e la norm centra ciò che resta. È il posto consueto e non una legge: su ImageNet a 128 pixel CaffeNet ha raggiunto 0.499 con la norm dopo l’attivazione e 0.474 con la norm prima, GoogLeNet 0.596 e 0.607. Misuralo sul tuo modello.',
    insteadDo:
      'Sposta la norm tra lo strato lineare e l’attivazione, addestra entrambe le versioni e confronta. Tieni quella che misura meglio.',
  },
  'inconsistent-norm': {
    title: 'Uno strato senza la norm che gli altri hanno',
    whatItDoes:
      'Segnala uno strato lineare con un’attivazione e senza norm, dove almeno tre quarti degli strati del suo tipo (convoluzioni con finestra, depthwise, pointwise e trasposte, strati densi) ne hanno una nello stesso posto. Non contano i primi strati dopo un ingresso, gli strati senza norm tra loro e un’uscita, squeeze-and-excitation, gate e attenzione; in un grafo esportato per l’inferenza non è segnalato uno strato con bias tra strati normalizzati che non ne hanno: la sua norm può esservi stata assorbita.',
    why: 'Una norm che manca in un posto su molti è più spesso dimenticata che omessa: solo questo strato passa avanti attivazioni di un’altra scala, e si addestra a un altro ritmo.',
    insteadDo: 'Aggiungi la norm, o verifica che sia omessa di proposito.',
  },
  'consecutive-norms': {
    title: 'Due norm di fila',
    whatItDoes:
      'Segnala una norm il cui unico lettore è un’altra norm degli stessi canali o degli stessi assi, con in mezzo al più cast, reshape e trasposizioni. Non si segnalano le norm di query e chiavi, le norm su assi diversi e una norm che apre un flusso residuo.',
    why: 'Batch e instance norm portano ogni canale a media zero e varianza uno: di una scala e una traslazione per canale applicate da una norm precedente resta solo il segno, quindi la prima norm non impara nulla che la seconda non possa. Di due layer norm sulle stesse caratteristiche la seconda normalizza di nuovo ciò che è appena stato normalizzato, e la prima aggiunge solo la sua scala e la sua traslazione.',
    insteadDo:
      'Togli una delle due; in un modello addestrato si può togliere la prima dopo qualche passo di riaddestramento.',
  },
  'norm-before-output': {
    title: 'Batch norm subito prima dell’uscita',
    whatItDoes:
      'Segnala una batch norm la cui unica via è un’uscita del modello, o la Softmax, LogSoftmax o Sigmoid prima di un’uscita. È un suggerimento dove prima c’è uno strato denso e l’uscita è la norm stessa: così è fatta la norm che chiude un embedding (BN neck). Non si segnalano i grafi senza strati lineari e le norm finali dei transformer.',
    why: 'La batch norm fissa media e varianza di ogni uscita sul batch, qualunque cosa dicano gli strati precedenti. In addestramento i punteggi dipendono allora dagli altri campioni del batch, la sicurezza di un classificatore è decisa da una scala per classe, e un’uscita di regressione può seguire il suo obiettivo solo attraverso quella scala e quella traslazione.',
    insteadDo:
      'Chiudi il modello con lo strato lineare, con bias, e metti l’ultima norm prima dell’ultima attivazione.',
  },
  'norm-axis-not-channel': {
    title: 'Norm lungo un asse che non è quello dei canali',
    whatItDoes:
      'Segnala una BatchNormalization di un modello Keras o TensorFlow.js il cui `axis` non è l’asse dei canali della convoluzione che precede (axis 1 con `channels_last`, axis -1 con `channels_first`), e una LayerNormalization i cui assi comprendono il batch.',
    why: 'L’asse di una BatchNormalization è quello che tiene statistiche e parametri propri. Lungo l’altezza di un’immagine impara una scala per riga di pixel e mescola i canali; il modello si addestra, ma peggio. Una LayerNormalization sul batch mescola i campioni, anche in inferenza.',
    insteadDo:
      'Usa `axis=-1` (il predefinito) con `channels_last` e `axis=1` con `channels_first`; tieni l’asse 0 fuori da LayerNormalization.',
  },
  'post-norm-transformer': {
    title: 'Transformer post-norm',
    whatItDoes:
      'Dice di un modello con 6 o più norm dopo somme residue una dietro l’altra (tre blocchi encoder), in cui il residuo successivo parte dall’uscita della norm, che è di tipo post-norm. Un riscontro per tutto il modello.',
    why: 'Le norm stanno sul flusso residuo stesso, quindi ogni gradiente diretto al primo blocco le attraversa tutte. All’inizializzazione i gradienti degli ultimi strati sono grandi, e l’addestramento richiede un warm-up del learning rate; i blocchi pre-norm (norm -> sottoblocco -> somma) si addestrano senza. I modelli post-norm già addestrati (BERT, il Transformer originale) sono buoni modelli: questo riguarda chi addestra.',
    insteadDo:
      'Per addestrare da zero, usa un warm-up del learning rate, o sposta le norm nei rami (pre-norm) con un’ultima norm dopo l’ultimo blocco. Per il fine-tuning lascia il modello com’è.',
  },
  'deep-without-norm': {
    title: 'Molti strati di fila senza norm',
    whatItDoes:
      'Segnala 10 o più strati lineari di fila, ognuno con un’attivazione, senza norm, connessione residua o attivazione autonormalizzante (SELU). Gli strati di grafi di inferenza esportati contano solo se non hanno bias: con un bias, una norm può esservi stata assorbita.',
    why: 'Senza norm la scala di attivazioni e gradienti cambia da strato a strato di un fattore deciso dai pesi. Su molti strati svanisce o esplode, a meno che l’inizializzazione sia proprio quella giusta (He) e resti tale durante l’addestramento. Norm, connessioni residue con un’inizializzazione adatta (Fixup) o pesi standardizzati (NFNets) mantengono la scala.',
    insteadDo:
      'Metti una norm dopo ogni strato lineare, o aggiungi connessioni residue; senza l’una né le altre, inizializza per l’attivazione (He per ReLU) e usa un learning rate piccolo. Un profilo mostra come cambia il gradiente con la profondità.',
  },
  'deep-saturating-without-norm': {
    title: 'Molte attivazioni saturanti di fila senza norm',
    whatItDoes:
      'Segnala 5 o più strati lineari di fila, ognuno seguito da Sigmoid, HardSigmoid o Tanh, senza norm né connessione residua. Avviso dove altrettanti sono Sigmoid, altrimenti informazione. I gate (un’attivazione moltiplicata per un altro valore) non contano, e i grafi esportati le cui norm possono essere state assorbite nelle convoluzioni non si giudicano.',
    why: 'La pendenza di Sigmoid è al più 1/4, quindi la retropropagazione attraverso L di questi strati moltiplica il gradiente per al più 0.25^L (a parte i pesi). HardSigmoid ha pendenza alpha o 0. Tanh ha pendenza 1 in zero e perde gradiente solo dove le sue unità sono sature. Una norm prima di ogni attivazione tiene i suoi ingressi nel tratto ripido centrale.',
    insteadDo:
      'Metti una norm prima di ogni attivazione, sostituisci l’attivazione con una che non satura (ReLU, GELU, SELU), o aggiungi connessioni residue. Un profilo mostra quanto gradiente resta in ogni strato.',
  },
  'deep-plain-batch-norm': {
    title: 'Molte batch norm di fila senza connessione residua',
    whatItDoes: 'Segnala più di 50 unità di strato lineare, batch norm e ReLU di fila senza connessione residua.',
    why: 'La batch norm tiene in scala le attivazioni di una rete semplice e ne fa esplodere i gradienti: all’inizializzazione ogni unità con una ReLU moltiplica il momento secondo del gradiente per pi/(pi-1) = 1.467 (il suo RMS per 1.211) nel percorso all’indietro, qualunque sia la scala dei pesi, sicché reti oltre una cinquantina di tali strati non si possono addestrare. Le connessioni residue tolgono la crescita.',
    insteadDo: 'Aggiungi connessioni residue (blocchi residui), o rendi la rete meno profonda e più larga.',
  },
  'dropout-before-batch-norm': {
    title: 'Dropout prima di una batch norm',
    whatItDoes:
      'Segnala un dropout con tasso di 0.05 o più la cui uscita raggiunge una batch norm attraverso al più 3 strati lineari e nessun’altra norm, anche oltre i confini dei blocchi. I grafi di inferenza esportati, dove il dropout non fa nulla, non si giudicano.',
    why: 'In addestramento un dropout con tasso p aumenta la varianza di ciò che lascia passare: di circa 1/(1-p) volte con ingressi a media zero, di più dopo una ReLU. La batch norm registra quella varianza come varianza corrente. In inferenza il dropout è spento, la varianza è minore, e la norm divide per il numero sbagliato («variance shift»).',
    insteadDo:
      'Metti il dropout dopo l’ultima batch norm (prima del classificatore), usa un tasso minore, o sostituisci la batch norm che segue con una layer o group norm, che non tiene statistiche correnti.',
  },
  'bias-before-norm': {
    title: 'Bias che la norm toglie',
    whatItDoes:
      'Elenca gli strati lineari il cui bias è seguito subito da una batch norm o una instance norm sugli stessi canali. Un riscontro per tutto il modello.',
    why: 'La norm sottrae la media di ogni canale e con essa, esattamente, il bias: in addestramento il bias non cambia nulla, il suo gradiente è zero, e costa memoria e stato dell’ottimizzatore. In inferenza sposta solo la media corrente. Layer norm e group norm sottraggono una media di molti canali e conservano gran parte del bias: non si segnalano.',
    insteadDo:
      'Crea lo strato senza bias (`bias=False`, `use_bias=False`). In un modello addestrato, sottrai il bias dalla media corrente e toglilo.',
  },
  'batch-norm-training-mode': {
    title: 'Batch norm lasciata in modalità di addestramento',
    whatItDoes:
      'Elenca le BatchNormalization di un grafo di inferenza che calcolano statistiche del batch: `training_mode = 1`; negli opset da 7 a 13 più di un’uscita usata; prima dell’opset 7 anche `is_test = 0` dove è scritto (il solo predefinito non dice nulla). Un riscontro per tutte.',
    why: 'In modalità di addestramento la norm ignora le sue statistiche correnti. L’uscita di un campione dipende allora dagli altri campioni del batch, un batch di uno è normalizzato con le proprie statistiche, e il risultato differisce da quello validato.',
    insteadDo:
      'Chiama `model.eval()` prima di esportare, e non passare `training=TrainingMode.TRAINING` all’esportatore.',
  },
  'group-count-mismatch': {
    title: 'Gruppi che non dividono i canali',
    whatItDoes: 'Segnala una group norm il cui numero di canali non è multiplo del numero di gruppi.',
    why: 'Una group norm divide i canali in gruppi della stessa dimensione. Dove il conto non torna, i runtime rifiutano il modello o, peggio, tagliano i gruppi attraverso canali e campioni.',
    insteadDo:
      'Scegli un numero di gruppi che divida i canali (32 gruppi per 64 canali e oltre, o 16 canali per gruppo, come nell’articolo), e ricontrolla quando cambia la larghezza della rete.',
  },
  'single-value-statistics': {
    title: 'Statistiche di un solo valore',
    whatItDoes:
      'Segnala una norm che calcola media e varianza su un solo valore: una instance norm di un’immagine di un pixel, una group norm i cui gruppi hanno un elemento, una layer norm su una caratteristica, o una batch norm in modalità di addestramento con un batch di uno e un pixel. Errore nei grafi di addestramento. Non si segnalano le dimensioni non note e le batch norm con statistiche correnti.',
    why: 'La media di un valore è il valore: la differenza è 0, qualunque sia l’ingresso. L’uscita è la sola traslazione (beta), dell’ingresso non passa nulla e nessun gradiente torna indietro.',
    insteadDo:
      'Togli la norm dove l’immagine si è ridotta a un pixel, usa meno gruppi, o una layer norm sui canali. Per la batch norm, addestra con più di un campione.',
  },
  'small-batch-batch-norm': {
    title: 'Batch norm con batch piccoli',
    whatItDoes:
      'Segnala un grafo o una definizione di addestramento con batch norm il cui batch è fissato da 2 a 8 campioni. Un riscontro per tutto il modello. Non si segnalano i grafi di inferenza, che usano statistiche correnti, e i grafi in cui la dimensione del batch è libera.',
    why: 'La batch norm stima media e varianza dal batch, e meno sono i campioni più la stima è rumorosa. Su ImageNet l’errore di validazione di una ResNet-50 con batch norm è 23.6 % con 32 immagini per worker, 24.8 % con 8, 27.3 % con 4 e 34.7 % con 2; con group norm resta a circa 24.1 %.',
    insteadDo:
      'Usa una group norm (32 gruppi, o 16 canali per gruppo), un batch più grande, statistiche sincronizzate tra i worker, o statistiche congelate nel fine-tuning.',
  },
  'untrained-statistics': {
    title: 'Statistiche correnti mai aggiornate',
    whatItDoes:
      'Segnala una batch norm la cui media corrente è 0 e la cui varianza corrente è 1 in ogni canale, benché la sua scala o traslazione sia stata addestrata. Se anche scala e traslazione di tutte le batch norm sono intatte, il modello è segnalato una volta come non addestrato (informazione).',
    why: 'Sono i valori iniziali. Una norm addestrata che li ha conservati non normalizza in inferenza: le sue statistiche sono state congelate, azzerate o perse in una conversione, e il modello calcola altro che in addestramento.',
    insteadDo:
      'Verifica che la norm fosse in modalità di addestramento mentre scala e traslazione venivano addestrate, e che il checkpoint contenga media e varianza mobili. Altrimenti stimale di nuovo passando dati di addestramento nel modello.',
  },
  'momentum-convention': {
    title: 'Momento nella convenzione sbagliata',
    whatItDoes:
      'Segnala le batch norm il cui momento, come peso del vecchio valore corrente, è sotto 0.5, e nei file ONNX quelle con momento esattamente 1. Si tralasciano le norm su un ingresso del grafo e quelle con epsilon 0 (preelaborazione fissa, non addestrata). Un riscontro per ogni momento.',
    why: 'ONNX, Keras e TensorFlow.js moltiplicano per il momento il VECCHIO valore corrente (0.9, 0.99), PyTorch quello NUOVO (0.1, 0.01). Un numero piccolo in un file è di solito quello di PyTorch, riportato senza conversione: le statistiche correnti seguono allora poco più dell’ultimo batch. Un momento di 1 non le muove mai; è ciò che resta della media cumulativa (`momentum=None`), che ONNX non sa esprimere. L’inferenza non usa il momento: questo conta se il modello si addestra ancora.',
    insteadDo:
      'Scrivi 1 meno il valore di PyTorch (0.1 diventa 0.9). Per una media cumulativa scegli un momento, come 0.9, prima di continuare ad addestrare.',
  },
  'non-finite-statistics': {
    title: 'NaN o infinito nei parametri di una norm',
    whatItDoes:
      'Segnala una norm che ha NaN o infinito nella scala, nella traslazione, nella media corrente o nella varianza corrente.',
    why: 'Un canale con un tale numero dà NaN (o, con varianza infinita, una costante) per ogni ingresso, e lo strato lineare seguente lo diffonde a tutti i canali. Lo lascia un addestramento che ha divergito, per lo più in un solo passo: le statistiche correnti non dimenticano mai un NaN.',
    insteadDo:
      'Torna a un checkpoint precedente alla divergenza. Se sono colpite solo le statistiche correnti, stimale di nuovo passando dati di addestramento nel modello.',
  },
  'negative-variance': {
    title: 'Varianza corrente negativa',
    whatItDoes: 'Segnala una batch norm che ha una varianza corrente sotto 0 in un canale qualsiasi.',
    why: 'Una varianza è una media di quadrati e non è mai negativa. Sotto meno epsilon la norm prende la radice di un numero negativo e dà NaN; tra quello e 0 divide per meno della radice di epsilon. Tali valori vengono da parametri nell’ordine sbagliato (media e varianza scambiate), da una varianza calcolata come E[x^2] - E[x]^2 in bassa precisione, o da checkpoint quantizzati o mediati.',
    insteadDo:
      'Controlla l’ordine scala, traslazione, media, varianza nella conversione. Altrimenti stima di nuovo le statistiche passando dati di addestramento nel modello.',
  },
  'epsilon-dominates-variance': {
    title: 'Epsilon più grande della varianza',
    whatItDoes:
      'Segnala una batch norm in cui la varianza corrente è sotto un decimo di epsilon in più del 10 % dei canali attivi, quando quei canali portano più dell’1 % della varianza che la norm dà in uscita. I canali con scala sotto 0.000001 non contano.',
    why: 'Epsilon serve a evitare una divisione per zero. Dove è più grande della varianza, la norm divide per circa la radice di epsilon: l’uscita ha molto meno di varianza unitaria, la norm agisce come un fattore fisso, e i file convertiti con un altro epsilon calcolano altro. Le varianze piccole da sole sono comuni (le MobileNet ne sono piene) e non nuocciono finché poco dell’uscita viene da loro.',
    insteadDo:
      'Addestra con un epsilon minore, o con ingressi dello strato più grandi (dati scalati, pesi iniziali maggiori). Non cambiare mai epsilon in un modello addestrato.',
  },
  'epsilon-underflows-float16': {
    title: 'Epsilon troppo piccolo per float16',
    whatItDoes:
      'Elenca le norm che calcolano le loro statistiche in float16 con un epsilon sotto il minimo numero normale di float16 (6.1e-5). Si tralasciano le norm che le calcolano in float32 qualunque sia l’ingresso: LayerNormalization, RMSNormalization e (dall’opset 21) GroupNormalization con lo stash_type predefinito, le batch norm che usano statistiche correnti, tutto ciò che sta tra Cast a float32; le norm di com.microsoft si elencano solo dove epsilon diventa esattamente 0. Un riscontro per tutto il modello.',
    why: 'In float16 un tale epsilon è un numero subnormale: gli restano pochi bit, molti processori lo azzerano a 0, e sotto 3e-8 è 0 ovunque. Dove una varianza è 0 (ingresso costante, padding, un canale morto) la norm divide allora per 0 e dà NaN o infinito.',
    insteadDo:
      'Tieni la norm in float32 nella conversione (una lista di operatori esclusi, o stash_type = 1), o addestra con un epsilon di 1e-4 o più.',
  },
  'mixed-epsilon': {
    title: 'Batch norm con epsilon diversi',
    whatItDoes:
      'Elenca le batch norm il cui epsilon differisce da quello della maggior parte delle batch norm del modello. Non si confrontano altri tipi di norm, differenze di pochi punti percentuali e un epsilon di 0 (una scalatura fissa scritta come batch norm). Un riscontro per tutto il modello.',
    why: 'I framework hanno predefiniti diversi (PyTorch e ONNX 1e-5, Keras e TensorFlow.js 1e-3), quindi una mescolanza mostra che parti del modello vengono da posti diversi, o che un esportatore ha omesso un epsilon e un lettore ha messo il proprio predefinito. Nel secondo caso il file calcola altro dal modello addestrato, soprattutto dove le varianze sono piccole.',
    insteadDo:
      'Confronta con l’epsilon del codice con cui il modello è stato addestrato. Se la mescolanza è voluta, disattiva questa regola.',
  },
  'dead-scale-channels': {
    title: 'Canali spenti dalla loro scala',
    whatItDoes:
      'Segnala una batch, instance o group norm la cui scala è sotto 0.000001 (in valore assoluto) in più del 5 % dei suoi canali. Si tralascia una norm alla fine di un ramo residuo con tutte le scale a 0: è un modo di inizializzare.',
    why: 'Un tale canale dà la sua traslazione, qualunque cosa entri: il filtro prima di esso e i pesi che lo leggono si calcolano per nulla. Il weight decay sulla scala porta lì i canali. Finché la scala è 0 essa sola ha un gradiente: nulla prima della norm impara qualcosa per loro.',
    insteadDo:
      'Pota questi canali: togli i filtri prima della norm, e aggiungi al bias degli strati seguenti ciò che la traslazione costante vi porta. Prima di riaddestrare, escludi scale e traslazioni dal weight decay, o parti con meno canali.',
  },
  'fold-scale-outlier': {
    title: 'Un canale molto fuori scala una volta assorbito',
    whatItDoes:
      'Segnala una batch norm subito dopo uno strato lineare in cui il fattore per cui l’assorbimento moltiplica i pesi, abs(scala) / sqrt(varianza + epsilon), è più di 100 volte maggiore in un canale che nel canale mediano. I canali con scala sotto 0.000001 non contano.',
    why: 'La quantizzazione dà un solo intervallo a tutti i pesi di uno strato (per tensore), o a tutte le attivazioni di uno strato. Un canale con un fattore così grande occupa tutto l’intervallo, e gli altri canali si arrotondano a pochi livelli. Viene per lo più da un canale la cui varianza è quasi zero. In virgola mobile il modello funziona come prima.',
    insteadDo:
      'Quantizza i pesi per canale, metti a zero il fattore dei canali quasi senza varianza (spostando ciò che danno nella traslazione), o pareggia gli intervalli tra gli strati prima di quantizzare.',
  },
  'near-identity-norm': {
    title: 'Una batch norm che annulla sé stessa',
    whatItDoes:
      'Segnala una batch norm la cui scala è uguale alla deviazione standard, sqrt(varianza + epsilon), e la cui traslazione è uguale alla media entro l’1 % in più del 95 % dei suoi canali. I canali ai valori iniziali (media 0, varianza 1, scala 1, traslazione 0) non contano.',
    why: 'Con questi parametri la norm restituisce ciò che riceve. Gli autori della batch norm osservano che può imparare a farlo: allora in inferenza lo strato non aveva nulla da guadagnare da ingressi normalizzati, e costa tempo a ogni esecuzione.',
    insteadDo: 'Assorbi la norm nello strato lineare vicino, o toglila: in inferenza non cambia nulla.',
  },
  'foldable-batch-norm': {
    title: 'Batch norm che si possono assorbire',
    whatItDoes:
      'Elenca le batch norm di un grafo di inferenza che si possono moltiplicare nei pesi dello strato lineare che precede, o della convoluzione senza padding o dello strato denso che segue. Un riscontro per tutto il modello. Non si segnalano i grafi di addestramento e i modelli a strati.',
    why: 'In inferenza una batch norm è un fattore e un addendo per canale. Assorbita nei pesi e nel bias del vicino non costa nulla; come nodo a sé legge e scrive ancora una volta tutta l’attivazione.',
    insteadDo:
      'I runtime che ottimizzano il grafo (ONNX Runtime, TensorRT, OpenVINO) assorbono quelle dopo le convoluzioni quando caricano il modello, a meno che il file elenchi i pesi anche come ingressi: non serve fare nulla. Per tutti gli altri, assorbile con un ottimizzatore (onnxoptimizer, onnxsim). Conserva il file originale per addestrare.',
  },
  'unfoldable-batch-norm': {
    title: 'Batch norm che gli ottimizzatori lasciano stare',
    whatItDoes:
      'Segnala una batch norm di un grafo di inferenza che sta accanto a uno strato lineare e non vi si può assorbire, e dice perché: l’uscita in mezzo ha altri lettori, i parametri non sono costanti, i tipi degli elementi differiscono, qualcosa sta tra i due, o la convoluzione dopo la norm ha padding. Le norm in modalità di addestramento hanno una regola propria.',
    why: 'Gli ottimizzatori assorbono una norm solo dove il risultato resta lo stesso per ogni ingresso. Una norm che resta costa un passaggio sull’attivazione, e nei modelli quantizzati una riquantizzazione propria.',
    insteadDo:
      'Se la causa è l’esportazione (parametri che sono ingressi, tipi misti), esporta di nuovo. Se è l’architettura (blocchi pre-attivazione, uscite lette due volte), tieni la norm: fa parte del progetto.',
  },
  'norm-already-folded': {
    title: 'Le norm possono essere state assorbite all’esportazione',
    whatItDoes:
      'Dice di un grafo di inferenza esportato che almeno metà delle convoluzioni del suo corpo ha un bias (o un fattore per canale dopo di sé) e nessuna norm propria. Un riscontro per tutto il modello. Modelli a strati, modelli Keras e grafi di addestramento contengono tutte le norm con cui sono stati fatti, e i transformer non ne hanno in questi posti: non si segnalano.',
    why: 'Una batch norm dopo una convoluzione è un fattore e un addendo per canale, e gli esportatori la moltiplicano nei pesi e nel bias. Un tale file sembra quello di una rete senza norm, e non può dire quale delle due sia. NormScope perciò non dice nulla delle norm che mancano a questi strati.',
    insteadDo:
      'Per far giudicare le norm, apri la definizione di addestramento, o esporta senza assorbimento (`training=TrainingMode.PRESERVE` in PyTorch, nessun ottimizzatore dopo l’esportazione).',
  },
};
