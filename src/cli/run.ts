import { defaultProfileSettings } from '../profile/defaultSettings';
import { tool } from '../protocol/tool';
import { analyze } from './analyze';
import { compare } from './compare';
import { exportVariant } from './export';
import { fix } from './fix';
import { experiment } from './experiment';
import { mcp } from './mcp';
import { open } from './open';
import { readOptions } from './options';
import { errorJson, processOutput, type Output } from './output';
import { profile } from './profile';
import { rulePageText, rulesText } from '../reports/rulesText';
import { usageText, UsageError } from './usage';

/** Runs one command line (without node and script) and returns the exit status. */
export async function run(args: readonly string[], output: Output = processOutput): Promise<number> {
  try {
    const options = readOptions(args, defaultProfileSettings);
    switch (options.command) {
      case 'help':
        output.print(usageText(defaultProfileSettings));
        return 0;
      case 'version':
        output.print(`${tool.version}\n`);
        return 0;
      case 'analyze':
        return await analyze(options, output);
      case 'profile':
        return await profile(options, output);
      case 'compare':
        return await compare(options, output);
      case 'export':
        return await exportVariant(options, output);
      case 'fix':
        return await fix(options, output);
      case 'experiment':
        return await experiment(options, output);
      case 'rules':
        output.print(options.rule === undefined ? rulesText() : pageOf(options.rule));
        return 0;
      case 'open':
        return await open(options, output);
      case 'mcp':
        return await mcp();
    }
  } catch (error) {
    return complain(error, args, output);
  }
}

/** @throws UsageError that lists the known ids */
function pageOf(rule: string): string {
  const found = rulePageText(rule);
  if ('error' in found) throw new UsageError(found.error);
  return found.page;
}

/** The last resort: one line for every error, the stack only for those who asked for it. */
function complain(error: unknown, args: readonly string[], output: Output): number {
  const message = error instanceof Error ? error.message : String(error);
  const known = error instanceof UsageError;
  output.complain(known ? message : `unexpected error: ${message} (--verbose shows where)`);
  if (asksForJson(args)) output.print(errorJson({ code: known ? 'usage' : 'unexpected', message }));
  if (!known && args.includes('--verbose') && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return 2;
}

function asksForJson(args: readonly string[]): boolean {
  return args.includes('--format=json') || args[args.indexOf('--format') + 1] === 'json';
}
