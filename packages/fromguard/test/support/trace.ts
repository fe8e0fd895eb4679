/** The same text with the id that the pages show in the place of each, which is another every time. */
export function asShown(text: string): string {
  return text.replaceAll(/\(trace [0-9a-f]{10}\)/g, "(trace 3f2a9c01be)");
}
