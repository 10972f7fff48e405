import { factsOf, type Chapter } from '../experiments/registry';
import { translated } from '../texts/say';

/** File of a chapter's page in media/walkthrough. */
export function chapterPage({ title }: Chapter): string {
  const words = title.toLowerCase().match(/[a-z]+/g)!;
  return `${words.slice(0, 4).join('-')}.md`;
}

/** The walkthroughs of package.json: the first steps on the sample, and the experiments of the chapter. */
export function walkthroughs(chapters: readonly Chapter[]) {
  return [firstSteps, experimentSteps(chapters)];
}

const page = (name: string) => ({ markdown: `media/walkthrough/start-${name}.md` });

const firstSteps = {
  id: 'start',
  title: 'First steps with NormScope',
  description: 'From opening a model to measuring what its normalization does, on the sample that comes along.',
  steps: [
    {
      id: 'open',
      title: 'Open a model',
      description:
        'The view of an ONNX file shows its layers, where each norm sits, and what was found.\n[Open Sample Model](command:normscope.openSample)',
      media: page('open'),
    },
    {
      id: 'hover',
      title: 'Hover over a layer of a text model',
      description:
        'In the model.json of a TensorFlow.js or Keras model every layer explains itself, with no command run before.\n[Open Sample Model](command:normscope.openSample)',
      media: page('hover'),
    },
    {
      id: 'profile',
      title: 'Train it for a few steps',
      description:
        'A profile measures the activations and gradients of every layer on this machine.\n[Profile Model on CPU](command:normscope.profile)',
      media: page('profile'),
      completionEvents: ['onCommand:normscope.profile'],
    },
    {
      id: 'compare',
      title: 'Compare normalizations',
      description:
        'The same network without its norms, or with other ones, on the same data and seeds.\n[Compare Normalizations](command:normscope.compare)',
      media: page('compare'),
      completionEvents: ['onCommand:normscope.compare'],
    },
    {
      id: 'workspace',
      title: 'Analyze your own models',
      description:
        'All models of the workspace at once: findings are in the Problems panel and in the explorer.\n[Analyze Workspace](command:normscope.analyzeWorkspace)',
      media: page('workspace'),
      completionEvents: ['onCommand:normscope.analyzeWorkspace'],
    },
  ],
};

/** A step for each chapter of the experiments, with a link for each of them. */
function experimentSteps(chapters: readonly Chapter[]) {
  const steps = chapters.map((chapter, i) => ({
    id: `chapter-${i + 1}`,
    title: translated(chapter.title),
    description: chapter.experiments
      .map(factsOf)
      .map(
        ({ id, title, claim }) =>
          `${claim}\n[${title}](command:normscope.runExperiment?${encodeURIComponent(JSON.stringify(id))})`,
      )
      .join('\n\n'),
    media: { markdown: `media/walkthrough/${chapterPage(chapter)}` },
  }));
  return {
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
  };
}
