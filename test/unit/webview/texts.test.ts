import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { italian } from '../../../webview/texts/italian';
import { t } from '../../../webview/texts/texts';

const folder = path.join(__dirname, '../../../webview');
const files = fs
  .readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.includes('texts'));

/** Texts in the arguments of t(), and nouns in those of counted(), which has their plurals. */
function textsOf(file: string): string[] {
  const source = ts.createSourceFile(file, fs.readFileSync(path.join(folder, file), 'utf8'), ts.ScriptTarget.ES2022);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
      const { text: called } = node.expression;
      const [first, ...others] = node.arguments;
      if (called === 't') found.push(...literalsOf(first));
      if (called === 'counted') {
        const nouns = others.flatMap(literalsOf);
        found.push(...nouns, ...(others.length === 1 ? nouns.map((noun) => `${noun}s`) : []));
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function literalsOf(node: ts.Expression): string[] {
  if (ts.isConditionalExpression(node)) return [node.whenTrue, node.whenFalse].flatMap(literalsOf);
  return ts.isStringLiteralLike(node) ? [node.text] : [];
}

describe('texts of the view', () => {
  const texts = new Set(files.flatMap(textsOf));

  it('are all in Italian, with the same places for figures and names, and no others', () => {
    assert.ok(texts.size > 250, `${texts.size} texts`);
    assert.deepEqual(Object.keys(italian).sort(), [...texts].sort());
    const places = (text: string) => (text.match(/\{\d\}/g) ?? []).sort();
    for (const [english, translated] of Object.entries(italian)) {
      assert.deepEqual(places(translated), places(english), english);
      assert.notEqual(translated, '', english);
    }
  });

  it('take their values, and stay as they are without a page', () => {
    assert.equal(t('step {0}', 3), 'step 3');
    assert.equal(t('{0} of {1}', '{1}', 'b'), '{1} of b');
    assert.equal(t('constructor'), 'constructor');
  });
});
