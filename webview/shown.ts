/**
 * Text with its control characters made visible: line ends and bidirectional overrides in a name must not rearrange what stands
 * around it.
 */
export function shown(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are the ones meant
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '\ufffd');
}
