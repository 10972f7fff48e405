/**
 * A file by its name, and the folder that it lies in: side bars are narrow, and cut what comes last. Files of which every folder has
 * one are told apart by their folder's name.
 * @param path with slashes, as the workspace names the file
 */
export function shortName(path: string): { readonly name: string; readonly folder: string } {
  const folders = path.split('/');
  let name = folders.pop()!;
  const folder = folders.at(-1);
  if (/^model\.json$/i.test(name) && folder) {
    name = `${folder}/${name}`;
    folders.pop();
  }
  return { name, folder: folders.join('/') };
}
