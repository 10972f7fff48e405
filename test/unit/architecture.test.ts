import assert from 'node:assert/strict';
import fs from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import esbuild from 'esbuild';
import ts from 'typescript';
import { editorRoom, forbiddenRooms, portableRooms, rooms } from '../../src/tools/rooms.mjs';

const root = path.resolve(__dirname, '../..');

interface Import {
  file: string;
  target: string;
  typeOnly: boolean;
}

/** Every import, export-from, dynamic import and require of a file. */
function importsOf(file: string, text: string): Import[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: Import[] = [];
  const add = (specifier: ts.Expression | undefined, typeOnly: boolean) => {
    if (specifier && ts.isStringLiteralLike(specifier)) found.push({ file, target: specifier.text, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && isLoad(node.expression)) add(node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** import type ..., or import { type A, type B } ... : both leave nothing behind when compiled. */
function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.isTypeOnly) return true;
  const { name, namedBindings } = clause;
  if (name || !namedBindings || !ts.isNamedImports(namedBindings)) return false;
  return namedBindings.elements.every((element) => element.isTypeOnly);
}

function isLoad(callee: ts.Expression): boolean {
  return callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require');
}

function filesUnder(folder: string): string[] {
  return fs
    .readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.posix.join(folder, file.replaceAll(path.sep, '/')));
}

/** The room a file of src/ is in; undefined for files and imports outside. */
function roomOf(file: string): string | undefined {
  return /^src\/([^/]+)\//.exec(file)?.[1];
}

function resolved({ file, target }: Import): string {
  return path.posix.join(path.posix.dirname(file), target);
}

const isRelative = (target: string) => target.startsWith('.');
const isNodeModule = (target: string) => target.startsWith('node:') || builtinModules.includes(target.split('/')[0]);

/** Sentences about the imports that break a rule of the house. */
function breaches(imports: Import[]): string[] {
  return imports.flatMap((item) => {
    const { file, target, typeOnly } = item;
    const room = roomOf(file);
    const say = (why: string) => [`${file} imports ${target}: ${why}`];
    if (file.startsWith('webview/')) {
      if (isRelative(target)) {
        const to = resolved(item);
        if (to.startsWith('webview/')) return [];
        if (!to.startsWith('src/protocol/')) return say('the webview knows src/protocol alone');
        return typeOnly ? [] : say('the webview takes types alone from src/protocol');
      }
      return isNodeModule(target) || target === 'vscode' ? say('the webview runs in a browser') : [];
    }
    if (!room || !rooms.includes(room)) return say('it is in no room');
    if (target === 'vscode') return room === editorRoom ? [] : say(`only ${editorRoom} imports vscode`);
    if (isNodeModule(target)) return portableRooms.includes(room) ? say(`${room} is portable`) : [];
    if (!isRelative(target)) return [];
    if (resolved(item) === 'package.json') return []; // the one place of name and version
    const other = roomOf(resolved(item));
    if (!other || !rooms.includes(other)) return say('it leads out of the rooms');
    return forbiddenRooms(room).includes(other) ? say('arrows run upwards') : [];
  });
}

describe('the architecture', function () {
  this.timeout(60_000);

  it('has only rooms of the list under src/', () => {
    const folders = fs
      .readdirSync(path.join(root, 'src'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory());
    const unknown = folders.map(({ name }) => name).filter((name) => name !== 'tools' && !rooms.includes(name));
    assert.deepEqual(unknown, []);
  });

  it('keeps its arrows, in every file of src and webview', () => {
    const files = [...filesUnder('src'), ...filesUnder('webview')].filter((file) => !file.startsWith('src/tools/'));
    assert.ok(files.length > 50, 'files were not found');
    const imports = files.flatMap((file) => importsOf(file, fs.readFileSync(path.join(root, file), 'utf8')));
    assert.ok(imports.length > files.length, 'imports were not read');
    assert.deepEqual(breaches(imports), []);
  });

  it('would notice a breach', () => {
    const examples: [string, string][] = [
      ['src/ir/a.ts', `import { b } from '../layers/b';`],
      ['src/layers/a.ts', `export * from '../rules/b';`],
      ['src/rules/deep/a.ts', `const b = await import('../../autodiff/b');`],
      ['src/cli/a.ts', `import { b } from '../extension/b';`],
      ['src/profile/a.ts', `import fs from 'node:fs';`],
      ['src/formats/a.ts', `import type { Stats } from 'fs/promises';`],
      ['src/reports/a.ts', `const path = require('path');`],
      ['src/engine/a.ts', `import * as vscode from 'vscode';`],
      ['src/protocol/a.ts', `let b: import('../ir/graph').Graph;`],
      ['src/training/a.ts', `import { rooms } from '../tools/rooms.mjs';`],
      ['src/kitchen/a.ts', `import { b } from './b';`],
      ['webview/a.ts', `import { b } from '../src/reports/b';`],
      ['webview/a.ts', `import { b, type C } from '../src/protocol/b';`],
      ['webview/a.ts', `import os from 'node:os';`],
    ];
    for (const [file, text] of examples) assert.equal(breaches(importsOf(file, text)).length, 1, `${file}: ${text}`);
    const allowed: [string, string][] = [
      ['src/layers/a.ts', `import { b } from '../ir/b'; import { c } from './c'; import d from 'jsonc-parser';`],
      ['src/engine/a.ts', `import fs from 'node:fs'; import { b } from '../training/b';`],
      ['src/extension/a.ts', `import * as vscode from 'vscode'; import { b } from '../reports/b';`],
      ['webview/views/a.ts', `import { type B } from '../../src/protocol/b'; import { c } from '../c';`],
    ];
    for (const [file, text] of allowed) assert.deepEqual(breaches(importsOf(file, text)), []);
  });

  it('bundles its portable rooms for the browser', async () => {
    const contents = filesUnder('src')
      .filter((file) => portableRooms.includes(roomOf(file) ?? ''))
      .map((file) => `import ${JSON.stringify(`./${file}`)};`);
    assert.ok(contents.length > 30, 'files were not found');
    await bundleForBrowser(contents.join('\n'));
  });

  it('would notice a Node module in a portable room’s dependencies', async () => {
    await assert.rejects(
      bundleForBrowser(`import 'onnx-proto'; import 'mocha/lib/cli/cli.js';`),
      /node:|built into node/,
    );
  });
});

/** A browser bundle knows no Node module: esbuild refuses it, wherever in the dependencies it is. */
async function bundleForBrowser(contents: string): Promise<void> {
  await esbuild.build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    logLevel: 'silent',
  });
}
