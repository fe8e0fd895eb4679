const MAX_SHOWN = 200;

/** A value as a message shows it, which is never as long as a value may be: its first 200 characters. */
export function shown(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
}
