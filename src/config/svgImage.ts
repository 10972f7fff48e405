/** An SVG of our own making as an image in Markdown; the words stand in for it where images are not shown. */
export function svgImage(svg: string, words: string): string {
  return `![${words}](data:image/svg+xml;base64,${btoa(svg)})`;
}
