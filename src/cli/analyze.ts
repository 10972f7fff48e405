import { ModelError } from '../ir/errors';
import { openModelFile } from '../engine/nodeFolder';
import {
  ANALYSIS_SCHEMA_VERSION,
  isUnreadable,
  type AnalysisReport,
  type ModelFacts,
  type Severity,
  type UnreadableModel,
} from '../protocol/facts';
import { analysisText } from '../reports/analysisText';
import { sarifLog } from '../reports/sarif';
import { printableJson } from '../reports/textTable';
import { analyzeModel, type AnalysisOptions } from '../rules/analyzeModel';
import { rules } from '../rules/registry';
import { tool } from '../protocol/tool';
import { htmlOutput } from './htmlOutput';
import type { AnalyzeOptions, FailOn } from './options';
import { errorJson, type Output } from './output';

const order: readonly Severity[] = ['hint', 'information', 'warning', 'error'];

/** `normscope analyze`: returns the exit status. */
export async function analyze(options: AnalyzeOptions, output: Output): Promise<number> {
  const models: (ModelFacts | UnreadableModel)[] = [];
  for (const path of options.models) models.push(await analyzeOne(path, options, output));
  const unreadable = models.filter(isUnreadable);

  // SARIF has a place for what could not be read
  if (models.length === 1 && unreadable.length === 1 && options.format !== 'sarif') {
    if (options.format === 'json') output.print(errorJson({ ...unreadable[0].error, path: unreadable[0].path }));
    return 2;
  }
  const report: AnalysisReport = { schemaVersion: ANALYSIS_SCHEMA_VERSION, tool, models };
  output.print(await printed(report, options.format));
  if (unreadable.length > 0) return 2;
  return models.some((m) => !isUnreadable(m) && fails(m, options.failOn)) ? 1 : 0;
}

async function printed(report: AnalysisReport, format: AnalyzeOptions['format']): Promise<string> {
  if (format === 'text') return analysisText(report);
  const [first] = report.models;
  if (format === 'html' && !isUnreadable(first)) return htmlOutput(first, null);
  return printableJson(format === 'json' ? report : sarifLog(report, rules), 1);
}

async function analyzeOne(
  path: string,
  options: AnalysisOptions,
  output: Output,
): Promise<ModelFacts | UnreadableModel> {
  try {
    return await analyzeModel(await openModelFile(path), path, options);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const named = error.withPath(path);
    output.complain(named.describe());
    return { path, error: { code: named.code, message: named.message } };
  }
}

function fails(model: ModelFacts, failOn: FailOn): boolean {
  if (failOn === 'never') return false;
  return model.findings.some((f) => order.indexOf(f.severity) >= order.indexOf(failOn));
}
