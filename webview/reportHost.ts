import type { ReportData, ViewState, ViewToHost } from '../src/protocol/view';
import type { Host } from './host';
import { fallbackSettings } from './store';

/** The element that holds a report's data (src/reports/htmlReport.ts). */
const dataId = 'normscope-report';

/** Whether the page is a report: a file of its own, with its data in it and no extension behind it. */
export function isReport(): boolean {
  return document.getElementById(dataId) !== null;
}

/** Stands in for the extension in a report. */
export function reportHost(): Host {
  let deliver: Parameters<Host['listen']>[0] = () => {};
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const follow = () => (document.body.className = dark.matches ? 'vscode-dark' : 'vscode-light');
  follow();
  dark.addEventListener('change', follow);
  return {
    post: (message) => answer(message),
    restore: () => undefined,
    store: () => {},
    listen: (listener) => (deliver = listener),
  };

  function answer(message: ViewToHost): void {
    if (message.type === 'save') save(message);
    if (message.type === 'ready') void unpacked().then((data) => deliver({ type: 'state', state: stateOf(data) }));
  }
}

function stateOf({ model, profile }: ReportData): ViewState {
  document.title = `${model.path} - NormScope report`;
  return {
    uri: model.path,
    model,
    profile,
    profileIsStale: profile !== null && profile.model.graphHash !== model.graphHash,
    running: null,
    settings: fallbackSettings,
    selectedLayer: null,
    isReport: true,
  };
}

async function unpacked(): Promise<ReportData> {
  const bytes = bytesOf(document.getElementById(dataId)!.textContent);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return (await new Response(stream).json()) as ReportData;
}

function save({ name, content, encoding }: Extract<ViewToHost, { type: 'save' }>): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([encoding === 'base64' ? bytesOf(content) : content]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
