// VS Code opens a file named on its command line before it has read its extensions' contributions, so in a first session a model
// would come up as "binary". This writes a one-purpose extension that opens the model once VS Code has started.
import fs from 'node:fs';
import path from 'node:path';
import { root } from './npm.mjs';

/**
 * @param {string} model absolute path
 * @returns {string} the folder of an extension that opens the model in NormScope's view, a text model with its text beside it
 */
export function writeOpener(model) {
  const folder = path.join(root, 'out/opener');
  fs.mkdirSync(folder, { recursive: true });
  const manifest = {
    name: 'normscope-opener',
    publisher: 'normscope',
    version: '0.0.0',
    engines: { vscode: '*' },
    main: './opener.js',
    activationEvents: ['onStartupFinished'],
    extensionDependencies: ['normscope.normscope'],
  };
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  fs.writeFileSync(path.join(folder, 'opener.js'), `(${program})(${JSON.stringify(model)});\n`);
  return folder;
}

/* eslint-disable no-undef -- the text of opener.js, which VS Code loads as CommonJS */
function program(model) {
  const vscode = require('vscode');
  exports.activate = async () => {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    // in a browser, files are those of the server: an address of the same kind as the folder's
    const uri = (folder ?? vscode.Uri.file('/')).with({ path: vscode.Uri.file(model).path });
    if (model.endsWith('.json')) await vscode.window.showTextDocument(uri, { preview: false });
    await vscode.commands.executeCommand('normscope.analyze', uri);
  };
}
