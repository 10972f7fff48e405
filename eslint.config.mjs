import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { defineConfig } from 'eslint/config';
import { builtinModules } from 'node:module';
import tseslint from 'typescript-eslint';
import { editorRoom, forbiddenRooms, portableRooms, rooms } from './src/tools/rooms.mjs';

/** The arrows of src/README.md, said while typing; test/unit/architecture.test.ts holds them for certain. */
const arrows = rooms.map((room) => {
  const patterns = [];
  const forbidden = forbiddenRooms(room);
  if (forbidden.length)
    patterns.push({
      regex: `^(?:\\.\\./)+(?:${forbidden.join('|')})(?:/|$)`,
      message: `${room} must not import from this room: arrows run upwards (src/tools/rooms.mjs)`,
    });
  if (portableRooms.includes(room))
    patterns.push({
      regex: `^(?:node:|(?:${builtinModules.join('|')})(?:/|$))`,
      message: `${room} is portable: no Node module`,
    });
  if (room !== editorRoom) patterns.push({ regex: '^vscode$', message: `only ${editorRoom} imports vscode` });
  return { files: [`src/${room}/**/*.ts`], rules: { 'no-restricted-imports': ['error', { patterns }] } };
});

/** What scripts use of Node without importing it. */
const nodeGlobals = [
  ...['AbortController', 'AbortSignal', 'URL', 'clearInterval', 'console', 'performance', 'process'],
  ...['setInterval', 'setTimeout'],
];

export default defineConfig(
  { ignores: ['dist/', 'out/', '**/node_modules/', '.vscode-test/', 'test/workbench/server/stubs/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      // ONNX writes its enumerations as numbers, and a union with 'NaN' in it tells the reader what to expect
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      '@typescript-eslint/no-redundant-type-constituents': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowArray: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', caughtErrors: 'none' }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      eqeqeq: ['error', 'always'],
      'prefer-const': 'error',
    },
  },
  ...arrows,
  {
    files: ['webview/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^(?:\\.\\./)+src/(?!protocol/)', message: 'the webview knows src/protocol alone' }] },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // a test reads JSON whose shape is what it asserts
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: Object.fromEntries(nodeGlobals.map((name) => [name, 'readonly'])),
    },
  },
  prettier,
);
