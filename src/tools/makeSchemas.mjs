// Writes the JSON Schemas of the published facts from their types: npm run docs:schemas. A test fails when they are stale.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGenerator } from 'ts-json-schema-generator';
import { isMain } from './isMain.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Schema file by the type that it describes. */
export const schemas = {
  AnalysisReport: { file: 'analysis.schema.json', source: 'src/protocol/facts.ts' },
  CompareResult: { file: 'compare.schema.json', source: 'src/protocol/compare.ts' },
  ExperimentReport: { file: 'experiment.schema.json', source: 'src/protocol/experiment.ts' },
  ProfileResult: { file: 'profile.schema.json', source: 'src/protocol/profile.ts' },
  FixResult: { file: 'fix.schema.json', source: 'src/protocol/fix.ts' },
  ErrorReport: { file: 'error.schema.json', source: 'src/protocol/facts.ts' },
};

/** The schema of one type as JSON text. */
export function schemaText(type) {
  const { file, source } = schemas[type];
  const schema = createGenerator({
    path: path.join(root, source),
    tsconfig: path.join(root, 'tsconfig.json'),
    type,
    additionalProperties: false,
    skipTypeCheck: true,
  }).createSchema(type);
  return `${JSON.stringify({ $id: file, title: type, ...schema }, null, 2)}\n`;
}

if (isMain(import.meta.url)) {
  const folder = path.join(root, 'media/schemas');
  fs.mkdirSync(folder, { recursive: true });
  for (const [type, { file }] of Object.entries(schemas)) fs.writeFileSync(path.join(folder, file), schemaText(type));
}
