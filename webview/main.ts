import './styles/page.css';
import './styles/figures.css';
import './styles/layers.css';
import './styles/network.css';
import './styles/compare.css';
import './styles/forcedColors.css';
import { mountApp } from './app';
import { connectHost } from './host';
import { isReport, reportHost } from './reportHost';
import { Store } from './store';

const host = isReport() ? reportHost() : connectHost();
const store = new Store(host);
mountApp(document.getElementById('app')!, store);
// only now is somebody listening
host.post({ type: 'ready' });
