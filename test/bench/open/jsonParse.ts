// One run of JSON.parse, in a process of its own: <model.json>
import { readFileSync } from 'node:fs';
import { measure } from './measured';

const [file] = process.argv.slice(2);
void measure<unknown>(undefined, [['open', () => JSON.parse(readFileSync(file, 'utf8')) as unknown]]);
