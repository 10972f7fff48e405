/** What people type, paste and delete in a model's text, and what breaks it. */
const pieces = [
  ...[
    '"',
    ',',
    ':',
    '{',
    '}',
    '[',
    ']',
    '1',
    '0',
    '-',
    '.',
    'e5',
    ' ',
    '\n',
    '\r',
    '\r\n',
    '\\',
    '/',
    '// a comment\n',
    '\ufeff',
  ],
  ...[
    '\ud83d',
    '\ude00',
    '😀',
    'ü',
    'true',
    'null',
    '{}',
    '[]',
    '"name":"twin"',
    '"name": "conv"',
    ',"inbound_nodes":[]',
  ],
  ...['"use_bias": false,', ',"class_name":"Dense"', '"layers":[],', '"__proto__":{"a":1},', '},{', '],['],
  ...[
    '{"class_name":"Activation","config":{"name":"pasted","activation":"relu"}},',
    '"\\u00fc\\n"',
    '"epsilon":0.001,',
  ],
];

/**
 * The next version of a text that somebody is at work on: something is put in, taken out, replaced, written twice or moved, at one
 * place or at several at once, in the middle of a value or right at a bracket.
 * @param next numbers from 0 to 1
 */
export function randomEdit(text: string, next: () => number): string {
  const places = next() < 0.15 ? 2 + Math.floor(next() * 3) : 1;
  let edited = text;
  for (let i = 0; i < places; i++) edited = editOnce(edited, next);
  return edited;
}

function editOnce(text: string, next: () => number): string {
  const pick = <T>(of: readonly T[]) => of[Math.floor(next() * of.length)];
  const anywhere = Math.floor(next() * (text.length + 1));
  const near = (what: RegExp) => {
    const found = text.slice(anywhere).search(what);
    return found < 0 ? anywhere : anywhere + found;
  };
  const at =
    next() < 0.5
      ? anywhere
      : near(pick([/[{}[\]]/, /\d/, /"/, /[,:]/, /\r|\n/, /"name"/, /class_name/])) + pick([0, 1]);
  const length = Math.floor(next() ** 4 * 200);
  const without = (count: number) => text.slice(0, at) + text.slice(at + count);
  switch (Math.floor(next() * 6)) {
    case 0:
      return text.slice(0, at) + pick(pieces) + text.slice(at);
    case 1:
      return without(1 + length);
    case 2:
      return text.slice(0, at) + text.slice(at, at + length) + text.slice(at);
    case 3: {
      // another digit for a digit: the text stays a model
      const digit = near(/\d/);
      return text.slice(0, digit) + String(Math.floor(next() * 9) + 1) + text.slice(digit + (next() < 0.5 ? 1 : 0));
    }
    case 4: {
      // other letters in a name or a value
      const letter = near(/[a-z]/);
      return text.slice(0, letter) + pick(['a', 'xyz', 'twin', '😀', '']) + text.slice(letter + 1);
    }
    default:
      return text.slice(0, at) + pick(pieces) + text.slice(at + length);
  }
}
