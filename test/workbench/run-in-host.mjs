#!/usr/bin/env node
// @vscode/test-electron starts this as it would start `code`.
import { register } from 'tsx/cjs/api';
import { createRequire } from 'node:module';

register();
createRequire(import.meta.url)('./runInHost.ts');
