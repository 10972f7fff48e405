import { ModelError } from '../../ir/errors';
import { say } from '../../texts/say';
import { JsonIndex } from './jsonIndex';

/** @throws ModelError with line and character of the first place that is not JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text) as unknown;
  } catch (error) {
    if (text.trim() === '') throw new ModelError('empty', say`the file is empty`);
    // the index reports where; what it lets pass (comments) is not JSON all the same
    JsonIndex.of(text);
    throw new ModelError('invalid', say`this is not JSON: ${(error as Error).message}`);
  }
}
