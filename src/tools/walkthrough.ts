import type { Chapter } from '../experiments/registry';

/** File of a chapter's page in media/walkthrough. */
export function chapterPage({ title }: Chapter): string {
  const words = title.toLowerCase().match(/[a-z]+/g)!;
  return `${words.slice(0, 4).join('-')}.md`;
}

/** The walkthrough of package.json: a step for each chapter of the experiments, with a link for each of them. */
export function walkthrough(chapters: readonly Chapter[]) {
  const steps = chapters.map((chapter, i) => ({
    id: `chapter-${i + 1}`,
    title: chapter.title,
    description: chapter.experiments
      .map(
        ({ id, title, claim }) =>
          `${claim}\n[${title}](command:normscope.runExperiment?${encodeURIComponent(JSON.stringify(id))})`,
      )
      .join('\n\n'),
    media: { markdown: `media/walkthrough/${chapterPage(chapter)}` },
  }));
  return [
    {
      id: 'normalization',
      title: 'What normalization does, measured',
      description: 'The experiments of the course chapter on batch normalization, in its order, on your own processor.',
      steps: [
        ...steps,
        {
          id: 'own-model',
          title: 'On your own model',
          description:
            'Some experiments can be run on a model of your own: open it, then run the experiment.\n[Open Sample Model](command:normscope.openSample)\n[Run Experiment](command:normscope.runExperiment)\n[All Experiments](command:normscope.showExperiments)',
          media: { markdown: 'media/walkthrough/own-model.md' },
        },
      ],
    },
  ];
}
