import type {
  ExperimentChart,
  ExperimentFacts,
  ExperimentResult,
  FailedExperiment,
} from '../../src/protocol/experiment';
import type { ExperimentsState, ExperimentsToHost, ShownExperiment } from '../../src/protocol/experimentView';
import { button } from '../components';
import { h, replaceChildren } from '../dom';
import { capital, formatDuration, formatMeasured } from '../format';
import { readTheme } from '../theme';
import { experimentPicture } from '../charts/experimentPicture';
import { figure, type Figure, type FigureHost } from '../charts/figure';
import { matrixPicture } from '../charts/matrixPicture';
import { t } from '../texts/texts';

export interface ExperimentsPage {
  readonly element: HTMLElement;
  update(state: ExperimentsState): void;
  restyle(): void;
}

type Result = ExperimentResult | FailedExperiment;

/** All experiments in the order of the chapter: claim, setting, measured beside published, verdict, charts. */
export function experimentsPage(post: (message: ExperimentsToHost) => void): ExperimentsPage {
  const sections = new Map<string, Section>();
  const all = button(t('Run all'), { appearance: 'primary', testId: 'run-all', onClick: () => runAll() });
  const cancel = button(t('Cancel'), { testId: 'cancel', onClick: () => post({ type: 'cancel' }) });
  const phase = h('span', { class: 'run-phase', testId: 'progress', attributes: { role: 'status' } });
  const filled = h('span', { class: 'bar-filled' });
  const bar = h('span', { class: 'bar', attributes: { role: 'progressbar', 'aria-label': t('Experiments') } }, filled);
  const takes = h('span', { class: 'takes' });
  const contents = h('nav', { class: 'contents', testId: 'contents', attributes: { 'aria-label': t('Contents') } });
  const marks = new Map<string, HTMLElement>();
  const summary = h('div', { class: 'summary', testId: 'summary' });
  const list = h('div', {});
  const element = h(
    'main',
    { class: 'experiments' },
    h(
      'header',
      {},
      h('h1', {}, t('Experiments')),
      h(
        'p',
        { class: 'lead' },
        t(
          'What normalization does, measured on this machine beside what is published. What is measured holds for the network, the data and the steps of its setting.',
        ),
      ),
      h(
        'p',
        { class: 'lead' },
        t(
          'A gate is what must be measured for a claim to pass. One that misses its gate is shown as failed; where the evidence goes both ways, figures are reported without a verdict.',
        ),
      ),
      h('div', { class: 'run-row' }, all.element, takes, cancel.element, bar, phase),
    ),
    contents,
    summary,
    list,
  );
  let ids: readonly string[] = [];
  const runAll = () => post({ type: 'run', ids });

  return {
    element,
    update(state) {
      ids = state.experiments.map((e) => e.id);
      if (sections.size === 0) build(state.experiments);
      for (const e of state.experiments) {
        sections.get(e.id)!.update(e, state.running);
        showVerdict(marks.get(e.id)!, e.result);
      }
      showRun(state.running);
      replaceChildren(summary, summaryTable(state.experiments));
      if (state.shown !== null) sections.get(state.shown)?.element.scrollIntoView();
    },
    restyle() {
      for (const section of sections.values()) section.restyle();
    },
  };

  function build(experiments: readonly ShownExperiment[]): void {
    let chapter = '';
    let links = h('ul', {});
    for (const e of experiments) {
      if (e.chapter !== chapter) {
        list.append(h('h2', { class: 'chapter' }, (chapter = e.chapter)));
        links = h('ul', {});
        contents.append(h('section', {}, h('h2', {}, chapter), links));
      }
      const section = new Section(e, post);
      sections.set(e.id, section);
      list.append(section.element);
      const mark = h('span', { class: 'verdict' });
      marks.set(e.id, mark);
      links.append(h('li', {}, h('a', { attributes: { href: `#${e.id}` } }, e.title), mark));
    }
    takes.textContent = t('{0} experiments: ten minutes or so on two cores', experiments.length);
  }

  function showRun(running: ExperimentsState['running']): void {
    const percent = Math.floor(100 * (running?.done ?? 0));
    all.element.hidden = takes.hidden = running !== null;
    cancel.element.hidden = bar.hidden = running === null;
    filled.style.width = `${percent}%`;
    bar.setAttribute('aria-valuenow', String(percent));
    const text = running === null ? '' : running.title;
    if (phase.textContent !== text) phase.textContent = text;
  }
}

/** One experiment: its texts stay, what was measured comes and goes. */
class Section {
  readonly element: HTMLElement;
  private readonly verdict = h('span', { class: 'verdict' });
  private readonly going = h('span', { class: 'going', attributes: { hidden: true } }, t('running …'));
  private readonly facts = h('dl', { class: 'experiment-facts' });
  private readonly measured = h('div', {});
  private readonly run;
  private result: Result | undefined;
  private charts: readonly Figure[] = [];

  constructor(
    e: ShownExperiment,
    private readonly post: (message: ExperimentsToHost) => void,
  ) {
    const onClick = () => post({ type: 'run', ids: [e.id] });
    this.run = button(t('Run'), { description: t('Run: {0}', e.title), testId: `run-${e.id}`, onClick });
    this.element = h(
      'section',
      { class: 'experiment', id: e.id, testId: e.id, attributes: { 'aria-labelledby': `${e.id}-title` } },
      h(
        'div',
        { class: 'experiment-head' },
        h('h3', { id: `${e.id}-title` }, e.title),
        this.verdict,
        this.run.element,
        this.going,
      ),
      h('p', { class: 'claim' }, e.claim),
      this.facts,
      this.measured,
    );
    this.showFacts(e);
  }

  /** Of the built-in network, or of a model, which is set up otherwise. */
  private showFacts(e: ExperimentFacts): void {
    const row = (label: string, text: string) => [h('dt', {}, label), h('dd', {}, text)];
    replaceChildren(
      this.facts,
      ...row(t('Setting'), e.setting),
      ...row(t('Published'), e.published),
      ...row(t('Reference'), e.reference),
      ...row(t('Gate'), e.gate),
    );
  }

  update(shown: ShownExperiment, running: ExperimentsState['running']): void {
    const { id, result } = shown;
    this.run.setDisabled(running !== null);
    this.going.hidden = running?.id !== id;
    if (same(result, this.result)) return;
    this.result = result;
    this.charts = [];
    showVerdict(this.verdict, result);
    this.showFacts(result === undefined || 'error' in result ? shown : result);
    if (result === undefined) replaceChildren(this.measured);
    else if ('error' in result)
      replaceChildren(this.measured, h('p', { class: 'attention' }, capital(result.error.message)));
    else {
      this.charts = result.charts.map((chart, i) => this.chart(`${id}-chart-${i}`, chart, whatWasRun(result)));
      replaceChildren(
        this.measured,
        h('p', { class: 'measured', testId: `${id}-measured` }, t('Measured: {0}', result.measured)),
        h('div', { class: 'figures' }, ...this.charts.map((c) => c.element)),
        figuresTable(result),
        h('p', { class: 'settings-line' }, whatWasRun(result)),
      );
    }
  }

  private chart(id: string, chart: ExperimentChart, comment: string): Figure {
    const picture = chart.kind === 'lines' ? experimentPicture(id, chart) : matrixPicture(id, chart);
    const host: FigureHost = {
      showTable: (_, on) => part.showTables(on ? [id] : []),
      save: (file) => this.post({ type: 'save', ...file }),
    };
    const part = figure({ id, theme: readTheme, host });
    part.show(picture, comment, false);
    return part;
  }

  restyle(): void {
    for (const chart of this.charts) chart.restyle();
  }
}

/** Results come anew with every message: the same figures need no new charts. */
function same(a: Result | undefined, b: Result | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && JSON.stringify(a) === JSON.stringify(b));
}

/** A class of the style sheet. */
function verdictOf(result: Result | undefined): string {
  if (result === undefined || 'error' in result) return '';
  return result.verdict;
}

function showVerdict(mark: HTMLElement, result: Result | undefined): void {
  mark.className = `verdict ${verdictOf(result)}`;
  mark.textContent = verdictWord(result);
}

function verdictWord(result: Result | undefined): string {
  if (result === undefined) return '';
  if ('error' in result) return t('not run');
  return { pass: t('pass'), fail: t('fail'), reported: t('reported') }[result.verdict];
}

function whatWasRun({ network, seeds, seconds }: ExperimentResult): string {
  const where = network === 'built-in' ? t('built-in network') : network;
  return t(
    '{0}; seeds {1} to {2}, charts of seed {1} where they do not say otherwise; {3}',
    ...[where, seeds[0], seeds.at(-1)!, formatDuration(seconds)],
  );
}

function figuresTable({ figures, seeds, title }: ExperimentResult): HTMLElement {
  const published = figures.some((f) => f.published !== undefined);
  const head = [t('figure'), ...seeds.map((s) => t('seed {0}', s)), ...(published ? [t('published')] : [])];
  return h(
    'div',
    { class: 'figures-table', attributes: { tabindex: 0, role: 'region', 'aria-label': t('Figures: {0}', title) } },
    h(
      'table',
      {},
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          ...head.map((text, i) =>
            h('th', { class: i > seeds.length ? 'published' : '', attributes: { scope: 'col' } }, text),
          ),
        ),
      ),
      h(
        'tbody',
        {},
        ...figures.map((f) =>
          h(
            'tr',
            {},
            h('th', { attributes: { scope: 'row' } }, f.label),
            ...f.values.map((v) => h('td', {}, formatMeasured(v))),
            published && h('td', { class: 'published' }, f.published ?? ''),
          ),
        ),
      ),
    ),
  );
}

/** Claim, published, measured, verdict of what has been run. */
function summaryTable(experiments: readonly ShownExperiment[]): HTMLElement | null {
  const done = experiments.filter((e) => e.result !== undefined);
  if (done.length < 2) return null;
  const rows = done.map(({ id, claim, published, result }) =>
    h(
      'tr',
      {},
      h('td', {}, h('a', { attributes: { href: `#${id}` } }, claim)),
      h('td', {}, published),
      h('td', {}, result !== undefined && 'measured' in result ? result.measured : ''),
      h('td', {}, h('span', { class: `verdict ${verdictOf(result)}` }, verdictWord(result))),
    ),
  );
  const head = [t('Claim'), t('Published'), t('Measured'), t('Verdict')];
  return h(
    'table',
    { class: 'summary-table' },
    h('thead', {}, h('tr', {}, ...head.map((t) => h('th', { attributes: { scope: 'col' } }, t)))),
    h('tbody', {}, ...rows),
  );
}
