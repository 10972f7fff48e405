import type { ModelTool } from '../assistants/modelTools';

/** The tools of assistants as package.json contributes them to VS Code's chat (`languageModelTools`). */
export function toolContributions(tools: readonly ModelTool[]) {
  return tools.map(({ name, title, description, inputSchema }) => ({
    name,
    displayName: title,
    modelDescription: description,
    userDescription: description.split('. ')[0],
    toolReferenceName: name.replace('normscope_', 'normscope-'),
    canBeReferencedInPrompt: true,
    icon: '$(search)',
    tags: ['normscope', 'neural network'],
    inputSchema,
  }));
}
