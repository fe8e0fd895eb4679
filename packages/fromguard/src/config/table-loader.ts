import { dirname } from "node:path";
import { FromguardError, isFromguardError, type Table } from "@fromguard/core";
import { type FileTable, fileTable, type KeyPath } from "@fromguard/node";
import type { Config } from "./config.js";
import type { Follower, Following } from "./following.js";

/**
 * Loads maps, each once, and lets them follow their files.
 *
 * A line of which Postfix would complain in its log stops the start, or keeps the map as it was read before: most such lines
 * Postfix drops, and a line that is silently missing changes who owns what.
 */
export class TableLoader {
  readonly #config: Config;
  readonly #following: Following;
  readonly #loaded = new Map<string, FileTable>();
  readonly #dependants = new Map<string, (() => void)[]>();

  constructor(config: Config, following: Following) {
    this.#config = config;
    this.#following = following;
  }

  /** The folder of the configuration file. */
  get folder(): string {
    return dirname(this.#config.document.file);
  }

  get maps(): readonly FileTable[] {
    return [...this.#loaded.values()];
  }

  get followers(): readonly Follower[] {
    return this.maps.map((map) => ({
      what: "map",
      source: map.table.name,
      get stamps() {
        return map.current.stamps;
      },
      get warnings() {
        return map.current.warnings.map(({ text }) => text);
      },
      reload: () => map.reload(),
      close: () => map.close(),
    }));
  }

  async loadAll(specs: readonly string[], path: KeyPath): Promise<readonly Table[]> {
    const tables: Table[] = [];
    for (const spec of specs) tables.push((await this.#load(spec, path)).table);
    return tables;
  }

  /** Calls `changed` after each reload of one of the maps. */
  onReplaced(specs: readonly string[], changed: () => void): void {
    for (const spec of specs) this.#dependants.set(spec, [...(this.#dependants.get(spec) ?? []), changed]);
  }

  /** A relative path starts from the folder of the configuration file. */
  async #load(spec: string, path: KeyPath): Promise<FileTable> {
    const known = this.#loaded.get(spec);
    if (known !== undefined) return known;
    const { document } = this.#config;
    try {
      const { checkMs = 0, onReload } = this.#following;
      const loaded = await fileTable(spec, {
        folder: this.folder,
        strict: true,
        checkMs,
        onReload: ({ table, warnings, ...reload }) => {
          if (reload.kind === "replaced") for (const changed of this.#dependants.get(spec) ?? []) changed();
          onReload?.({ ...reload, what: "map", source: table, warnings: warnings.map(({ text }) => text) });
        },
      });
      this.#loaded.set(spec, loaded);
      return loaded;
    } catch (error) {
      // A bad line of the map has its own place.
      if (!isFromguardError(error) || error.place.line !== undefined) throw error;
      throw new FromguardError(error.code, error.message, { place: document.place(path), cause: error });
    }
  }
}
