import * as vscode from 'vscode';
import { isUnreadable } from '../protocol/facts';
import type { ProfileResult } from '../protocol/profile';
import { parseProfile, storedProfile } from '../profile/storedProfile';
import { fileKey } from './fileKey';
import type { ModelSession } from './modelSession';
import { isProfileFile } from './profileFiles';
import type { Sessions } from './sessions';

const MOST_FILES = 50;
const MOST_BYTES = 500 * 2 ** 20;

/**
 * The last profile of every graph of every model, in the extension's own storage, so that a reload of the window does not lose it.
 * A model that has changed since gets its latest profile back, which the view marks as stale. The oldest files make room for new ones.
 */
export class ProfileStorage implements vscode.Disposable {
  private readonly subscriptions: vscode.Disposable[];
  /** What is in the storage already, by session. */
  private readonly known = new WeakMap<ModelSession, ProfileResult>();
  private readonly restored = new WeakSet<ModelSession>();
  private queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly folder: vscode.Uri,
    sessions: Sessions,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.subscriptions = [
      sessions.onDidAnalyze((session) => this.later(() => this.restore(session))),
      sessions.onDidChange((session) => this.later(() => this.save(session))),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  /** One after the other: files are counted, written and deleted. A full disk is no reason to disturb anybody. */
  private later(work: () => Promise<void>): void {
    this.queue = this.queue.then(work).catch((error: unknown) => this.log.warn(`saved profiles: ${String(error)}`));
  }

  private async restore(session: ModelSession): Promise<void> {
    const { facts } = session;
    if (facts === undefined || isUnreadable(facts) || session.profile !== undefined || this.restored.has(session))
      return;
    this.restored.add(session);
    const [key, name] = [await keyOf(session.uri), await nameOf(session.uri, facts.graphHash)];
    const files = (await this.files()).filter((f) => f.name.startsWith(key));
    const own = files.find((f) => f.name === name) ?? files.at(-1);
    if (own === undefined) return;
    const profile = parseProfile(new TextDecoder().decode(await vscode.workspace.fs.readFile(this.at(own.name))));
    // a run may have begun in the meantime
    if (session.profile !== undefined || session.running !== undefined) return;
    await session.restore(profile);
    this.known.set(session, session.profile ?? profile);
  }

  private async save(session: ModelSession): Promise<void> {
    const { profile } = session;
    if (isProfileFile(session.uri)) return;
    if (profile === undefined || session.running !== undefined || this.known.get(session) === profile) return;
    this.known.set(session, profile);
    await vscode.workspace.fs.createDirectory(this.folder);
    const name = await nameOf(session.uri, profile.model.graphHash);
    await vscode.workspace.fs.writeFile(this.at(name), new TextEncoder().encode(storedProfile(profile)));
    const files = await this.files();
    let bytes = files.reduce((sum, f) => sum + f.size, 0);
    for (let left = files.length; left > 1 && (left > MOST_FILES || bytes > MOST_BYTES); left--) {
      const oldest = files[files.length - left];
      bytes -= oldest.size;
      await vscode.workspace.fs.delete(this.at(oldest.name));
    }
  }

  /** Oldest first. */
  private async files(): Promise<{ readonly name: string; readonly size: number; readonly mtime: number }[]> {
    const entries = await vscode.workspace.fs.readDirectory(this.folder).then(
      (found) => found,
      () => [],
    );
    const files = await Promise.all(
      entries.map(([name]) =>
        vscode.workspace.fs.stat(this.at(name)).then(
          ({ size, mtime }) => [{ name, size, mtime }],
          // another window of the workspace has made room
          () => [],
        ),
      ),
    );
    return files.flat().sort((a, b) => a.mtime - b.mtime);
  }

  private at(name: string): vscode.Uri {
    return vscode.Uri.joinPath(this.folder, name);
  }
}

async function keyOf(model: vscode.Uri): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(fileKey(model)));
  return [...new Uint8Array(digest, 0, 12)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function nameOf(model: vscode.Uri, graphHash: string): Promise<string> {
  return `${await keyOf(model)}-${graphHash.replace(/[^\w]/g, '').slice(0, 32)}.json`;
}
