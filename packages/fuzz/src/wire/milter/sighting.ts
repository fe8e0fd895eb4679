const SHOWN = 24;

/** What a handler saw of an event, short: the same for the same octets, and another for others. */
export function sighting(command: string, ...texts: readonly (string | Buffer)[]): string {
  return [command, ...texts.map((text) => shorten(typeof text === "string" ? text : text.toString("latin1")))].join(
    " ",
  );
}

function shorten(text: string): string {
  return text.length <= 2 * SHOWN ? text : `${text.slice(0, SHOWN)}..${text.length}..${text.slice(-SHOWN)}`;
}
