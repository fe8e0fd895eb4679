/** A file that says who owns what: of `userN` the address `userN@example.com`, with its subaddresses. */
export interface OwnershipFile {
  readonly name: "texthash" | "grants";
  /** Where it lies, and how the configuration names it. */
  readonly file: string;
  readonly entry: string;
  /** The event of the log that tells that it was read again. */
  readonly reloaded: string;
  /** Its text of so many lines; another number makes another text of the same meaning. */
  text(lines: number, version: number): string;
}

const numbered = (lines: number, line: (user: number) => string) =>
  Array.from({ length: lines }, (_, user) => line(user));

/** What can be read again. */
export const SOURCES: readonly OwnershipFile[] = [
  {
    name: "texthash",
    file: "owners",
    entry: '{ login-map: "texthash:owners", recipient-delimiter: + }',
    reloaded: "map-reloaded",
    text: (lines, version) =>
      [`# ${version}`, ...numbered(lines - 1, (user) => `user${user}@example.com user${user}`), ""].join("\n"),
  },
  {
    name: "grants",
    file: "owners.yaml",
    entry: "{ grants: owners.yaml }",
    reloaded: "grants-reloaded",
    text: (lines, version) =>
      [
        `# ${version}`,
        'domains: { example.com: { subaddress: "+" } }',
        "grants:",
        ...numbered(lines - 3, (user) => `- { login: user${user}, mailbox: user${user}@example.com }`),
        "",
      ].join("\n"),
  },
];
