import { describe, expect, it } from "vitest";
import { formatTable } from "../../src/report/table.js";

describe("a table", () => {
  it("sets columns, wraps long cells at blanks, and leaves no blanks at the end of a line", () => {
    const columns = [
      { title: "who", maxWidth: 10 },
      { title: "why", maxWidth: 12 },
      { title: "", maxWidth: 4 },
    ];
    const rows = [
      [{ lines: ["alice"] }, { lines: ["because she may", "so there"] }, { lines: ["x"] }],
      [{ lines: ["bob"] }, { lines: ["unbreakableword"] }, { lines: [] }],
    ];
    expect(formatTable(columns, rows, (text) => text.toUpperCase())).toBe(
      [
        "WHO    WHY",
        "alice  because she   x",
        "       may",
        "       so there",
        "",
        "bob    unbreakablew",
        "       ord",
        "",
        "",
      ].join("\n"),
    );
  });
});
