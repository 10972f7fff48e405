import { fromJsonSchema, McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { modelTools, type ToolHost, type ToolInput } from '../assistants/modelTools';
import { compareModel } from '../engine/compareModel';
import { EngineClient } from '../engine/engineClient';
import { ModelError } from '../ir/errors';
import { tool } from '../protocol/tool';
import { printable } from '../reports/textTable';
import { engineTransport } from './engineTransport';

/**
 * `normscope mcp`: serves the tools of assistants over standard input and output (Model Context Protocol), until the client
 * closes the line. Paths are relative to the folder it was started in. Returns the exit status.
 */
export async function mcp(): Promise<number> {
  const clients = { analysis: new EngineClient(engineTransport), training: new EngineClient(engineTransport) };
  const host: ToolHost = {
    analyze: (path, signal) =>
      clients.analysis.run('analyze', { model: { path }, shownPath: path, severities: {} }, undefined, signal),
    profile: (path, settings, signal) => clients.training.profile({ path }, settings, () => undefined, signal),
    compare: (path, settings, signal) => compareModel(clients.training, { path }, settings, () => undefined, signal),
  };
  const closed = new Promise<void>((resolve) => process.stdin.once('close', resolve).once('end', resolve));
  const line = serveStdio(() => mcpServer(host));
  await closed;
  await line.close();
  clients.analysis.dispose();
  clients.training.dispose();
  return 0;
}

/** The tools as a server that any transport can be connected to. */
export function mcpServer(host: ToolHost): McpServer {
  const made = new McpServer({ name: tool.name, version: tool.version }, { capabilities: { tools: {} } });
  for (const offered of modelTools) {
    const { name, title, description, runsModel } = offered;
    // it reads files and measures; nothing is written
    const annotations = { readOnlyHint: true, idempotentHint: !runsModel, openWorldHint: false };
    const inputSchema = fromJsonSchema<ToolInput>(offered.inputSchema);
    made.registerTool(name, { title, description, inputSchema, annotations }, async (input, { mcpReq }) => {
      try {
        return { content: [{ type: 'text', text: await offered.run(input, host, mcpReq.signal) }] };
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
        return { content: [{ type: 'text', text: printable(error.describe()) }], isError: true };
      }
    });
  }
  return made;
}
