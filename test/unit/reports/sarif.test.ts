import assert from 'node:assert/strict';
import { ANALYSIS_SCHEMA_VERSION, type ModelFacts, type UnreadableModel } from '../../../src/protocol/facts';
import { tool } from '../../../src/protocol/tool';
import { sarifLog } from '../../../src/reports/sarif';
import { openTfjsLayers } from '../../../src/formats/tfjs/openTfjsLayers';
import { analyzeModel } from '../../../src/rules/analyzeModel';
import { rules } from '../../../src/rules/registry';
import { assertIsSarif } from '../../support/sarif/assertIsSarif';
import { textModel } from '../../support/textModel';

interface Place {
  readonly physicalLocation: {
    readonly artifactLocation: { readonly uri: string };
    readonly region?: Record<string, number>;
  };
  readonly logicalLocations?: readonly { readonly fullyQualifiedName: string }[];
}

interface Run {
  readonly tool: {
    readonly driver: {
      readonly rules: readonly { readonly id: string; readonly help: { readonly markdown: string } }[];
    };
  };
  readonly invocations: readonly [
    {
      readonly executionSuccessful: boolean;
      readonly toolExecutionNotifications: readonly {
        readonly level: string;
        readonly message: { readonly text: string };
        readonly locations: readonly Place[];
      }[];
    },
  ];
  readonly columnKind: string;
  readonly results: readonly {
    readonly ruleId: string;
    readonly ruleIndex: number;
    readonly level: string;
    readonly message: { readonly text: string };
    readonly locations: readonly Place[];
    readonly relatedLocations: readonly Place[];
  }[];
}

/** The one run of the log, as it is after it has been written and read; the log holds against the schema. */
function runOf(...models: (ModelFacts | UnreadableModel)[]): Run {
  const log: unknown = JSON.parse(
    JSON.stringify(sarifLog({ schemaVersion: ANALYSIS_SCHEMA_VERSION, tool, models }, rules)),
  );
  assertIsSarif(log);
  const { runs } = log as { runs: Run[] };
  assert.equal(runs.length, 1);
  return runs[0];
}

const BIASED = `<opset_import: ["" : 17]> g (float[N,3,8,8] x) => (float[N,3,8,8] y)
  <float[3,3,1,1] w, float[3] b, float[3] s = {1, 2, 3}, float[3] t, float[3] m, float[3] v = {1, -1, 2}> {
    ["block[0](conv){1}"] a = Conv(x, w, b)
    ["bn"] n = BatchNormalization(a, s, t, m, v)
    y = Relu(n)
  }`;

const layer = (kind: string, config: object) => `  {"class_name": "${kind}", "config": ${JSON.stringify(config)}}`;
const TEXT = `{"class_name": "Sequential", "config": [
${[
  layer('Conv2D', {
    name: 'conv',
    filters: 4,
    kernel_size: [3, 3],
    activation: 'relu',
    batch_input_shape: [null, 8, 8, 3],
  }),
  layer('BatchNormalization', { name: 'ü𝄞 norm', axis: -1 }),
].join(',\n')}
]}`;

const noWeights = { open: () => Promise.reject(new Error('no weights in this model')) };

describe('SARIF', () => {
  it('describes every rule, once, with its page', () => {
    const { driver } = runOf().tool;
    assert.deepEqual(
      driver.rules.map((r) => r.id),
      rules.map((r) => r.meta.id),
    );
    assert.ok(driver.rules.every((r) => r.help.markdown.includes('## What it does')));
  });

  it('gives results of a binary model the file and the layer, and no region', async () => {
    const facts = await analyzeModel(textModel(BIASED), 'models/a b.onnx');
    const run = runOf(facts);
    const negative = run.results.find((r) => r.ruleId === 'negative-variance')!;
    assert.equal(rules[negative.ruleIndex].meta.id, 'negative-variance');
    assert.equal(negative.level, 'error');
    const [{ physicalLocation, logicalLocations }] = negative.locations;
    assert.deepEqual(physicalLocation, { artifactLocation: { uri: 'models/a%20b.onnx' } });
    assert.deepEqual(
      logicalLocations?.map((l) => l.fullyQualifiedName),
      ['bn'],
    );
    assert.equal(run.results.length, facts.findings.length);
  });

  it('calls a hint a note, and relates the layers of a list', async () => {
    const { results } = runOf(await analyzeModel(textModel(BIASED), 'a.onnx'));
    const bias = results.find((r) => r.ruleId === 'bias-before-norm')!;
    assert.equal(bias.level, 'note');
    assert.equal(bias.locations[0].logicalLocations, undefined);
    assert.deepEqual(
      bias.relatedLocations.map((l) => l.logicalLocations?.[0].fullyQualifiedName),
      ['block[0](conv){1}'],
    );
  });

  it('lets no name of a model act as a link or a placeholder', async () => {
    const { results } = runOf(await analyzeModel(textModel(BIASED), 'a.onnx'));
    const { text } = results.find((r) => r.ruleId === 'bias-before-norm')!.message;
    assert.ok(text.includes('block[0] (conv){{1}}'), text);
  });

  it('points into the text of a layers model, in lines and UTF-16 columns from 1', async () => {
    const facts = await analyzeModel(await openTfjsLayers(noWeights, 'model.json', TEXT), 'model.json');
    const { results, columnKind } = runOf(facts);
    assert.equal(columnKind, 'utf16CodeUnits');
    const after = results.find((r) => r.ruleId === 'norm-after-activation')!;
    assert.equal(after.level, 'note');
    const region = after.locations[0].physicalLocation.region!;
    const line = TEXT.split('\n')[region.startLine - 1];
    assert.equal(region.endLine, region.startLine);
    assert.match(line.slice(region.startColumn - 1, region.endColumn - 1), /^\{.*"ü𝄞 norm".*\}$/);
    const [source] = facts.findings.filter((f) => f.ruleId === 'norm-after-activation').map((f) => f.source!);
    assert.equal(region.startColumn, source.range.start.character + 1);
  });

  it('notes what cannot be read, and problems of what can', async () => {
    const unreadable: UnreadableModel = {
      path: 'gone.onnx',
      error: { code: 'not-found', message: 'there is no {file}' },
    };
    const facts: ModelFacts = {
      ...(await analyzeModel(textModel(BIASED), 'a.onnx')),
      problems: [{ code: 'odd', message: 'an odd thing' }],
    };
    const [{ executionSuccessful, toolExecutionNotifications: notes }] = runOf(unreadable, facts).invocations;
    assert.equal(executionSuccessful, false);
    assert.deepEqual(
      notes.map((n) => [n.level, n.message.text, n.locations[0].physicalLocation.artifactLocation.uri]),
      [
        ['error', 'there is no {{file}}', 'gone.onnx'],
        ['warning', 'an odd thing', 'a.onnx'],
      ],
    );
    assert.equal(runOf(facts).invocations[0].executionSuccessful, true);
  });

  it('is held against the schema for certain', () => {
    const log = sarifLog({ schemaVersion: ANALYSIS_SCHEMA_VERSION, tool, models: [] }, rules);
    assert.throws(() => assertIsSarif({ ...log, version: '2.0.0' }));
    assert.throws(() => assertIsSarif({ ...log, runs: [{ results: [] }] }));
  });
});
