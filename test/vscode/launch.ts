// npm run test:vscode: bundles the suites beside this file and runs them inside a real extension host.
//   NORMSCOPE_VSCODE = workbench  the bundled one (Linux; the default there)
//                      desktop    a downloaded desktop VS Code (the default elsewhere); NORMSCOPE_VSCODE_VERSION picks which
//                      PATH       an installed one
import fs from 'node:fs';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import esbuild from 'esbuild';
import { workbenchSupported } from '../workbench/install';
import { createWorkspace } from '../workbench/workspace';

const root = path.resolve(__dirname, '../..');
const out = path.join(root, 'out/test/vscode');

async function bundleSuites(): Promise<void> {
  const suites = fs.readdirSync(__dirname).filter((file) => file.endsWith('.test.ts'));
  fs.rmSync(out, { recursive: true, force: true });
  await esbuild.build({
    entryPoints: ['index.ts', ...suites].map((file) => path.join(__dirname, file)),
    outdir: out,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: 'inline',
    external: ['vscode', 'mocha', 'onnxruntime-node', 'onnxruntime-web'],
    logLevel: 'warning',
  });
}

function executable(): string | undefined {
  const wanted = process.env.NORMSCOPE_VSCODE ?? (workbenchSupported ? 'workbench' : 'desktop');
  if (wanted === 'desktop') return undefined;
  return wanted === 'workbench' ? path.join(__dirname, '../workbench/run-in-host.mjs') : wanted;
}

async function main(): Promise<void> {
  await bundleSuites();
  const workspace = createWorkspace([
    'onnx/light_resnet50.onnx',
    'tfjs-layers/resnet50_topology_only',
    'tfjs-layers/mlperf-ad01',
  ]);
  try {
    await runTests({
      vscodeExecutablePath: executable(),
      version: process.env.NORMSCOPE_VSCODE_VERSION,
      extensionDevelopmentPath: root,
      extensionTestsPath: path.join(out, 'index.js'),
      launchArgs: [workspace.folder],
    });
  } finally {
    workspace.dispose();
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
