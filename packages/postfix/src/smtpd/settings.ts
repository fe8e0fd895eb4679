import type { Table } from "@fromguard/core";
import type { MatchList } from "../lists/match-list.js";
import type { MainCf } from "../main-cf/main-cf.js";

/** The restriction lists that smtpd evaluates up to RCPT TO. */
export type ListName =
  | "smtpd_client_restrictions"
  | "smtpd_helo_restrictions"
  | "smtpd_sender_restrictions"
  | "smtpd_relay_restrictions"
  | "smtpd_recipient_restrictions";

/** What smtpd reads at its start: lists split into words, tables opened, numbers checked. Nothing is read later. */
export interface Settings {
  readonly config: MainCf;
  readonly lists: Readonly<Record<ListName, readonly string[]>>;
  /** By name, which is case-sensitive; split as the lists are. */
  readonly classes: ReadonlyMap<string, readonly string[]>;
  /** The opened tables of a parameter such as `smtpd_sender_login_maps`, in order. */
  tables(parameter: string): readonly Table[];
  /** A table that a list or a class names; `check_x_access` takes one or a `{ }` group. */
  table(spec: string): Table | undefined;
  /** `mynetworks`: client name and address. */
  readonly myNetworks: MatchList<{ readonly name: string; readonly address: string }>;
  /** `permit_mx_backup_networks`, likewise. */
  readonly mxBackupNetworks: MatchList<{ readonly name: string; readonly address: string }>;
  /** A domain list such as `relay_domains`, `mydestination`, `virtual_alias_domains`. */
  domains(parameter: string): MatchList<string>;
}
