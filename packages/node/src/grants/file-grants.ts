import {
  isFromguardError,
  type OwnershipGraph,
  type OwnershipGraphOptions,
  ownershipGraphSteps,
  type Place,
} from "@fromguard/core";
import { followFiles, type Stamped } from "../files/follow-files.js";
import { inSlices } from "../files/pace.js";
import type { GrantsWarning } from "./collector.js";
import { type ReadGrants, type ReadGrantsOptions, readStampedGrants, type StampedGrants } from "./read-grants.js";

/** What became of grants whose files changed. */
export interface GrantsReload {
  /** `replaced`: questions see the new grants. `kept`: they could not be read, and the last good ones stay. */
  readonly kind: "replaced" | "kept";
  /** The name of the source. */
  readonly source: string;
  /** One sentence that begins with the source or the place of the fault. */
  readonly text: string;
  /** The file, line and column of the fault, where they are known; empty for `replaced`. */
  readonly place: Place;
  /** What is doubtful in the new grants; empty for `kept`. */
  readonly warnings: readonly GrantsWarning[];
}

/** Options of {@link fileGrants}. */
export interface FileGrantsOptions extends ReadGrantsOptions, Pick<OwnershipGraphOptions, "loginCase" | "maxNesting"> {
  /** Shown in evidence and messages. Default `grants:` and the file. */
  readonly name?: string;
  /** Milliseconds between looks at the files; 0 for none. Default 5000. */
  readonly checkMs?: number;
  /** Told of each reload, and once of each fault. */
  readonly onReload?: (reload: GrantsReload) => void;
}

/** Who may send as whom, as files say it that are followed. */
export interface FileGrants {
  /** Stays the same object. A question keeps to the grants that it began with. */
  readonly graph: OwnershipGraph;
  /** The grants that answer now, what is doubtful in them, and the files that they were made of. */
  readonly current: ReadGrants & Stamped;
  /** Reads the files if one of them changed: in time, size or identity. What the timer calls. */
  refresh(): Promise<void>;
  /** Reads the files. */
  reload(): Promise<void>;
  /** Stops the timer; the graph goes on to answer. */
  close(): void;
}

interface Compiled extends StampedGrants {
  readonly graph: OwnershipGraph;
}

/**
 * Reads a grants file with all that it includes into a graph, and again when one of the files changes. A file that is broken or
 * gone by then leaves the last good graph in place, which `onReload` is told. The new graph takes the place of the old one in one
 * step; it is read and compiled in slices of at most 10 ms, and until that is done the old one answers.
 *
 * The timer does not keep the process alive. Files are looked at, not watched.
 *
 * @throws FromguardError as {@link readGrants} does, and `FG_POLICY_INVALID` with the place for groups nested too deeply: the
 * first reading has to succeed
 */
export async function fileGrants(file: string, options: FileGrantsOptions = {}): Promise<FileGrants> {
  const { name = `grants:${file}`, onReload } = options;
  const read = async (stamps: Map<string, string>): Promise<Compiled> => {
    const grants = await readStampedGrants(file, options, stamps);
    return { ...grants, graph: await inSlices(ownershipGraphSteps(grants.grants, { ...options, name })) };
  };
  const following = followFiles(await read(new Map()), {
    checkMs: options.checkMs,
    read,
    onRead: ({ warnings }) =>
      onReload?.({ kind: "replaced", source: name, text: `${name} was read again`, place: {}, warnings }),
    onFault: (error) => {
      const [why, place] = isFromguardError(error) ? [error.message, error.place] : [`${name}: ${String(error)}`, {}];
      const text = `${why}; the grants that were read before stay in use`;
      onReload?.({ kind: "kept", source: name, text, place, warnings: [] });
    },
  });
  const graph: OwnershipGraph = {
    name,
    ask: (...asked) => following.current.graph.ask(...asked),
    owners: (address) => following.current.graph.owners(address),
    addresses: (login) => following.current.graph.addresses(login),
    remedies: (login, address) => following.current.graph.remedies(login, address),
    reach: (proposal) => following.current.graph.reach(proposal),
  };
  return Object.assign(following, { graph });
}
