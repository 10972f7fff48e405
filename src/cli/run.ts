import { defaultProfileSettings } from '../profile/defaultSettings';
import { tool } from '../protocol/tool';
import { readOptions } from './options';
import { errorJson, processOutput, type Output } from './output';
import { usageText, UsageError } from './usage';

/** Runs one command line (without node and script) and returns the exit status. */
export async function run(args: readonly string[], output: Output = processOutput): Promise<number> {
  try {
    const options = readOptions(args, defaultProfileSettings);
    switch (options.command) {
      case 'help':
        output.print(usageText(defaultProfileSettings, options.of));
        return 0;
      case 'version':
        output.print(`${tool.version}\n`);
        return 0;
      case 'analyze':
        return await (await import('./analyze')).analyze(options, output);
      case 'profile':
        return await (await import('./profile')).profile(options, output);
      case 'compare':
        return await (await import('./compare')).compare(options, output);
      case 'export':
        return await (await import('./export')).exportVariant(options, output);
      case 'fix':
        return await (await import('./fix')).fix(options, output);
      case 'experiment':
        return await (await import('./experiment')).experiment(options, output);
      case 'rules':
        output.print(await rulesCommand(options.rule));
        return 0;
      case 'open':
        return await (await import('./open')).open(options, output);
      case 'mcp':
        return await (await import('./mcp')).mcp();
    }
  } catch (error) {
    return complain(error, args, output);
  }
}

/** @throws UsageError that lists the known ids */
async function rulesCommand(rule: string | undefined): Promise<string> {
  const { rulePageText, rulesText } = await import('../reports/rulesText');
  if (rule === undefined) return rulesText();
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
