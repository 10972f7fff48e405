import type { Finding, FixOffer, ModelFacts } from '../../src/protocol/facts';
import { badge, button } from '../components';
import { h, name, replaceChildren } from '../dom';
import { shown } from '../shown';
import { severityIcon } from '../icons';
import type { Store } from '../store';
import { severityWords } from '../words';
import { changes, type View } from './view';
import { t } from '../texts/texts';

/** How many findings of a rule are listed before the rest is asked for. */
const firstFew = 4;
/** How many layers of a finding are linked. */
const fewLinks = 6;

/** The findings of every rule, the gravest first, each with links to its page and to its layer; and what could not be read. */
export function findingsList(store: Store): View {
  const list = h('div', { class: 'rules', testId: 'findings' });
  const problems = h('div', { class: 'problems', testId: 'problems' });
  const title = h('h2', {}, t('Findings'));
  const element = h(
    'section',
    { class: 'findings', attributes: { 'aria-label': t('Findings') } },
    title,
    list,
    problems,
  );
  const opened = new Set<string>();
  const changed = changes();
  let draw = () => {};
  return {
    element,
    update({ findings, model, layers }) {
      if (!changed(findings, model)) return;
      const nameOf = (id: string) => layers.get(id)?.name ?? id;
      draw = () => {
        const rules = grouped(findings);
        replaceChildren(
          list,
          ...(rules.length
            ? rules.map(([rule, members]) => ruleGroup(rule, members, nameOf))
            : [
                h(
                  'p',
                  { class: 'placeholder', testId: 'no-findings' },
                  model ? t('No rule has anything to say about this model.') : '',
                ),
              ]),
        );
      };
      draw();
      drawProblems(model);
    },
  };

  function ruleGroup(rule: string, findings: readonly Finding[], nameOf: (id: string) => string): HTMLElement {
    const { severity, fix } = findings[0];
    const all = opened.has(rule) || findings.length <= firstFew + 1;
    const open = button(t('Show {0} more', findings.length - firstFew), {
      appearance: 'quiet',
      testId: `more-${rule}`,
      onClick: () => {
        opened.add(rule);
        draw();
        // the button is gone: the keyboard goes on from the rule
        list.querySelector<HTMLElement>(`[data-rule="${CSS.escape(rule)}"] .rule-link`)?.focus();
      },
    });
    const link = ruleLink(rule, store);
    const heading = h(
      'h3',
      { class: 'rule-head' },
      severityIcon(severity, false),
      h('span', { class: 'severity-word' }, severityWords[severity]),
      link,
      findings.length > 1 && badge(String(findings.length)),
    );
    const items = (all ? findings : findings.slice(0, firstFew)).map((finding) => findingItem(finding, nameOf));
    return h(
      'div',
      { class: `rule rule-${severity}`, testId: 'rule', attributes: { 'data-rule': rule } },
      heading,
      h('ul', {}, ...items),
      !all && open.element,
      fix && !store.isReport && fixButton(fix),
    );
  }

  /** One for all findings of a rule: a fix is for the whole model. */
  function fixButton({ id, title }: FixOffer): HTMLElement {
    return button(t('Save a copy with {0} …', title), {
      appearance: 'secondary',
      testId: `fix-${id}`,
      onClick: () => store.post({ type: 'fix', fix: id }),
    }).element;
  }

  function findingItem({ message, layer, layers = [] }: Finding, nameOf: (id: string) => string): HTMLElement {
    const about = [...new Set([...(layer === null ? [] : [layer]), ...layers])];
    const links = about.slice(0, fewLinks).map((id) => layerLink(nameOf(id), () => store.showLayer(id)));
    const more =
      about.length > fewLinks && h('span', { class: 'placeholder' }, t('and {0} more', about.length - fewLinks));
    return h(
      'li',
      { testId: 'finding' },
      h('span', { class: 'message' }, h('bdi', {}, shown(message))),
      about.length > 0 && h('span', { class: 'links' }, ...links, more),
    );
  }

  function drawProblems(model: ModelFacts | null): void {
    const list = model?.problems ?? [];
    problems.hidden = list.length === 0;
    replaceChildren(
      problems,
      h('h2', {}, t('About the file')),
      h(
        'ul',
        {},
        ...list.map(({ code, message }) =>
          h('li', { testId: 'problem' }, h('code', {}, shown(code)), ' ', h('bdi', {}, shown(message))),
        ),
      ),
    );
  }
}

/** Opens the page of a rule; in a report, where there is none, its name. */
export function ruleLink(ruleId: string, store: Store): HTMLElement {
  if (store.isReport) return name(ruleId, 'rule-name');
  return h(
    'button',
    {
      class: 'link rule-link',
      title: t('Open the page of this rule'),
      testId: 'rule-link',
      on: { click: () => store.post({ type: 'openRule', ruleId }) },
    },
    name(ruleId),
  );
}

export function layerLink(text: string, onClick: () => void): HTMLElement {
  return h(
    'button',
    { class: 'link layer-link', testId: 'layer-link', title: t('Show layer {0}', text), on: { click: onClick } },
    name(text),
  );
}

/** Findings by rule; a rule stands where its first finding stands in the order of severities. */
function grouped(findings: readonly Finding[]): [string, Finding[]][] {
  const rules = new Map<string, Finding[]>();
  for (const finding of findings) {
    const members = rules.get(finding.ruleId);
    if (members) members.push(finding);
    else rules.set(finding.ruleId, [finding]);
  }
  return [...rules];
}
