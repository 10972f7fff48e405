import './styles/page.css';
import './styles/figures.css';
import './styles/experiments.css';
import './styles/forcedColors.css';
import type { ExperimentsToHost, HostToExperiments } from '../src/protocol/experimentView';
import { onThemeChange, takeUpTheme } from './theme';
import { experimentsPage } from './views/experiments';

/** Entry of the page of experiments: a page of its own beside that of a model. */
declare function acquireVsCodeApi(): { postMessage(message: ExperimentsToHost): void };

const api = acquireVsCodeApi();
const page = experimentsPage((message) => api.postMessage(message));
document.getElementById('app')!.replaceChildren(page.element);
takeUpTheme();
onThemeChange(() => {
  takeUpTheme();
  page.restyle();
});
window.addEventListener('message', ({ data }: MessageEvent<HostToExperiments>) => {
  if (data.type === 'experiments') page.update(data.state);
});
// only now is somebody listening
api.postMessage({ type: 'ready' });
