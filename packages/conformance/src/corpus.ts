import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Case, type CorpusFile, type Kind, messageOf } from "./kind.js";

/** The largest corpus file that is read, in octets. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;

/** A corpus file whose kind is known. */
export interface KnownFile {
  readonly path: string;
  readonly kind: Kind;
  readonly cases: readonly Case[];
}

/** What was found below a path. */
export interface Corpus {
  /** Sorted by path. */
  readonly files: readonly KnownFile[];
  /** One sentence each: JSON of no known kind, a file that claims to be JSON and is not, a path without a case. */
  readonly errors: readonly string[];
}

/**
 * Finds the corpus files below a path, which may itself be a file, and tells the kind of each from its content.
 *
 * What is not JSON (documentation, other test data) is passed over, unless its name ends in `.json`.
 *
 * @throws the error of the file system where the path cannot be read
 */
export async function readCorpus(path: string, kinds: readonly Kind[]): Promise<Corpus> {
  const files: KnownFile[] = [];
  const errors: string[] = [];
  for (const filePath of await walk(path)) {
    const read = await readJson(filePath);
    if ("error" in read) errors.push(read.error);
    if (!("json" in read)) continue;
    const kind = kinds.find((candidate) => candidate.recognise(read.json));
    if (kind === undefined) errors.push(`${filePath}: JSON of no known kind`);
    else files.push({ path: filePath, kind, cases: casesOf(kind, { path: filePath, json: read.json }) });
  }
  if (files.every((file) => file.cases.length === 0)) errors.push(`${path}: holds no case`);
  return { files, errors };
}

/** A file whose cases cannot even be read is one case that disagrees. */
function casesOf(kind: Kind, file: CorpusFile): readonly Case[] {
  try {
    return kind.cases(file);
  } catch (error) {
    return [{ name: "whole file", check: () => Promise.reject(error) }];
  }
}

async function walk(path: string): Promise<readonly string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

type Read = { readonly json: unknown } | { readonly error: string } | { readonly passedOver: true };

async function readJson(path: string): Promise<Read> {
  const status = await stat(path);
  if (!status.isFile()) return { passedOver: true };
  if (status.size > MAX_FILE_BYTES) return { error: `${path}: over ${MAX_FILE_BYTES} octets` };
  const text = await readFile(path, "utf8");
  const named = path.toLowerCase().endsWith(".json");
  if (!named && !/^\s*[[{]/.test(text)) return { passedOver: true };
  try {
    return { json: JSON.parse(text) };
  } catch (error) {
    return named ? { error: `${path}: not JSON: ${messageOf(error)}` } : { passedOver: true };
  }
}
