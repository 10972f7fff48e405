import type { ByteSource, ModelFolder } from '../../ir/byteSource';
import { ModelError } from '../../ir/errors';
import { say } from '../../texts/say';

/** Files of weights beside one model that are looked for when it is opened; a model has a handful. */
const MOST_FILES = 1000;

/** A file of weights beside the model. */
export interface ExternalFile {
  readonly location: string;
  /** Set once the file was looked for: its size, or why it cannot be read. */
  size?: number;
  error?: ModelError;
  open(): Promise<ByteSource>;
}

/** The files that external tensors of a model name, each opened once, from the model's folder only. */
export class ExternalFiles {
  private readonly files = new Map<string, ExternalFile>();
  /** The model's place inside the folder: locations are relative to it. */
  private readonly prefix: string;

  constructor(
    private readonly folder: ModelFolder,
    modelPath: string,
  ) {
    this.prefix = modelPath.slice(0, modelPath.lastIndexOf('/') + 1);
  }

  /** @param location as the tensor states it, relative to the model file */
  file(location: string): ExternalFile {
    let file = this.files.get(location);
    if (file === undefined) {
      let source: Promise<ByteSource> | undefined;
      const path = this.prefix + location.replace(/^(\.\/)+/, '');
      file = {
        location,
        open: () => (source ??= isInside(location) ? this.folder.open(path) : Promise.reject(leavesFolder(location))),
      };
      this.files.set(location, file);
    }
    return file;
  }

  /** Looks for every file named so far, without reading it. */
  async find(): Promise<readonly ExternalFile[]> {
    const named = [...this.files.values()].slice(0, MOST_FILES);
    for (const file of named) {
      try {
        file.size = (await file.open()).size;
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
        file.error = error;
      }
    }
    return named;
  }
}

/** The folder checks this too, with links followed; a location is refused here whatever the folder is. */
function isInside(location: string): boolean {
  return location !== '' && !/^([/\\]|[a-z]:)/i.test(location) && !location.split(/[/\\]/).includes('..');
}

function leavesFolder(location: string): ModelError {
  return new ModelError(
    'outside-folder',
    say`the weights file "${location}" lies outside the model's own folder and was not opened. Put it beside the model and name it without a path.`,
  );
}
