/** What experiments claim, how they are set up, what is published and what must hold. */
export const experiments: Readonly<Record<string, string>> = {
  "{0} standard normal units, as they are and behind a ReLU, dropout with keep = {1}, batch norm; {2} batches of {3}. The batch's variance that the norm sees in training over the variance of the same values at inference.":
    '{0} unità normali standard, come sono e dopo una ReLU, dropout con keep = {1}, batch norm; {2} batch di {3}. La varianza del batch che la norm vede in addestramento rispetto alla varianza degli stessi valori in inferenza.',
  'A batch norm alone on {0} Gaussian features with means N(0, 4) and deviations of 0.5 .. 2; target: its own input, mean squared error; {1} steps of gradient descent on fresh batches of {2}, learning rate {3} / (2 step), which averages over the batches.':
    'Una batch norm da sola su {0} caratteristiche gaussiane con medie N(0, 4) e deviazioni di 0.5 .. 2; obiettivo: il suo stesso ingresso, errore quadratico medio; {1} passi di discesa del gradiente su batch nuovi di {2}, learning rate {3} / (2 passo), che fa la media sui batch.',
  'A bias in front of a batch norm': 'Un bias davanti a una batch norm',
  'A bias in front of batch normalization has no effect: the norm subtracts it with the mean.':
    'Un bias davanti alla batch normalization non ha effetto: la norm lo sottrae insieme alla media.',
  'A smoother loss': 'Una loss più liscia',
  'Accuracy before / after: CaffeNet 0.474 / 0.499, GoogLeNet-128 0.607 / 0.596.':
    'Accuratezza prima / dopo: CaffeNet 0.474 / 0.499, GoogLeNet-128 0.607 / 0.596.',
  'Accuracy on the test set, without noise: noisy batch norm within two standard deviations (over the seeds) of batch norm, both above no norm for every seed; shift of noisy batch norm not smaller than without the norm for every seed.':
    'Accuratezza sull’insieme di test, senza rumore: la batch norm rumorosa entro due deviazioni standard (sui semi) dalla batch norm, entrambe sopra l’assenza di norm per ogni seme; lo spostamento con la batch norm rumorosa non minore che senza norm per ogni seme.',
  'Are the inputs of activations Gaussian?': 'Gli ingressi delle attivazioni sono gaussiani?',
  'At inference batch normalization can be folded into the linear layer beside it, which changes nothing.':
    'In inferenza la batch normalization si può assorbire nello strato lineare vicino, senza cambiare nulla.',
  'Batch normalization allows much larger learning rates.':
    'La batch normalization permette learning rate molto maggiori.',
  'Batch normalization alone makes deep plain networks explode':
    'La sola batch normalization fa esplodere le reti profonde semplici',
  'Batch normalization does not cure everything: in deep plain networks it makes the gradients explode.':
    'La batch normalization non cura tutto: nelle reti profonde senza connessioni residue fa esplodere i gradienti.',
  'Batch normalization makes the landscape of the loss smoother.':
    'La batch normalization rende più liscio il paesaggio della loss.',
  'Batch normalization suffers from small batches; group and layer normalization do not.':
    'La batch normalization soffre con i batch piccoli; la group e la layer normalization no.',
  'Batch normalization uses the statistics of the batch in training and running ones at inference.':
    'La batch normalization usa le statistiche del batch in addestramento e quelle correnti in inferenza.',
  'Batch, layer, instance and group normalization differ only in the axes that their statistics run over.':
    'Batch, layer, instance e group normalization differiscono solo negli assi su cui corrono le loro statistiche.',
  'Before or after the activation': 'Prima o dopo l’attivazione',
  'BN(W u) = BN((a W) u) for every scale a.': 'BN(W u) = BN((a W) u) per ogni scala a.',
  'Drift = max over steps of abs(p50(t) - p50(end)) / (p85 - p15)(end), median over units: without the norm at least 3 times that with it, while both reach an accuracy of 0.8; from small weights the norm is ahead by more than 0.5 of accuracy.':
    'Deriva = massimo sui passi di abs(p50(t) - p50(fine)) / (p85 - p15)(fine), mediana sulle unità: senza la norm almeno 3 volte quella con la norm, mentre entrambe raggiungono un’accuratezza di 0.8; da pesi piccoli la norm è avanti di più di 0.5 di accuratezza.',
  'Dropout before a batch norm': 'Dropout prima di una batch norm',
  'Dropout before batch normalization shifts the variance between training and inference.':
    'Il dropout prima della batch normalization sposta la varianza tra addestramento e inferenza.',
  'Figure 1 (b), (c): without the norm the percentiles of a typical unit wander, with it they stay.':
    'Figura 1 (b), (c): senza la norm i percentili di un’unità tipica vagano, con la norm restano fermi.',
  'Figure 4: the loss along the gradient varies far less, and the gradient stays closer to itself, with batch norm.':
    'Figura 4: con la batch norm la loss lungo il gradiente varia molto meno, e il gradiente resta più simile a sé stesso.',
  'Folding a batch norm': 'Assorbire una batch norm',
  'For every feature abs(gamma / sigma - 1) < 0.02 and abs(beta - mu) < 0.02 sigma.':
    'Per ogni caratteristica abs(gamma / sigma - 1) < 0.02 e abs(beta - mu) < 0.02 sigma.',
  'Four norms, four sets of axes': 'Quattro norm, quattro insiemi di assi',
  'Growth of the second moment per layer: (B-2)/(B-3) for linear layers at batch B; pi/(pi-1) = 1.467 for ReLU as B grows.':
    'Crescita del momento secondo per strato: (B-2)/(B-3) per strati lineari con batch B; pi/(pi-1) = 1.467 per ReLU al crescere di B.',
  'In residual networks the gradient of the last layers is large with the norm after the sum (post), and falls with the depth with the norm in the branch (pre).':
    'Nelle reti residue il gradiente degli ultimi strati è grande con la norm dopo la somma (post), e cala con la profondità con la norm nel ramo (pre).',
  'Inception 31.0M steps, with batch norm 13.3M, with batch norm and 5 times the learning rate 2.1M.':
    'Inception 31.0M passi, con batch norm 13.3M, con batch norm e learning rate 5 volte maggiore 2.1M.',
  'Inputs are usually scaled to [0, 1], [-1, 1] or mean 0 and variance 1; with batch normalization the choice matters less.':
    'Gli ingressi si scalano di solito in [0, 1], in [-1, 1] oppure a media 0 e varianza 1; con la batch normalization la scelta conta meno.',
  'Internal covariate shift, as it was proposed': 'L’internal covariate shift, come fu proposto',
  'Internal covariate shift, disputed': 'L’internal covariate shift, contestato',
  'Ioffe and Szegedy 2015, section 1 and 4.2.2; Glorot and Bengio 2010, section 4.':
    'Ioffe e Szegedy 2015, sezioni 1 e 4.2.2; Glorot e Bengio 2010, sezione 4.',
  'Ioffe and Szegedy 2015, section 2.': 'Ioffe e Szegedy 2015, sezione 2.',
  'Ioffe and Szegedy 2015, section 3.1 and algorithm 2.': 'Ioffe e Szegedy 2015, sezione 3.1 e algoritmo 2.',
  'Ioffe and Szegedy 2015, section 3.2.': 'Ioffe e Szegedy 2015, sezione 3.2.',
  'Ioffe and Szegedy 2015, section 3.3.': 'Ioffe e Szegedy 2015, sezione 3.3.',
  'Ioffe and Szegedy 2015, section 3.': 'Ioffe e Szegedy 2015, sezione 3.',
  'Ioffe and Szegedy 2015, section 4.1 and figure 1.': 'Ioffe e Szegedy 2015, sezione 4.1 e figura 1.',
  'Ioffe and Szegedy 2015, section 4.1, section 4.2.2 and figure 3 (table).':
    'Ioffe e Szegedy 2015, sezioni 4.1 e 4.2.2 e figura 3 (tabella).',
  'Jacob et al. 2018, Quantization and training of neural networks, section 3.2; Ioffe and Szegedy 2015, section 3.1.':
    'Jacob et al. 2018, Quantization and training of neural networks, sezione 3.2; Ioffe e Szegedy 2015, sezione 3.1.',
  'Larger learning rates': 'Learning rate maggiori',
  'Largest difference of the logits below 1e-5 times the largest logit in training form and, with the running means moved, at inference; largest gradient of the biases below 1e-5 of the largest of the weights.':
    'Massima differenza dei logit sotto 1e-5 volte il logit massimo in forma di addestramento e, con le medie correnti spostate, in inferenza; massimo gradiente dei bias sotto 1e-5 del massimo dei pesi.',
  'Largest difference of the outputs below 1e-5 of the largest output.':
    'Massima differenza delle uscite sotto 1e-5 dell’uscita massima.',
  'LeCun et al. 1998, Efficient backprop, section 4.3; Ioffe and Szegedy 2015, section 3.3.':
    'LeCun et al. 1998, Efficient backprop, sezione 4.3; Ioffe e Szegedy 2015, sezione 3.3.',
  'Less sensitive to the start': 'Meno sensibile all’inizializzazione',
  'Li et al. 2018, Understanding the disharmony between dropout and batch normalization by variance shift, section 3.':
    'Li et al. 2018, Understanding the disharmony between dropout and batch normalization by variance shift, sezione 3.',
  'Means over the seeds: linear within 2 % of (B-2)/(B-3) for B = 8, 16, 32 and at least 3 standard errors (over networks and seeds) above 1; ReLU within 3 % of 1.467 at B = 128 and falling with B.':
    'Medie sui semi: lineare entro il 2 % da (B-2)/(B-3) per B = 8, 16, 32 e almeno 3 errori standard (su reti e semi) sopra 1; ReLU entro il 3 % da 1.467 con B = 128 e in calo al crescere di B.',
  'Mean 0 and variance 1 over a norm’s own axes, by definition; also over unions of its sets, and over no other.':
    'Media 0 e varianza 1 sugli assi propri di una norm, per definizione; anche su unioni dei suoi insiemi, e su nessun altro.',
  'Means over the seeds: batch norm at batch 2 worse than at 32 by more than 0.1 of accuracy; standard deviation over the batches below 0.02 for group and for layer norm.':
    'Medie sui semi: la batch norm con batch 2 peggiore che con 32 di più di 0.1 di accuratezza; deviazione standard tra i batch sotto 0.02 per la group e per la layer norm.',
  'Median over norms and steps of the ratio of the two relative changes below 0.5.':
    'Mediana su norm e passi del rapporto tra i due cambiamenti relativi sotto 0.5.',
  'Mishkin et al. 2017, Systematic evaluation of convolution neural network advances on the ImageNet (caffenet-benchmark).':
    'Mishkin et al. 2017, Systematic evaluation of convolution neural network advances on the ImageNet (caffenet-benchmark).',
  'MLP of {0} x {1} sigmoid units and {2} logits, Glorot weights, one batch of {3} pictures of {4}x{5}, before any training; norm of the gradient of the first weight matrix over that of the last.':
    'MLP di {0} x {1} unità sigmoidi e {2} logit, pesi di Glorot, un batch di {3} immagini di {4}x{5}, prima di ogni addestramento; norma del gradiente della prima matrice di pesi rispetto a quella dell’ultima.',
  'MLP of {0} x {1} sigmoid units, Glorot weights, {2} steps of gradient descent with learning rate {3} and batch {4} on {5}; percentiles 15, 50 and 85 of the input of the last hidden sigmoids on {6} test pictures, every {7} steps, in training form. A second pair of runs starts with weights of deviation {8}; its accuracy is that after {9} steps.':
    'MLP di {0} x {1} unità sigmoidi, pesi di Glorot, {2} passi di discesa del gradiente con learning rate {3} e batch {4} su {5}; percentili 15, 50 e 85 dell’ingresso delle ultime sigmoidi nascoste su {6} immagini di test, ogni {7} passi, in forma di addestramento. Una seconda coppia di prove parte da pesi con deviazione {8}; la sua accuratezza è quella dopo {9} passi.',
  'MLP of 3 x 100 ReLU units, Glorot weights, {0} steps of gradient descent with batch {1} on {2}, scaled to {3}; steps to a loss of {4} (average of 20) at the learning rate of {5} .. {6} (each 4 times the one before) that reaches it first, {7} where none does.':
    'MLP di 3 x 100 unità ReLU, pesi di Glorot, {0} passi di discesa del gradiente con batch {1} su {2}, scalate a {3}; passi fino a una loss di {4} (media di 20) con il learning rate tra {5} e {6} (ognuno 4 volte il precedente) che la raggiunge per primo, {7} dove non ci riesce nessuno.',
  'MLP of 3 x 100 ReLU units, Glorot weights, gradient descent with batches of {0} and a learning rate of {1} x batch / 32, {2} samples whatever the batch, of {3}; group norm with 4 groups. Accuracy on {4} test pictures at inference.':
    'MLP di 3 x 100 unità ReLU, pesi di Glorot, discesa del gradiente con batch di {0} e learning rate {1} x batch / 32, {2} campioni qualunque sia il batch, da {3}; group norm con 4 gruppi. Accuratezza in inferenza su {4} immagini di test.',
  'MLP of 8 x 100 ReLU units, Glorot weights times {0}, {1} steps of gradient descent with learning rate {2} (also {3}) and batch {4} on {5}. Loss of the last 20 steps, clipped at that of chance.':
    'MLP di 8 x 100 unità ReLU, pesi di Glorot moltiplicati per {0}, {1} passi di discesa del gradiente con learning rate {2} (anche {3}) e batch {4} su {5}. Loss degli ultimi 20 passi, limitata a quella del caso.',
  'MLP of 8 x 100 ReLU units, Glorot weights, {0} steps of gradient descent with batch {1} on {2}; learning rates {3} .. {4}, each twice the one before. A run trains when the loss of its last 20 steps is below half of its first.':
    'MLP di 8 x 100 unità ReLU, pesi di Glorot, {0} passi di discesa del gradiente con batch {1} su {2}; learning rate {3} .. {4}, ognuno il doppio del precedente. Una prova si addestra se la loss dei suoi ultimi 20 passi è sotto metà della prima.',
  'MLP of 8 x 100 ReLU units, weights as He et al. 2015 (and Glorot and Bengio 2010), the first {0} steps of gradient descent with learning rate {1} and batch {2} on {3}; at each step the loss and the gradient of the same batch after steps of {4} along the gradient.':
    'MLP di 8 x 100 unità ReLU, pesi come in He et al. 2015 (e in Glorot e Bengio 2010), i primi {0} passi di discesa del gradiente con learning rate {1} e batch {2} su {3}; a ogni passo la loss e il gradiente dello stesso batch dopo passi di {4} lungo il gradiente.',
  'MLPs of 3 x 100 sigmoid units and of 8 x 100 ReLU units, Glorot weights, {0} steps of gradient descent with batch {1} on {2}; learning rates {3} .. {4}, each twice the one before. The target is the lowest loss that the network without a norm ends at; both networks at the rate that takes them there in the fewest steps. Losses are averages of 20 steps.':
    'MLP di 3 x 100 unità sigmoidi e di 8 x 100 unità ReLU, pesi di Glorot, {0} passi di discesa del gradiente con batch {1} su {2}; learning rate {3} .. {4}, ognuno il doppio del precedente. L’obiettivo è la loss minima a cui finisce la rete senza norm; entrambe le reti con il learning rate che ve le porta in meno passi. Le loss sono medie di 20 passi.',
  'No difference in training form; none at inference when the running mean holds the bias; gradient of the bias 0.':
    'Nessuna differenza in forma di addestramento; nessuna in inferenza quando la media corrente contiene il bias; gradiente del bias 0.',
  'No figure is published; the chapter calls scale and shift far more stable.':
    'Nessun valore è pubblicato; il capitolo dice scala e traslazione molto più stabili.',
  'None: a report, never a verdict.': 'Nessuna: un resoconto, mai un verdetto.',
  'None: the figures are reported.': 'Nessuna: i valori sono riportati.',
  'Normalizing outside of back-propagation fails: the bias grows without bound while the loss stands still.':
    'Normalizzare fuori dalla retropropagazione non funziona: il bias cresce senza limite mentre la loss resta ferma.',
  'Normalizing outside the gradient: biases explode': 'Normalizzare fuori dal gradiente: i bias esplodono',
  'Off by less than 1e-3 (the epsilon) over the own sets and unions of them; off by more than 0.05 over all others.':
    'Scarto sotto 1e-3 (l’epsilon) sugli insiemi propri e le loro unioni; sopra 0.05 su tutti gli altri.',
  'One dense layer of {0} units with a bias, standardized over the batch, and a dense layer of {1} logits; {2} steps of gradient descent with learning rate {3} on one fixed batch of {4} pictures; the bias alone is trained, no shift follows the norm. Mean and deviation as constants for the gradient, against gradients that pass through them.':
    'Uno strato denso di {0} unità con bias, standardizzato sul batch, e uno strato denso di {1} logit; {2} passi di discesa del gradiente con learning rate {3} su un solo batch fisso di {4} immagini; si addestra solo il bias, e nessuna traslazione segue la norm. Media e deviazione come costanti per il gradiente, contro gradienti che le attraversano.',
  'One random tensor of N x C x H x W = {0} x {1} x {2} x {3} whose samples, channels and both together have means and deviations of their own, through each norm (training form, scale 1, shift 0, {4} groups); mean and variance of the result over the sets of each norm.':
    'Un tensore casuale N x C x H x W = {0} x {1} x {2} x {3} i cui campioni, i cui canali e le cui coppie di entrambi hanno medie e deviazioni proprie, attraverso ogni norm (forma di addestramento, scala 1, traslazione 0, {4} gruppi); media e varianza del risultato sugli insiemi di ogni norm.',
  "Outside: the bias's norm is linear in the step (R2 > 0.99) and the loss changes by less than 1e-5. Inside: the bias stays below 1e-4 of that of the other arm.":
    'Fuori: la norma del bias è lineare nel passo (R2 > 0.99) e la loss cambia di meno di 1e-5. Dentro: il bias resta sotto 1e-4 di quello dell’altra prova.',
  'Plain networks of {0} layers of width {1}, each linear + batch norm (+ ReLU), Glorot weights, Gaussian inputs, before training; second moment of the gradient at the pre-activations, averaged over {2} networks a seed, its growth per layer from layer {3} to layer {4} by least squares on the logarithm.':
    'Reti semplici di {0} strati larghi {1}, ognuno lineare + batch norm (+ ReLU), pesi di Glorot, ingressi gaussiani, prima dell’addestramento; momento secondo del gradiente alle preattivazioni, in media su {2} reti per seme, e la sua crescita per strato dallo strato {3} allo strato {4}, con i minimi quadrati sul logaritmo.',
  'Post-norm larger than pre-norm at every L, pre-norm falling with every L (blocks of attention and FFN).':
    'Post-norm maggiore di pre-norm a ogni L, pre-norm in calo a ogni L (blocchi di attenzione e FFN).',
  'Pre-norm or post-norm': 'Pre-norm o post-norm',
  'Residual blocks of one-head attention and FFN ({0} - {1} - {2}, ReLU), and of FFN alone, with layer norms; L = {3} blocks, Glorot weights, a batch of {4} Gaussian sequences of length {5}, before training; norm of the gradient of the second weight of the last FFN, mean over {6} networks.':
    'Blocchi residui di attenzione a una testa e FFN ({0} - {1} - {2}, ReLU), e di sola FFN, con layer norm; L = {3} blocchi, pesi di Glorot, un batch di {4} sequenze gaussiane lunghe {5}, prima dell’addestramento; norma del gradiente del secondo peso dell’ultima FFN, media su {6} reti.',
  'Santurkar et al. 2018, How does batch normalization help optimization?, section 2, definition 2.1, figures 1, 2.':
    'Santurkar et al. 2018, How does batch normalization help optimization?, sezione 2, definizione 2.1, figure 1, 2.',
  'Santurkar et al. 2018, How does batch normalization help optimization?, section 3.1 and figure 4 (a), (b).':
    'Santurkar et al. 2018, How does batch normalization help optimization?, sezione 3.1 e figura 4 (a), (b).',
  'Scale (gamma) and shift (beta) keep the expressive power of the network: batch normalization can learn the identity.':
    'Scala (gamma) e traslazione (beta) conservano il potere espressivo della rete: la batch normalization può imparare l’identità.',
  'Scale and shift are steadier than the statistics': 'Scala e traslazione sono più stabili delle statistiche',
  'Scale and shift can undo the norm': 'Scala e traslazione possono annullare la norm',
  'Scale and shift, learnt over the whole training set, are far more stable than the mean and the variance of each mini-batch.':
    'Scala e traslazione, apprese sull’intero insieme di addestramento, sono molto più stabili della media e della varianza di ogni mini-batch.',
  'Scaling the inputs': 'Scalare gli ingressi',
  'Small batches': 'Batch piccoli',
  'The course chapter on batch normalization; Ioffe and Szegedy 2015, section 3 (arXiv:1502.03167).':
    'Il capitolo del corso sulla batch normalization; Ioffe e Szegedy 2015, sezione 3 (arXiv:1502.03167).',
  'The distribution of a layer’s input moves during training (internal covariate shift); batch normalization holds it.':
    'La distribuzione dell’ingresso di uno strato si sposta durante l’addestramento (internal covariate shift); la batch normalization la trattiene.',
  'The explanation by covariate shift is disputed: noise after the norm brings the shift back, and training is still better than without the norm.':
    'La spiegazione con il covariate shift è contestata: il rumore dopo la norm riporta lo spostamento, e l’addestramento resta migliore che senza norm.',
  'The largest learning rate that trains is at least 3 times larger with batch norm.':
    'Il massimo learning rate con cui si addestra è almeno 3 volte maggiore con la batch norm.',
  'The noise falls with the batch B as B^(-1/2); statistics over small parts of a large batch narrow the gap.':
    'Il rumore cala con il batch B come B^(-1/2); statistiche su piccole parti di un batch grande riducono il divario.',
  'Luo et al. 2019, Towards understanding regularization in batch normalization; Hoffer et al. 2017, Train longer, generalize better (ghost batch normalization, arXiv:1705.08741); Ioffe and Szegedy 2015, section 3.4.':
    'Luo et al. 2019, Towards understanding regularization in batch normalization; Hoffer et al. 2017, Train longer, generalize better (ghost batch normalization, arXiv:1705.08741); Ioffe e Szegedy 2015, sezione 3.4.',
  'MLP of 3 x 100 ReLU units with batch norm. Noise: after {0} steps with batch {1}, {2} pictures cut into batches of {3} in {4} ways; standard deviation of an output over the batches that its picture was in. {5}':
    'MLP di 3 x 100 unità ReLU con batch norm. Rumore: dopo {0} passi con batch {1}, {2} immagini tagliate in batch di {3} in {4} modi; deviazione standard di un’uscita sui batch in cui è stata la sua immagine. {5}',
  'Gap: {0} pictures with {1} % of random labels, {2} steps with batch {3} and learning rate {4}, statistics over parts of {5} samples of the batch; accuracy on these pictures minus that on 1000 others made alike, both with the statistics of all pictures.':
    'Divario: {0} immagini con {1} % di etichette casuali, {2} passi con batch {3} e learning rate {4}, statistiche su parti di {5} campioni del batch; accuratezza su queste immagini meno quella su altre 1000 fatte allo stesso modo, entrambe con le statistiche di tutte le immagini.',
  "Slope of log noise over log B within 0.1 of -0.5 for every seed; with statistics over {0} samples the gap is smaller and the accuracy on other pictures higher than with those over {1}, each by more than the spread over the seeds (Student's t-test, p < {2}).":
    'Pendenza del logaritmo del rumore su log B entro 0.1 da -0.5 per ogni seme; con statistiche su {0} campioni il divario è minore e l’accuratezza su altre immagini maggiore che con quelle su {1}, ciascuna di più della dispersione sui semi (test t di Student, p < {2}).',
  'The noise of the batch': 'Il rumore del batch',
  'The range of the loss along the gradient, median over the steps, is at least 10 times smaller with batch norm, from the weights of He et al.':
    'L’escursione della loss lungo il gradiente, mediana sui passi, è almeno 10 volte minore con la batch norm, dai pesi di He et al.',
  'The running mean estimates the mean of the data.': 'La media corrente stima la media dei dati.',
  'The same loss in fewer steps': 'La stessa loss in meno passi',
  "The sigmoid's slope is at most 1/4, so each layer without a norm shrinks the gradient about fourfold.":
    'La pendenza della sigmoide è al più 1/4, perciò ogni strato senza norm riduce il gradiente di circa quattro volte.',
  'The standard deviation of log2 of the steps over the scalings is smaller with batch norm.':
    'La deviazione standard di log2 dei passi tra le scalature è minore con la batch norm.',
  'The statistics of random batches add noise to the outputs, and that noise regularizes.':
    'Le statistiche di batch casuali aggiungono rumore alle uscite, e quel rumore regolarizza.',
  'The update of the bias changes neither the output nor the loss, so the bias grows with every step.':
    'L’aggiornamento del bias non cambia né l’uscita né la loss, perciò il bias cresce a ogni passo.',
  'Training converges faster on inputs of mean 0 and like variance; a norm undoes scale and offset after the first layer.':
    'L’addestramento converge più in fretta con ingressi a media 0 e varianza simile; una norm annulla scala e spostamento dopo il primo strato.',
  'Two modes: training and inference': 'Due modalità: addestramento e inferenza',
  'Vanishing gradients after sigmoids': 'Gradienti che svaniscono dietro le sigmoidi',
  'W u + b is "more Gaussian" (citing Hyvärinen and Oja 2000); no figure. A norm itself changes no shape.':
    'W u + b è "più gaussiano" (citando Hyvärinen e Oja 2000); nessun valore. Una norm di per sé non cambia alcuna forma.',
  "W' = W scale / sqrt(variance + epsilon), b' = shift + (b - mean) scale / sqrt(variance + epsilon): the same function.":
    "W' = W scala / sqrt(varianza + epsilon), b' = traslazione + (b - media) scala / sqrt(varianza + epsilon): la stessa funzione.",
  'With batch norm at least 3 times as many of the scales train (loss at the end below half of chance).':
    'Con la batch norm si addestra un numero di scale almeno 3 volte maggiore (loss finale sotto metà di quella del caso).',
  'With batch norm at most half as many steps to the loss that the network without a norm ends at (sigmoid network).':
    'Con la batch norm al massimo metà dei passi fino alla loss a cui finisce la rete senza norm (rete sigmoide).',
  'With batch normalization a network reaches the same loss in fewer steps.':
    'Con la batch normalization una rete raggiunge la stessa loss in meno passi.',
  'With batch normalization the input of each activation becomes roughly Gaussian (the older explanation).':
    'Con la batch normalization l’ingresso di ogni attivazione diventa all’incirca gaussiano (la spiegazione più vecchia).',
  'With gamma = sigma and beta = mu the norm gives back its input.':
    'Con gamma = sigma e beta = mu la norm restituisce il suo ingresso.',
  'Within 1 % of the closed form for zero-mean units, within 2 % after a ReLU, for every keep.':
    'Entro l’1 % dalla forma chiusa per le unità a media zero, entro il 2 % dopo una ReLU, per ogni keep.',
  'Without a norm the ratio is below 1e-8; with batch norm it lies within 0.1 .. 10.':
    'Senza norm il rapporto è sotto 1e-8; con la batch norm sta entro 0.1 .. 10.',
  'Wu and He 2018, Group normalization, figure 2 and section 3.1.':
    'Wu e He 2018, Group normalization, figura 2 e sezione 3.1.',
  'Wu and He 2018, Group normalization, table 2 and figure 5.':
    'Wu e He 2018, Group normalization, tabella 2 e figura 5.',
  'Xiong et al. 2020, On layer normalization in the transformer architecture, theorem 1 and figure 3.':
    'Xiong et al. 2020, On layer normalization in the transformer architecture, teorema 1 e figura 3.',
  'Yang et al. 2019, A mean field theory of batch normalization, section 3 (arXiv:1902.08129).':
    'Yang et al. 2019, A mean field theory of batch normalization, sezione 3 (arXiv:1902.08129).',
  'Zero mean: 1 / keep. In general (E[x^2] / keep - mu^2) / (E[x^2] - mu^2): 2.467 at keep 0.5 after a ReLU.':
    'Media zero: 1 / keep. In generale (E[x^2] / keep - mu^2) / (E[x^2] - mu^2): 2.467 con keep 0.5 dopo una ReLU.',
  'MLP of {0} x {1} ReLU units with biases N(0, 1) in front of every batch norm, against the same network with zeros in their place; a batch of {2} pictures; training form, and inference form with the running means as they were and moved by the biases.':
    'MLP di {0} x {1} unità ReLU con bias N(0, 1) davanti a ogni batch norm, contro la stessa rete con zeri al loro posto; un batch di {2} immagini; forma di addestramento, e forma di inferenza con le medie correnti com’erano e spostate dei bias.',
  "CNN of {0} channels with batch norm after {1} steps with learning rate {2} and batch {3} on {4}; logits of {5} test pictures at inference with and without folding, the runtime's own optimizations off.":
    'CNN di {0} canali con batch norm dopo {1} passi con learning rate {2} e batch {3} su {4}; logit di {5} immagini di test in inferenza con e senza assorbimento, le ottimizzazioni proprie del runtime disattivate.',
  'MLP of {0} x 100 ReLU units with batch norm, Glorot weights, {1} steps of gradient descent with learning rate {2} and batch {3} on {4}; for each norm and step the norm of the change over the norm of the value, of (scale, shift) and of (mean, variance).':
    'MLP di {0} x 100 unità ReLU con batch norm, pesi di Glorot, {1} passi di discesa del gradiente con learning rate {2} e batch {3} su {4}; per ogni norm e passo la norma del cambiamento rispetto alla norma del valore, di (scala, traslazione) e di (media, varianza).',
  'MLP of 3 x 100 ReLU units with batch norm after {0} steps with batch {1} and learning rate {2} on {3}; then, with frozen weights and running statistics of mean 0 and variance 1, {4} batches of {5} with momentum {6}.':
    'MLP di 3 x 100 unità ReLU con batch norm dopo {0} passi con batch {1} e learning rate {2} su {3}; poi, con pesi congelati e statistiche correnti di media 0 e varianza 1, {4} batch di {5} con momento {6}.',
  'MLP of 8 x 100 ReLU units and CNN of {0} channels with batch norm before and after every ReLU, Glorot weights, {1} steps of gradient descent with learning rate {2} and batch {3} on {4}; accuracy on 1000 test pictures at inference.':
    'MLP di 8 x 100 unità ReLU e CNN di {0} canali con batch norm prima e dopo ogni ReLU, pesi di Glorot, {1} passi di discesa del gradiente con learning rate {2} e batch {3} su {4}; accuratezza in inferenza su 1000 immagini di test.',
  'MLP of 8 x 100 ReLU units and CNN of {0} channels, Glorot weights, gradient descent with learning rate {1} and batch {2} on {3}; outputs of all linear layers on {4} test pictures before step {5}: medians over the units of abs(skewness), abs(excess kurtosis) and the Kolmogorov-Smirnov distance to the normal of the same mean and variance. Of a unit of feature maps {6} values are looked at.':
    'MLP di 8 x 100 unità ReLU e CNN di {0} canali, pesi di Glorot, discesa del gradiente con learning rate {1} e batch {2} su {3}; uscite di tutti gli strati lineari su {4} immagini di test prima del passo {5}: mediane sulle unità di abs(asimmetria), abs(curtosi in eccesso) e della distanza di Kolmogorov-Smirnov dalla normale con la stessa media e varianza. Di un’unità di mappe di caratteristiche si guardano {6} valori.',
  'MLP of 3 x 100 sigmoid units, Glorot weights, {0} steps of gradient descent with learning rate {1} and batch {2} on {3}; no norm, batch norm, and batch norm followed by a random scale (1 .. {4}) and shift (+-{5}) of each unit, new at every step. Shift: change of the gradient of layers {6} and {7} on the same batch once the layers below were updated, every {8} steps, over the gradient; the noise is that of the next step. In a network of 8 x 100 ReLU units, measured first, the norm gained little and the noise cost that.':
    'MLP di 3 x 100 unità sigmoidi, pesi di Glorot, {0} passi di discesa del gradiente con learning rate {1} e batch {2} su {3}; senza norm, con batch norm, e con batch norm seguita da una scala (1 .. {4}) e una traslazione (+-{5}) casuali di ogni unità, nuove a ogni passo. Spostamento: quanto cambia il gradiente degli strati {6} e {7} sullo stesso batch dopo l’aggiornamento degli strati sottostanti, ogni {8} passi, rispetto al gradiente; il rumore è quello del passo seguente. In una rete di 8 x 100 unità ReLU, misurata per prima, la norm guadagnava poco e il rumore costava quel poco.',
  'Largest abs(running mean - mean over the data) below 0.05 standard deviations of the channel. The gap between the modes is reported.':
    'Massimo abs(media corrente - media sui dati) sotto 0.05 deviazioni standard del canale. Il divario tra le modalità è riportato.',
  'Batch normalization usually stands between the linear layer and its activation; whether before or after the activation is better depends on the network: the evidence goes both ways.':
    'La batch normalization sta di solito tra lo strato lineare e la sua attivazione; se sia meglio prima o dopo l’attivazione dipende dalla rete: le prove vanno in entrambe le direzioni.',
  'With batch normalization training depends less on the initialization of the weights.':
    'Con la batch normalization l’addestramento dipende meno dall’inizializzazione dei pesi.',
  'Ioffe and Szegedy 2015, section 3.3, section 4.2.2 and figure 3 (table); Bjorck et al. 2018, Understanding batch normalization.':
    'Ioffe e Szegedy 2015, sezioni 3.3 e 4.2.2 e figura 3 (tabella); Bjorck et al. 2018, Understanding batch normalization.',
  'Inception trains at 5 and at 30 times the learning rate with batch norm, and runs out of numbers at 5 times without. Bjorck et al. trace faster training and better generalization to the larger rates themselves.':
    'Con la batch norm Inception si addestra a 5 e a 30 volte il learning rate, senza esce dai numeri già a 5 volte. Bjorck et al. riconducono l’addestramento più veloce e la migliore generalizzazione ai learning rate maggiori in sé.',
  'Figure 1, 2: noisy batch norm is less stable than no norm at all, and trains nearly as well as batch norm; batch norm itself does not make the gradients shift less.':
    'Figure 1, 2: la batch norm rumorosa è meno stabile dell’assenza di norm, e si addestra quasi quanto la batch norm; la batch norm di per sé non fa spostare meno i gradienti.',
  'ImageNet error: batch norm 23.6 % at batch 32, 34.7 % at 2; group norm about 24.1 % at all. In its convolutions the statistics also run over places, so that 2 samples are more than 2 values.':
    'Errore su ImageNet: batch norm 23.6 % con batch 32, 34.7 % con batch 2; group norm circa 24.1 % con tutti. Nelle sue convoluzioni le statistiche corrono anche sulle posizioni, sicché 2 campioni sono più di 2 valori.',
  'Upper bounds: post-norm O(d sqrt(ln d)) whatever the depth L, pre-norm O(d sqrt(ln d / L)). A gradient may grow with L below its bound.':
    'Limiti superiori: post-norm O(d sqrt(ln d)) qualunque sia la profondità L, pre-norm O(d sqrt(ln d / L)). Un gradiente può crescere con L sotto il suo limite.',
  'Without normalization the gradients of a deep sigmoid network vanish; with batch normalization they reach the first layers, so that saturating activations are usable.':
    'Senza normalizzazione i gradienti di una rete sigmoide profonda svaniscono; con la batch normalization arrivano ai primi strati, sicché le attivazioni che saturano sono utilizzabili.',
  'A random bias in front of every batch norm of the model, as large as the input of the norm varies, against the model as it is; a batch of {0} made samples; training form, and inference form with the running means as they were and moved by the biases. {1}':
    'Un bias casuale davanti a ogni batch norm del modello, grande quanto varia l’ingresso della norm, contro il modello com’è; un batch di {0} campioni generati; forma di addestramento, e forma di inferenza con le medie correnti com’erano e spostate dei bias. {1}',
  'Largest difference of an output below 1e-5 times the largest output in training form and, with the running means moved, at inference.':
    'Massima differenza di un’uscita sotto 1e-5 volte l’uscita massima in forma di addestramento e, con le medie correnti spostate, in inferenza.',
  "The model at inference with its batch norms folded where they can be, against the model as it is; a batch of {0} made samples, the runtime's own optimizations off. {1}":
    'Il modello in inferenza con le batch norm assorbite dove si può, contro il modello com’è; un batch di {0} campioni generati, le ottimizzazioni proprie del runtime disattivate. {1}',
  'The model in training: {0} steps of Adam with learning rate {1} from the weights of the file, batches of {2} made samples; for each batch norm and step the norm of the change over the norm of the value, of (scale, shift) and of (mean, variance).':
    'Il modello in addestramento: {0} passi di Adam con learning rate {1} dai pesi del file, batch di {2} campioni generati; per ogni batch norm e passo la norma del cambiamento rispetto alla norma del valore, di (scala, traslazione) e di (media, varianza).',
  'The model in training form with the weights, running statistics and momentum of the file; the weights stay as they are while {0} batches of {1} made samples move the running statistics. The mean of the data is that of the second half of the batches.':
    'Il modello in forma di addestramento con i pesi, le statistiche correnti e il momento del file; i pesi restano come sono mentre {0} batch di {1} campioni generati spostano le statistiche correnti. La media dei dati è quella della seconda metà dei batch.',
  'None: how far the running means come is a matter of the momentum, and is reported beside what follows from it.':
    'Nessuna: fin dove arrivano le medie correnti dipende dal momento, ed è riportato accanto a ciò che ne segue.',
  'The model with its norms before and after the activations beside them, where they can change places: fresh weights, {0} steps of Adam with learning rate {1} and batch {2} on made samples.':
    'Il modello con le sue norm prima e dopo le attivazioni vicine, dove possono scambiarsi di posto: pesi nuovi, {0} passi di Adam con learning rate {1} e batch {2} su campioni generati.',
  'The model at inference on {0} made samples; outputs of all linear layers, at most {1} values of each unit: medians over the units of abs(skewness), abs(excess kurtosis) and the Kolmogorov-Smirnov distance to the normal of the same mean and variance. {2}':
    'Il modello in inferenza su {0} campioni generati; uscite di tutti gli strati lineari, al più {1} valori di ogni unità: mediane sulle unità di abs(asimmetria), abs(curtosi in eccesso) e della distanza di Kolmogorov-Smirnov dalla normale con la stessa media e varianza. {2}',
};
