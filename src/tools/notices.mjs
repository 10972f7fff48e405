// The licence texts of everything that is bundled or shipped, as their licences ask for.
import fs from 'node:fs';
import path from 'node:path';

/**
 * @param {string} root the repository's folder
 * @param {Iterable<string>} inputs bundled files, relative to `root`
 * @param {readonly string[]} shipped names of packages that are copied whole
 * @returns {string} name, version, licence and licence text of each package, sorted by name
 */
export function thirdPartyNotices(root, inputs, shipped) {
  const folders = new Set(shipped.map((name) => path.join(root, 'node_modules', name)));
  for (const input of inputs) {
    const match = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input);
    if (match) folders.add(path.join(root, match[0]));
  }
  const parts = [...folders].map((folder) => {
    const { name, version, license } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
    const file = fs.readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? fs.readFileSync(path.join(folder, file), 'utf8').trim() : standardText(name, license);
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return [...new Set(parts)].sort().join(`\n${'-'.repeat(80)}\n\n`);
}

/** The text of a licence that a package names without shipping it. */
function standardText(name, license) {
  if (license !== 'MIT') throw new Error(`${name} is licensed as ${license} and ships no licence text: add it here`);
  const holder = name.startsWith('onnxruntime-') ? 'Microsoft Corporation' : `the authors of ${name}`;
  return `Copyright (c) ${holder}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software
is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES
OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE
LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR
IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;
}
