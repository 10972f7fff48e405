/** The tokens that the view uses, as VS Code's own themes Light Modern, Dark Modern and Dark High Contrast set them. */

import { darkTokens, lightTokens, themeFonts } from '../../src/reports/themeTokens';

export type ThemeName = 'light' | 'dark' | 'high-contrast';

export interface RecordedTheme {
  /** Class of the body in a webview. */
  readonly bodyClass: string;
  /** Values by token, without the prefix `--vscode-`. */
  readonly tokens: Readonly<Record<string, string>>;
}

export const recordedThemes: Readonly<Record<ThemeName, RecordedTheme>> = {
  light: {
    bodyClass: 'vscode-light',
    tokens: lightTokens,
  },
  dark: {
    bodyClass: 'vscode-dark',
    tokens: darkTokens,
  },
  'high-contrast': {
    bodyClass: 'vscode-high-contrast',
    tokens: {
      ...themeFonts,
      foreground: '#ffffff',
      descriptionForeground: 'rgba(255, 255, 255, 0.7)',
      disabledForeground: '#a5a5a5',
      errorForeground: '#f48771',
      focusBorder: '#f38518',
      contrastBorder: '#6fc3df',
      contrastActiveBorder: '#f38518',
      'editor-background': '#000000',
      'editor-foreground': '#ffffff',
      'sideBar-background': '#000000',
      'editorWidget-background': '#0c141f',
      'panel-border': '#6fc3df',
      'button-background': '#000000',
      'button-foreground': '#ffffff',
      'button-border': '#6fc3df',
      'button-secondaryForeground': '#ffffff',
      'badge-background': '#000000',
      'badge-foreground': '#ffffff',
      'checkbox-background': '#000000',
      'checkbox-foreground': '#ffffff',
      'checkbox-border': '#6fc3df',
      'dropdown-background': '#000000',
      'dropdown-foreground': '#ffffff',
      'dropdown-border': '#6fc3df',
      'dropdown-listBackground': '#000000',
      'input-background': '#000000',
      'input-foreground': '#ffffff',
      'input-placeholderForeground': 'rgba(255, 255, 255, 0.7)',
      'settings-textInputBorder': '#6fc3df',
      'input-border': '#6fc3df',
      'inputValidation-errorBorder': '#6fc3df',
      'progressBar-background': '#6fc3df',
      'textLink-foreground': '#21a6ff',
      'textLink-activeForeground': '#21a6ff',
      'list-hoverBackground': 'rgba(255, 255, 255, 0.1)',
      'panelTitle-activeBorder': '#6fc3df',
      'panelTitle-activeForeground': '#ffffff',
      'panelTitle-inactiveForeground': '#ffffff',
      'panel-background': '#000000',
      'editorHoverWidget-background': '#0c141f',
      'editorHoverWidget-foreground': '#ffffff',
      'editorHoverWidget-border': '#6fc3df',
      'editorError-foreground': '#f48771',
      'editorWarning-foreground': '#ffd370',
      'editorInfo-foreground': '#3794ff',
      'charts-red': '#f48771',
      'charts-blue': '#3794ff',
      'charts-yellow': '#ffd370',
      'charts-green': '#89d185',
      'charts-purple': '#b180d7',
      'scrollbarSlider-background': 'rgba(111, 195, 223, 0.6)',
    },
  },
};
