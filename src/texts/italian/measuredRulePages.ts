import type { RulePageText } from './rulePageText';

/** The pages of rules that speak about figures of a profile, by the rule's id. */
export const measuredRulePages: Readonly<Record<string, RulePageText>> = {
  'non-finite-values': {
    title: 'Valori non finiti',
    whatItDoes:
      'Segnala il primo passo, e in esso il primo strato, la cui uscita o il cui gradiente contiene NaN, o infinito dove uno strato calcola somme: strati lineari, norm e strati ricorrenti. Le attivazioni vengono prima dei gradienti, come si calcolano. Meno infinito nei punteggi di un’attenzione mascherata non è un riscontro.',
    why: 'Un NaN si diffonde a tutto ciò che se ne calcola e, con l’aggiornamento seguente, a tutti i pesi: da quel passo l’esecuzione è persa. Le cause consuete sono un learning rate troppo grande, un logaritmo o una divisione in zero, e un epsilon che in float16 è zero.',
    insteadDo:
      'Scegli un learning rate minore o limita i gradienti, guarda lo strato nominato e i suoi ingressi al passo precedente, e cerca NaN nei dati. Una norm prima dello strato limita ciò che vede.',
    otherTools: 'SageMaker Debugger (ExplodingTensor) segnala qualsiasi NaN o infinito; nomina il tensore.',
  },
  'vanishing-gradient': {
    title: 'I gradienti svaniscono verso l’ingresso',
    whatItDoes:
      'Segnala una rete il cui gradiente perde più di un fattore due per strato con pesi verso l’ingresso (pendenza log10 sotto -0.3: la mediana su tutte le coppie di strati, che un salto in uno di essi non muove; su 5 profondità e oltre), o mille volte dall’ultimo strato con pesi al primo, e non nell’ultimo soltanto (pesi piccoli di una testa). Entrambe le cose devono valere per l’RMS di dLoss/dUscita e per la sua norma: un pooling che sparge un gradiente su più elementi riduce l’RMS e non perde nulla.',
    why: 'I primi strati imparano da ciò che resta del gradiente. Le sigmoidi lasciano al più un quarto per strato, ReLU morte e pesi piccoli hanno lo stesso effetto. I limiti assoluti non si trasferiscono tra larghezze, batch e loss diverse, perciò i dati confrontano gli strati di una rete.',
    insteadDo:
      'Metti una norm prima delle attivazioni che saturano o sostituiscile con ReLU, GELU o SELU, inizializza per l’attivazione (He, Glorot), o aggiungi connessioni residue. Poi profila di nuovo: la pendenza dovrebbe essere vicina a 0.',
    otherTools:
      'SageMaker Debugger (VanishingGradient): media assoluta del gradiente di un peso sotto 1e-7. AutoTrainer: primo / ultimo sotto 1e-3 e primo sotto 1e-4. DeepDiagnosis: sotto 1e-7. L’RMS è preso al posto della media assoluta.',
  },
  'exploding-gradient': {
    title: 'I gradienti esplodono verso l’ingresso',
    whatItDoes:
      'Segnala una rete il cui gradiente cresce di più di 1.4 per strato con pesi verso l’ingresso (pendenza log10 sopra 0.15, la mediana su tutte le coppie di strati, su 10 profondità e oltre), o mille volte dall’ultimo strato con pesi al primo, sia nell’RMS di dLoss/dUscita sia nella sua norma; e gradienti non finiti a un passo le cui attivazioni lo sono.',
    why: 'I primi strati sono sbalzati mentre gli ultimi si muovono appena, e il massimo learning rate che addestra la rete scende con la sua profondità. Lo fanno pesi troppo grandi, e anche una batch norm prima di ogni ReLU di una rete profonda senza connessioni residue: all’inizializzazione ognuno di questi strati moltiplica l’RMS del gradiente per sqrt(pi / (pi - 1)) = 1.21.',
    insteadDo:
      'Aggiungi connessioni residue, inizializza per l’attivazione, usa meno norm in una rete semplice, o limita i gradienti. Il warm-up del learning rate aiuta dove esplodono solo i primi passi.',
    otherTools:
      'AutoTrainer: primo / ultimo sopra 70. TheDeepChecker: un gradiente sopra 1e6. L’RMS è preso al posto del valore assoluto.',
  },
  'dead-units': {
    title: 'Unità ReLU morte',
    whatItDoes:
      'Segnala gli strati ReLU con più di metà delle unità morte alla fine dell’esecuzione: attive su meno dell’1 % dei campioni degli ultimi 10 passi (100 campioni e oltre). Un’unità è una caratteristica di uno strato denso o un canale di una convoluzione; un canale conta come attivo su un campione se è positivo in un punto qualsiasi.',
    why: 'Un’unità che non è mai positiva non lascia passare gradiente, quindi non torna da sola: lo strato è largo quanto ciò che ne resta. Basta un learning rate troppo grande una volta, o un bias sceso molto sotto zero.',
    insteadDo:
      'Scegli un learning rate minore, metti una norm prima della ReLU (con traslazione 0 circa metà degli ingressi è positiva), inizializza per ReLU (He), o usa LeakyRelu, ELU o GELU.',
    otherTools:
      'SageMaker Debugger (DyingRelu) ha gli stessi limiti, 1 % e 50 %. AutoTrainer: più del 70 % dei valori del gradiente è zero.',
  },
  'saturated-activation': {
    title: 'Attivazione satura',
    whatItDoes:
      'Segnala una Tanh con più di metà dei valori oltre 0.97 in valore assoluto, o una Sigmoid con più di metà fuori da 0.015 a 0.985, negli ultimi passi. I gate (un’attivazione che solo scala altri valori) e le attivazioni a un’uscita sono fatti per saturare e non contano.',
    why: 'Nei suoi tratti piatti un’attivazione lascia passare meno del 6 % del gradiente del suo tratto ripido (1 - 0.97^2 per Tanh, 4 * 0.985 * 0.015 per Sigmoid), e ciò che fa il suo ingresso si vede appena nella sua uscita.',
    insteadDo:
      'Metti una norm tra lo strato lineare e l’attivazione, inizializza con pesi minori (Glorot), scegli un learning rate minore, o un’attivazione che non satura.',
    otherTools:
      'SageMaker Debugger (SaturatedActivation): ingressi oltre +-9.5. DeepDiagnosis: oltre +-5. TheDeepChecker: saturazione rho sopra 0.85, la distanza media dal centro rispetto alla massima; qui calcolata dall’istogramma.',
  },
  'collapsed-activation': {
    title: 'Attivazione collassata',
    whatItDoes:
      'Segnala una norm o un’attivazione (o uno strato ricorrente) la cui uscita negli ultimi passi quasi non dipende più dal campione: la sua deviazione standard sui campioni è meno di un millesimo di quella di ciò che è stato misurato prima, e meno di un millesimo del suo RMS, sicché i pesi piccoli da soli non sono un riscontro. Softmax, gate e uscite non contano.',
    why: 'Per gli strati che seguono tutti i campioni sono uguali: possono imparare solo la media degli obiettivi. Lo fanno le attivazioni sature, le norm su un solo elemento (che danno la loro traslazione per ogni ingresso), e un bias che sovrasta tutto il resto.',
    insteadDo:
      'Guarda ingresso e parametri dello strato; metti prima una norm con più di un elemento per statistica, o parti da altri pesi.',
    otherTools: 'TheDeepChecker: deviazione standard su tutti i valori fuori da 0.5 a 2.',
  },
  'train-eval-gap': {
    title: 'Batch norm diversa in addestramento e in valutazione',
    whatItDoes:
      'Segnala una batch norm la cui uscita con le statistiche correnti differisce da quella con le statistiche del batch, sugli stessi batch, di più di mezza deviazione standard (RMS) in più del 10 % dei canali negli ultimi passi. Tace finché le statistiche correnti contengono ancora più del 5 % di ciò che erano prima dell’esecuzione: con un momento di 0.99 servono 300 passi.',
    why: 'Ciò che è stato addestrato non è ciò che si valuta. Batch troppo piccoli rendono rumorose le statistiche del batch, un momento vicino a 1 rende tardive quelle correnti, e un dropout prima della norm sposta la varianza tra addestramento e valutazione.',
    insteadDo:
      'Usa batch più grandi, o una norm che non dipende da essi (GroupNormalization, LayerNormalization); un momento adatto al numero di passi; nessun dropout prima delle batch norm; o stima di nuovo le statistiche correnti dopo l’addestramento (precise batch norm).',
    otherTools:
      'TheDeepChecker confronta le attivazioni in addestramento e in valutazione (somiglianza sotto 0.75); quel valore qui non si calcola.',
  },
  'statistics-drift': {
    title: 'Gli ingressi di uno strato si spostano durante l’addestramento',
    whatItDoes:
      'Segnala gli strati lineari e ricorrenti il cui ingresso sposta la propria media di più di una sua deviazione standard entro 10 passi. La media è su tutti i valori, come mediana di 3 passi; gli ingressi del grafo stesso non si giudicano.',
    why: 'Lo strato che segue deve inseguire i suoi ingressi invece di imparare. È lo spostamento interno delle covariate per cui la batch norm fu proposta; lavori successivi hanno trovato che spiega poco di ciò che la batch norm fa, perciò il dato è un’informazione.',
    insteadDo:
      'Se anche la loss è irregolare: un learning rate minore, warm-up, o una norm prima dello strato. Se scende, nulla.',
    otherTools:
      'Nessuno lo segnala; la figura 1 dell’articolo sulla batch norm disegna i percentili 15, 50 e 85 di un tale ingresso.',
  },
  'update-ratio': {
    title: 'Passi troppo piccoli o troppo grandi per i pesi',
    whatItDoes:
      'Segnala gli strati i cui pesi cambiano a ogni passo di meno di 1e-5 o più di 0.1 della loro norma, come mediana sugli ultimi passi; e le esecuzioni che sono esplose prima di calmarsi: un passo di più di 0.1 dopo il quale la loss era oltre dieci volte quella del primo passo. Il cambiamento è quello fatto dall’ottimizzatore: per la discesa semplice del gradiente lr * norma(gradiente) / norma(pesi). Bias, scale e traslazioni, che partono da 0 o 1, non si giudicano.',
    why: 'Un peso che si muove di un centomillesimo di sé a ogni passo non impara nel tempo che un addestramento ha; uno che si muove di un decimo dimentica ciò che ha imparato. Circa 1e-3 è consueto. Un primo passo di 0.15 non è raro con Adam e da solo non nuoce, perciò lo si giudica da ciò che ha fatto alla loss.',
    insteadDo:
      'Cambia il learning rate se la maggior parte degli strati è fuori dallo stesso lato. Se lo sono strati singoli, guarda la loro inizializzazione e il gradiente per profondità.',
    otherTools: 'DeepDiagnosis ha gli stessi limiti, 1e-5 e 1e-1. SageMaker Debugger (WeightUpdateRatio): 1e-8 e 10.',
  },
};
