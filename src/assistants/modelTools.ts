import {
  defaultLearningRates,
  defaultProfileSettings,
  defaultSeeds,
  defaultVariants,
} from '../profile/defaultSettings';
import type { CompareResult, CompareSettings } from '../protocol/compare';
import { ANALYSIS_SCHEMA_VERSION, type ModelFacts } from '../protocol/facts';
import { normVariantIds, type NormVariantId } from '../protocol/normVariant';
import type { OptimizerName, ProfileResult, ProfileSettings } from '../protocol/profile';
import { tool } from '../protocol/tool';

/**
 * What an assistant (a chat agent in the editor, or any client of the Model Context Protocol) can ask for. One list for both,
 * each tool with its JSON Schema; the answers are the text reports that people read, loaded with the first question.
 */

/** How a tool's work gets done where it runs. Paths are as the assistant gave them. */
export interface ToolHost {
  /** @throws ModelError when the file is no model that can be read */
  analyze(path: string, signal?: AbortSignal): Promise<ModelFacts>;
  /** @throws ModelError when the model cannot be trained */
  profile(path: string, settings: ProfileSettings, signal?: AbortSignal): Promise<ProfileResult>;
  /**
   * What was measured until `signal` was aborted is a result.
   * @throws ModelError when nothing could be measured
   */
  compare(path: string, settings: CompareSettings, signal?: AbortSignal): Promise<CompareResult>;
}

export interface ModelTool {
  /** As the Model Context Protocol and VS Code want it: letters, digits, _ and -. */
  readonly name: string;
  readonly title: string;
  /** For the assistant: what it gets and when to ask. */
  readonly description: string;
  readonly inputSchema: {
    readonly type: 'object';
    readonly properties: Readonly<Record<string, object>>;
    readonly required?: readonly string[];
    readonly additionalProperties: false;
  };
  /** It runs the model, which takes a while and asks for trust. */
  readonly runsModel: boolean;
  run(input: ToolInput, host: ToolHost, signal?: AbortSignal): Promise<string>;
}

/** Checked against the tool's schema before a tool sees it. */
export type ToolInput = Readonly<Record<string, unknown>>;

/** An answer that is longer is cut: it would fill an assistant's context. */
const LONGEST_ANSWER = 40_000;

const path = {
  type: 'string',
  description: 'Path of the model: an .onnx or .keras file, or the model.json of TensorFlow.js or Keras.',
};

/** How a model is trained. */
const training = {
  steps: { type: 'integer', minimum: 1, maximum: 1000, description: `Default ${defaultProfileSettings.steps}.` },
  batch: { type: 'integer', minimum: 1, maximum: 1024, description: `Default ${defaultProfileSettings.batch}.` },
  optimizer: { type: 'string', enum: ['sgd', 'momentum', 'adam'], description: 'Default adam.' },
  learningRate: { type: 'number', exclusiveMinimum: 0, description: 'Default as usual for the optimizer.' },
};

/** A comparison that an assistant asks for ends after so many minutes, with what it has measured. */
const defaultMinutes = 5;

export const modelTools: readonly ModelTool[] = [
  {
    name: 'normscope_analyze',
    title: 'Analyze a Neural Network Model',
    description:
      'Reads an ONNX, TensorFlow.js or Keras model file without running it. Lists its layers with the place of every ' +
      'normalization (batch, layer, instance, group, RMS) relative to linear layers and activations, its axes, epsilon and ' +
      'momentum, and findings about normalization with the id of the rule behind each.',
    inputSchema: { type: 'object', properties: { path }, required: ['path'], additionalProperties: false },
    runsModel: false,
    async run(input, host, signal) {
      const facts = await host.analyze(text(input.path), signal);
      const { analysisText } = await import('../reports/analysisText');
      const { layersText } = await import('../reports/layersText');
      const report = analysisText({ schemaVersion: ANALYSIS_SCHEMA_VERSION, tool, models: [facts] });
      return shortened(`${report}\n${layersText(facts)}`);
    },
  },
  {
    name: 'normscope_profile',
    title: 'Profile a Neural Network Model',
    description:
      'Trains a model for a few steps on the CPU and measures the distribution of activations and gradients of every layer: ' +
      'vanishing and exploding gradients, dead units, saturation, batch against running statistics. Takes seconds to minutes.',
    inputSchema: {
      type: 'object',
      properties: {
        path,
        ...training,
        freshWeights: {
          type: 'boolean',
          description: "Start from fresh weights instead of the file's. Default false.",
        },
      },
      required: ['path'],
      additionalProperties: false,
    },
    runsModel: true,
    async run(input, host, signal) {
      const profile = await host.profile(text(input.path), settingsOf(input), signal);
      const { profileText } = await import('../reports/profileText');
      return shortened(profileText(profile));
    },
  },
  {
    name: 'normscope_compare',
    title: 'Compare Normalizations of a Neural Network',
    description:
      'Trains a model with several normalizations on the same data, with fresh weights, and compares loss, gradients over the depth and time a step. ' +
      'Verdicts only where the difference exceeds the spread over three seeds or more. Takes minutes; what was measured when the time is up is the answer.',
    inputSchema: {
      type: 'object',
      properties: {
        path,
        variants: {
          type: 'array',
          items: { type: 'string', enum: normVariantIds },
          minItems: 1,
          maxItems: normVariantIds.length,
          description: `The first is what the others are held against. Default ${defaultVariants.join(', ')}.`,
        },
        seeds: { type: 'integer', minimum: 1, maximum: 10, description: `Runs of each. Default ${defaultSeeds}.` },
        ...training,
        minutes: { type: 'number', exclusiveMinimum: 0, maximum: 60, description: `Default ${defaultMinutes}.` },
      },
      required: ['path'],
      additionalProperties: false,
    },
    runsModel: true,
    async run(input, host, signal) {
      const minutes = (input.minutes as number | undefined) ?? defaultMinutes;
      const timeUp = AbortSignal.timeout(60_000 * minutes);
      const end = signal === undefined ? timeUp : AbortSignal.any([signal, timeUp]);
      const result = await host.compare(text(input.path), compareSettingsOf(input), end);
      const { compareText } = await import('../reports/compareText');
      const isCut = timeUp.aborted && result.status === 'cancelled';
      return shortened(`${isCut ? `Ended after ${minutes} minutes.\n` : ''}${compareText(result)}`);
    },
  },
  {
    name: 'normscope_rule',
    title: 'Explain a Normalization Rule',
    description:
      'The page of a rule that a finding names: what it says, why, an example, what to do instead, and the papers behind it. ' +
      'Without an id, the list of all rules.',
    inputSchema: {
      type: 'object',
      properties: { id: { type: 'string', description: 'For example norm-after-activation.' } },
      additionalProperties: false,
    },
    runsModel: false,
    async run(input) {
      const { rulePageText, rulesText } = await import('../reports/rulesText');
      if (input.id === undefined) return rulesText();
      const found = rulePageText(text(input.id));
      return 'page' in found ? found.page : found.error;
    },
  },
];

function settingsOf(input: ToolInput): ProfileSettings {
  const optimizer = (input.optimizer as OptimizerName | undefined) ?? defaultProfileSettings.optimizer;
  return {
    ...defaultProfileSettings,
    steps: (input.steps as number | undefined) ?? defaultProfileSettings.steps,
    batch: (input.batch as number | undefined) ?? defaultProfileSettings.batch,
    optimizer,
    lr: (input.learningRate as number | undefined) ?? defaultLearningRates[optimizer],
    init: input.freshWeights === true ? 'default' : defaultProfileSettings.init,
  };
}

function compareSettingsOf(input: ToolInput): CompareSettings {
  return {
    // the file's weights were trained with the file's norms: from there, no other could compete
    ...settingsOf({ ...input, freshWeights: true }),
    variants: [...new Set((input.variants as readonly NormVariantId[] | undefined) ?? defaultVariants)],
    seeds: (input.seeds as number | undefined) ?? defaultSeeds,
    learningRates: false,
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function shortened(answer: string): string {
  if (answer.length <= LONGEST_ANSWER) return answer;
  const end = answer.lastIndexOf('\n', LONGEST_ANSWER);
  return `${answer.slice(0, end < 0 ? LONGEST_ANSWER : end)}\n... (${answer.length - end} characters left out)\n`;
}
