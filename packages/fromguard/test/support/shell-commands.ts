/** The commands of a console block, each with its here-document; a line that begins with `# ` or `$ ` is one, what follows is its output. */
export function commandsOf(text: string): readonly string[] {
  const commands: string[] = [];
  let end: string | undefined;
  for (const line of text.split("\n")) {
    if (end !== undefined) {
      commands.push(`${commands.pop()}\n${line}`);
      if (line === end) end = undefined;
    } else if (/^[#$] /.test(line)) {
      commands.push(line.slice(2));
      end = /<<'(\w+)'/.exec(line)?.[1];
    }
  }
  return commands;
}
