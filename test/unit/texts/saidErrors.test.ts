import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const source = path.join(__dirname, '../../../src');

/**
 * Files whose errors stay English, and why.
 * The text form is what tests and experiments write graphs in, the command line speaks English, and tools are for development.
 */
const english = /^(ir\/text(Parser|Scanner)\.ts|cli\/.*|tools\/.*)$/;

/** What files and their formats call things: the same in every language. */
const terms: ReadonlySet<string> = new Set([
  'channels_first',
  'channels_last',
  'element',
  'float32',
  'int64',
  'mean',
  'variance',
]);

/** What is made of a text that people read: a class or a function by its name, and which of its arguments is the text. */
type Sinks = Map<string, number>;

interface Parsed {
  readonly name: string;
  readonly tree: ts.SourceFile;
}

const parsed = (name: string, text: string): Parsed => ({
  name: name.replaceAll('\\', '/'),
  tree: ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true),
});

function forEachNode(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => forEachNode(child, visit));
}

/** The expression that a call or a `new` makes its text of. */
function saidBy(node: ts.Node, sinks: Sinks): ts.Expression | undefined {
  if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return undefined;
  const name = ts.isPropertyAccessExpression(node.expression) ? node.expression.name.text : node.expression.getText();
  const at = sinks.get(name);
  return at === undefined ? undefined : node.arguments?.[at];
}

/** What an expression may come to, or holds: branches of conditions, sides of `??` and `+`, values in a text that is said. */
function outcomes(node: ts.Expression): ts.Expression[] {
  if (ts.isTaggedTemplateExpression(node))
    return ts.isTemplateExpression(node.template)
      ? node.template.templateSpans.flatMap(({ expression }) => outcomes(expression))
      : [];
  if (ts.isParenthesizedExpression(node)) return outcomes(node.expression);
  if (ts.isConditionalExpression(node)) return [...outcomes(node.whenTrue), ...outcomes(node.whenFalse)];
  if (ts.isBinaryExpression(node) && ['??', '||', '+'].includes(node.operatorToken.getText()))
    return [...outcomes(node.left), ...outcomes(node.right)];
  return [node];
}

/** Functions that hand one of their parameters on as the text of an error, theirs too: the names are told apart by file alone. */
function withWrappers({ tree }: Parsed, known: Sinks): Sinks {
  const sinks = new Map(known);
  for (let before = -1; before < sinks.size;) {
    before = sinks.size;
    forEachNode(tree, (node) => {
      for (const text of outcomes(saidBy(node, sinks) ?? ts.factory.createNull())) {
        if (!ts.isIdentifier(text)) continue;
        for (let f: ts.Node = node; f !== tree; f = f.parent) {
          if (!ts.isFunctionLike(f)) continue;
          const at = f.parameters.findIndex((p) => p.name.getText() === text.text);
          const named = f.name ?? (ts.isVariableDeclaration(f.parent) ? f.parent.name : undefined);
          if (at >= 0 && named !== undefined) sinks.set(named.getText(), at);
        }
      }
    });
  }
  return sinks;
}

/** Words that stand in the text of an error without a tag of texts/say.ts, as `file:line: words`. */
function unsaid(file: Parsed): string[] {
  const { name, tree } = file;
  const errors: Sinks = new Map([
    ['ModelError', 1],
    ['EngineEnded', 0],
    ['LeaveAlone', 0],
    ['NotLowered', 0],
    ['NoGradient', 0],
  ]);
  const sinks = withWrappers(file, errors);
  const found = new Set<string>();
  const look = (text: ts.Expression): void => {
    for (const outcome of outcomes(text)) {
      if (ts.isIdentifier(outcome)) lookUp(outcome.text);
      const words = ts.isStringLiteralLike(outcome)
        ? outcome.text
        : ts.isTemplateExpression(outcome)
          ? [outcome.head, ...outcome.templateSpans.map((span) => span.literal)].map((part) => part.text).join('{}')
          : '';
      if (/[A-Za-z]{2,}/.test(words) && !terms.has(words))
        found.add(`${name}:${tree.getLineAndCharacterOfPosition(outcome.getStart()).line + 1}: ${words}`);
    }
  };
  const looked = new Set<string>();
  const lookUp = (variable: string): void => {
    if (looked.has(variable)) return;
    looked.add(variable);
    forEachNode(tree, (node) => {
      if (ts.isVariableDeclaration(node) && node.name.getText() === variable && node.initializer)
        look(node.initializer);
    });
  };
  forEachNode(tree, (node) => {
    const text = saidBy(node, sinks);
    if (text !== undefined) look(text);
    // problems, findings and what a host is told
    if (ts.isPropertyAssignment(node) && node.name.getText() === 'message') look(node.initializer);
  });
  return [...found];
}

describe('errors, problems and findings', () => {
  it('are said in the language of the process', () => {
    const files = fs
      .readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !english.test(file.replaceAll('\\', '/')))
      .map((file) => [file, fs.readFileSync(path.join(source, file), 'utf8')] as const)
      .filter(([, text]) => /Error\b|LeaveAlone|NotLowered|NoGradient|message:/.test(text));
    assert.ok(files.length > 150, `${files.length} files`);
    assert.deepEqual(
      files.flatMap(([file, text]) => unsaid(parsed(file, text))),
      [],
    );
  });

  it('would be noticed if they were not', () => {
    const lines = [
      'throw new ModelError("empty", "it is empty");',
      'throw new ModelError("empty", a ? say`it is empty` : `${b} is empty`);',
      'throw new ModelError("empty", say`it is empty`, { node: "a node" });',
      'const why = "no reason"; throw new ModelError("empty", why);',
      'const a = b; const b = c ? a : "no end"; throw new ModelError("empty", a);',
      'function refuse(code, what) { throw new ModelError(code, what); } refuse("empty", "nothing there"); refuse("empty", say`none`);',
      'problems.push({ code: "a code", message: `no ${a} there` });',
      'throw new LeaveAlone(translated(table[a]));',
      'throw new LeaveAlone(say`there is ${n === 0 ? "no layer" : b} here`);',
      'const wrong = (what) => new ModelError("empty", say`expected ${what}`); throw wrong("a list");',
    ];
    assert.deepEqual(
      lines.flatMap((line, i) => unsaid(parsed(`${i}`, line))),
      [
        '0:1: it is empty',
        '1:1: {} is empty',
        '3:1: no reason',
        '4:1: no end',
        '5:1: nothing there',
        '6:1: no {} there',
        '8:1: no layer',
        '9:1: a list',
      ],
    );
  });
});
