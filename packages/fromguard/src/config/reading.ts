import { check, type Fault, inOrder, type KeyPath } from "@fromguard/node";
import type { z } from "zod";
import type { Layers } from "./layers.js";

/** Reads the parts of a configuration, and keeps every fault. */
export class Reading {
  readonly layers: Layers;
  readonly #faults: Fault[] = [];

  constructor(layers: Layers) {
    this.layers = layers;
  }

  /** In the order of the file, what is missing last. */
  get faults(): readonly Fault[] {
    return inOrder(this.#faults, this.layers);
  }

  /** What the schema makes of the value at a path; undefined where there is a fault. */
  check<Output>(schema: z.ZodType<Output>, value: unknown, path: KeyPath): Output | undefined {
    const checked = check(schema, value, this.layers, path);
    if (checked.ok) return checked.data;
    this.#faults.push(...checked.faults.map(withPointer));
    return undefined;
  }

  /** Keeps a fault of the shape. */
  fault(path: KeyPath, what: string): void {
    this.#faults.push({ path, what, isShape: true });
  }

  /** Keeps a fault of what values mean together, which no schema of the shape sees. */
  faultOfMeaning(path: KeyPath, what: string): void {
    this.#faults.push({ path, what, isShape: false });
  }
}

/** A code that is like none: there are too many to name them. */
function withPointer(fault: Fault): Fault {
  const { path, what } = fault;
  const isCode = path.length === 2 && (path[0] === "actions" || path[0] === "replies");
  return isCode && what === "unknown key" ? { ...fault, what: "unknown code: docs/codes.md lists them" } : fault;
}
