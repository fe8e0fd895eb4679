/** A cell: lines of text, each wrapped to the width of its column, and how to paint them. */
export interface Cell {
  readonly lines: readonly string[];
  readonly paint?: (text: string, line: number) => string;
}

/** A column: its heading and the most characters that it takes. */
export interface Column {
  readonly title: string;
  readonly maxWidth: number;
}

const GAP = "  ";

/** Sets rows in columns; long lines go on in the next, at blanks where there are any. An empty line follows each row. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  paintTitle: (text: string) => string,
): string {
  const wrapped = rows.map((row) => row.map((cell, index) => wrapCell(cell, columns[index]?.maxWidth ?? 80)));
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...wrapped.flatMap((row) => row[index]?.map(({ text }) => text.length) ?? [])),
  );
  const titles = columns.map(({ title }, index) => ({ text: title, paint: paintTitle, width: widths[index] ?? 0 }));
  const lines = [joinParts(titles)];
  for (const row of wrapped) {
    const height = Math.max(...row.map((cell) => cell.length));
    for (let at = 0; at < height; at++) {
      lines.push(
        joinParts(
          row.map((cell, index) => ({
            text: cell[at]?.text ?? "",
            paint: cell[at]?.paint ?? plain,
            width: widths[index] ?? 0,
          })),
        ),
      );
    }
    lines.push("");
  }
  return lines.map((line) => `${line}\n`).join("");
}

interface Part {
  readonly text: string;
  readonly paint: (text: string) => string;
  readonly width: number;
}

/** Paints after measuring, and leaves no blanks at the end of the line. */
function joinParts(parts: readonly Part[]): string {
  const last = parts.findLastIndex(({ text }) => text !== "");
  return parts
    .slice(0, last + 1)
    .map(
      ({ text, paint, width }, index) =>
        (text === "" ? "" : paint(text)) + (index === last ? "" : " ".repeat(width - text.length)),
    )
    .join(GAP);
}

function wrapCell({ lines, paint = plain }: Cell, width: number): readonly Omit<Part, "width">[] {
  return lines.flatMap((line, number) =>
    wrap(line, width).map((text) => ({ text, paint: (part: string) => paint(part, number) })),
  );
}

function wrap(line: string, width: number): readonly string[] {
  const wrapped: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const blank = rest.lastIndexOf(" ", width);
    const cut = blank > width / 3 ? blank : width;
    wrapped.push(rest.slice(0, cut));
    rest = rest.slice(cut).trimStart();
  }
  return [...wrapped, rest];
}

function plain(text: string): string {
  return text;
}
