// Runs extension tests inside the Node extension host of the bundled workbench, with the arguments of a desktop `code` test run:
//   run-in-host.mjs [folder] --extensionDevelopmentPath=DIR --extensionTestsPath=FILE     (other options are ignored)
// FILE exports run(): Promise<void>; rejected means exit code 1, as with @vscode/test-electron, to which this is handed.
import fs from 'node:fs';
import path from 'node:path';
import { launchBrowser } from './browser';
import { createHome, startServer, wait, windowUrl, type Server } from './server';

const timeout = 10 * 60_000;

/** What the workbench itself says about the missing accounts and native modules; NORMSCOPE_DEBUG=1 shows it. */
const noise = new RegExp(
  [
    'spdlog|native-watchdog|authentication provider|AccountPolicyGate|GitHub session|open-vsx|reconnection-grace|connection token',
    'Creating a socket|builtin extensions cache|AgentHost|ChatModelSelection|Service ?Worker|Creation of workbench contribution',
    '^Error: \\d+ tests? failed',
  ].join('|'),
);

async function main(): Promise<number> {
  const options = process.argv.slice(2);
  const values = (name: string) =>
    options
      .filter((option) => option.startsWith(`--${name}=`))
      .map((option) => path.resolve(option.slice(name.length + 3)));
  const developmentPaths = values('extensionDevelopmentPath');
  const [testsPath] = values('extensionTestsPath');
  if (!developmentPaths.length || !testsPath) {
    console.error('needs --extensionDevelopmentPath= and --extensionTestsPath=');
    return 64;
  }
  const folder = path.resolve(options.find((option) => !option.startsWith('-')) ?? developmentPaths[0]);

  const home = createHome();
  const server = await startServer(home, { inHostTests: true });
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    let exit!: (code: number) => void;
    const exited = new Promise<number>((resolve) => (exit = resolve));
    page.on('crash', () => exit(5));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => exit(130));
    // the workbench calls these two when it finds them on its window
    await page.exposeFunction('codeAutomationExit', exit);
    await page.exposeFunction('codeAutomationLog', (_type: string, values: unknown[]) => {
      const line = formatted(values);
      if (process.env.NORMSCOPE_DEBUG || !noise.test(line)) console.log(line);
    });
    const uri = (file: string) => `vscode-remote://${server.authority}${file}`;
    await page.goto(
      windowUrl(server, folder, [
        ...developmentPaths.map((file): [string, string] => ['extensionDevelopmentPath', uri(file)]),
        ['extensionTestsPath', uri(testsPath)],
      ]),
    );
    return await Promise.race([exited, wait(timeout).then(() => timedOut(server))]);
  } finally {
    await browser.close().catch(() => {});
    await server.stop();
    fs.rmSync(home.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

function timedOut(server: Server): number {
  console.error(`no result within ${timeout / 1000} s; the server's log ends with:`);
  console.error(fs.readFileSync(server.log, 'utf8').slice(-3000));
  return 3;
}

/** console.* arguments arrive as they were given: directives such as %s not yet replaced. */
function formatted(values: unknown[]): string {
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  const [first = '', ...rest] = values.map(text);
  const line = first.replace(/%([sdifjoOc%])/g, (directive, kind: string) => {
    if (kind === '%') return '%';
    const value = rest.shift() ?? directive;
    return kind === 'c' ? '' : value; // %c is a style
  });
  return [line, ...rest].join(' ').trimEnd();
}

void main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error.stack);
    process.exit(2);
  },
);
