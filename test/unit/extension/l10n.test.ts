import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import italian from '../../../media/l10n/bundle.l10n.it.json';

const folder = path.join(__dirname, '../../../src/extension');

/** Calls of a function in a file, with its first argument. */
function callsOf(file: string, isMeant: (name: string) => boolean): ts.Expression[] {
  const source = ts.createSourceFile(file, fs.readFileSync(path.join(folder, file), 'utf8'), ts.ScriptTarget.ES2022);
  const found: ts.Expression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.arguments.length > 0) {
      const { expression } = node;
      const name = ts.isPropertyAccessExpression(expression)
        ? expression.name.text
        : ts.isIdentifier(expression)
          ? expression.text
          : '';
      if (isMeant(name)) found.push(node.arguments[0]);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe('messages of the extension', () => {
  const files = fs.readdirSync(folder).filter((f) => f.endsWith('.ts'));
  const texts = files.flatMap((file) =>
    callsOf(file, (name) => name === 't').map((argument) => {
      assert.ok(ts.isStringLiteral(argument), `${file}: t() of something else than a literal`);
      return argument.text;
    }),
  );

  it('are all in Italian, with the same places for figures and names, and no others', () => {
    assert.ok(texts.length > 80, `${texts.length} texts`);
    assert.deepEqual(Object.keys(italian).sort(), [...new Set(texts)].sort());
    const places = (text: string) => (text.match(/\{\d\}/g) ?? []).sort();
    for (const [english, translated] of Object.entries(italian)) assert.deepEqual(places(translated), places(english));
  });

  it('are shown in one place, where no name in them becomes a link', () => {
    for (const file of files.filter((f) => f !== 'messages.ts'))
      assert.deepEqual(callsOf(file, (name) => /^show(Error|Warning|Information)Message$/.test(name)).length, 0, file);
  });

  it('are never shown in one language only', () => {
    for (const file of files) {
      const shown = callsOf(file, (name) => /^(show(Error|Warning|Information)(Message)?|confirm)$/.test(name));
      for (const argument of shown)
        assert.ok(!ts.isStringLiteral(argument), `${file}: ${ts.isStringLiteral(argument) ? argument.text : ''}`);
    }
  });
});
