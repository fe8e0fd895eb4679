import type { Readable, Writable } from "node:stream";
import { type Head, readHead } from "@fromguard/smtp-server";
import type { HeaderLine, ZoneHeaders } from "./host.js";

/** Reads the beginning of a message before ZoneMTA parses it, then lets all of it pass. */
export async function readPassing(
  source: Readable,
  destination: Writable,
  until: "header" | "end",
  maxBytes: number,
): Promise<Head> {
  const head = await readHead(source, until, maxBytes);
  if (head.kind === "whole") destination.end(head.bytes);
  else source.pipe(destination);
  return head;
}

/** The octets of the header as ZoneMTA will send it, its empty line included. */
export function headerToSend(headers: ZoneHeaders): Buffer {
  const lines = headers.getList().map(({ line }) => `${line.replace(/\r?\n/g, "\r\n")}\r\n`);
  return Buffer.from(`${lines.join("")}\r\n`, "latin1");
}

/**
 * Puts other octets in the place of the header that is sent.
 *
 * @throws Error where ZoneMTA would send others than these
 */
export function replaceHeader(headers: ZoneHeaders, octets: Uint8Array): void {
  const list = headers.getList();
  const text = Buffer.from(octets)
    .toString("latin1")
    .replace(/(?:\r\n)+$/, "");
  const fields = text === "" ? [] : text.split(/\r\n(?![ \t])/);
  list.splice(0, list.length, ...fields.map(lineOf));
  if (!headerToSend(headers).equals(octets)) throw new Error("ZoneMTA does not keep the header as it was written");
}

function lineOf(line: string): HeaderLine {
  return {
    key: line
      .slice(0, Math.max(0, line.indexOf(":")))
      .trim()
      .toLowerCase(),
    line,
  };
}
