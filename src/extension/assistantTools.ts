import * as vscode from 'vscode';
import { modelTools, type ModelTool, type ToolHost, type ToolInput } from '../assistants/modelTools';
import { oneLine } from '../config/escapeMarkdown';
import { ModelError } from '../ir/errors';
import { isUnreadable } from '../protocol/facts';
import { say } from '../texts/say';
import type { ModelSession } from './modelSession';
import type { Sessions } from './sessions';

const { t } = vscode.l10n;

/** Lets chat agents in the editor use what NormScope knows of a model. */
export function registerAssistantTools(sessions: Sessions): vscode.Disposable {
  const host = toolHost(sessions);
  return vscode.Disposable.from(
    ...modelTools.map((tool) => vscode.lm.registerTool(tool.name, languageTool(tool, host))),
  );
}

function languageTool(tool: ModelTool, host: ToolHost): vscode.LanguageModelTool<ToolInput> {
  return {
    prepareInvocation({ input }) {
      const model = typeof input.path === 'string' ? input.path : '';
      const invocationMessage = `${tool.title}${model === '' ? '' : `: ${oneLine(model)}`}`;
      if (!tool.runsModel) return { invocationMessage };
      // an agent's words in it stay plain text, which they would not be in a string
      const question = t('Train {0} for some steps on this machine? The file is not changed.', oneLine(model));
      const message = new vscode.MarkdownString().appendText(question);
      return { invocationMessage, confirmationMessages: { title: tool.title, message } };
    },
    async invoke({ input }, token) {
      const abort = new AbortController();
      const cancelled = token.onCancellationRequested(() => abort.abort());
      try {
        return result(await tool.run(input, host, abort.signal));
      } catch (error) {
        if (error instanceof ModelError) return result(error.describe());
        throw error;
      } finally {
        cancelled.dispose();
      }
    },
  };
}

function toolHost(sessions: Sessions): ToolHost {
  return {
    async analyze(path) {
      const session = sessions.get(await locate(path));
      const facts = await session.analyze();
      if (isUnreadable(facts)) throw new ModelError('corrupt', facts.error.message, {}, facts.path);
      return facts;
    },
    async profile(path, settings, signal) {
      const session = await sessionToRun(path, sessions);
      signal?.addEventListener('abort', () => session.cancel(), { once: true });
      return session.runProfile(settings);
    },
    async compare(path, settings, signal = new AbortController().signal) {
      return (await sessionToRun(path, sessions)).runCompare(settings, () => undefined, signal);
    },
  };
}

async function sessionToRun(path: string, sessions: Sessions): Promise<ModelSession> {
  if (vscode.workspace.isTrusted) return sessions.get(await locate(path));
  throw new ModelError('unsupported', say`a model is trained only in a trusted workspace, because it is run`, {}, path);
}

/** A path as an assistant gives it: absolute, or relative to a folder of the workspace. Nothing outside them is read. */
async function locate(path: string): Promise<vscode.Uri> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  // on Windows agents write either slash, and VS Code's addresses have one
  const names = path.includes('\\') ? [path.replaceAll('\\', '/'), path] : [path];
  const candidates = folders.flatMap(({ uri }) =>
    names.map((name) =>
      name.startsWith('/') || /^[a-z]:[\\/]/i.test(name) ? vscode.Uri.file(name) : vscode.Uri.joinPath(uri, name),
    ),
  );
  for (const uri of candidates) {
    if (vscode.workspace.getWorkspaceFolder(uri) === undefined) continue;
    const found = await vscode.workspace.fs.stat(uri).then(
      () => true,
      () => false,
    );
    if (found) return uri;
  }
  throw new ModelError('not-found', say`there is no such file in the folders of the workspace`, {}, path);
}

function result(text: string): vscode.LanguageModelToolResult {
  return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
}
