import { wellFormed } from '../ir/wellFormed';

/** A path, of POSIX or Windows, as a URI reference (RFC 3986): absolute paths as file URIs, relative ones as they are. */
export function artifactUri(path: string): string {
  const drive = /^([A-Za-z]:)[\\/]/.exec(path)?.[1];
  const isShare = path.startsWith('\\\\');
  // a backslash is a letter like any other in a POSIX path
  const onWindows = drive !== undefined || isShare || (path.includes('\\') && !path.includes('/'));
  const segments = (drive === undefined ? path : path.slice(drive.length)).split(onWindows ? /[\\/]/ : '/');
  const encoded = segments.map((s) => encodeURIComponent(wellFormed(s))).join('/');
  if (drive !== undefined) return `file:///${drive}${encoded}`;
  if (isShare) return `file:${encoded}`;
  return path.startsWith('/') ? `file://${encoded}` : encoded;
}
