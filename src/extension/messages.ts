import * as vscode from 'vscode';
import { oneLine } from '../config/escapeMarkdown';

/** Names of files and layers can be of any length. */
const LONGEST_MESSAGE = 2000;

/**
 * Notifications. VS Code makes links of `[text](target)` in them, of commands too, and names of files and layers are in most:
 * every message goes through here, where none can become one.
 */
export function showError(message: string): void {
  void vscode.window.showErrorMessage(unlinked(message));
}

/** An error with a button for what can be done about it, a command. */
export async function showErrorWith(message: string, action: string, command: string): Promise<void> {
  const chosen = await vscode.window.showErrorMessage(unlinked(message), action);
  if (chosen === action) await vscode.commands.executeCommand(command);
}

export function showWarning(message: string): void {
  void vscode.window.showWarningMessage(unlinked(message));
}

/** @returns the item that was chosen */
export function showInformation(message: string, ...items: string[]): Thenable<string | undefined> {
  return vscode.window.showInformationMessage(unlinked(message), ...items);
}

/** A question that must be answered. @returns true for the answer that goes on */
export async function confirm(message: string, detail: string, yes: string): Promise<boolean> {
  return (await vscode.window.showWarningMessage(unlinked(message), { modal: true, detail }, yes)) === yes;
}

/** The text in one line with no link in it, for titles and steps of progress too. */
export function unlinked(text: string): string {
  return oneLine(text, LONGEST_MESSAGE).replace(/\](?=\()/g, '] ');
}

/** Text for labels of a choice, where VS Code puts icons in the place of `$(name)`: here it stays text. */
export function withoutIcons(text: string): string {
  return oneLine(text).replace(/\$\((?=[\w~-]+\))/g, '\\$(');
}
