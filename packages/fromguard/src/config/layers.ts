import { FromguardError, type Place } from "@fromguard/core";
import type { KeyPath, Placed, YamlDocument } from "@fromguard/node";
import type { Override, OverrideOrigin } from "./overrides.js";
import type { Expansion, PresetName } from "./presets.js";

/** Where a value came from. */
export type Origin =
  | { readonly kind: "file"; readonly line: number; readonly column: number }
  | OverrideOrigin
  | { readonly kind: "preset"; readonly name: PresetName }
  | { readonly kind: "default" };

type Tree = Readonly<Record<string, unknown>>;

/** A preset, and what it comes to. */
export interface Preset {
  readonly name: PresetName;
  readonly expansion: Expansion;
}

/** A rule of the merged list: its place in the list of the file, or none where the preset alone has it. */
type RuleSource = number | undefined;

/**
 * One tree of keys out of four layers: a preset, over it the file, over it the environment, over it `--set`. Knows of each value where it
 * came from.
 */
export class Layers implements Placed {
  readonly file: string;
  /** Plain data; a map, unless the file is none. */
  readonly value: unknown;
  readonly #yaml: YamlDocument;
  readonly #overrides: readonly Override[];
  readonly #preset: Preset | undefined;
  readonly #over: unknown;
  readonly #rules: readonly RuleSource[] | undefined;

  constructor(yaml: YamlDocument, overrides: readonly Override[], preset?: Preset) {
    this.file = yaml.file;
    this.#yaml = yaml;
    this.#overrides = overrides;
    this.#preset = preset;
    const own = yaml.value ?? {};
    this.#over = isTree(own) ? overrides.reduce(put, own) : own;
    const under = preset?.expansion;
    if (under === undefined || !isTree(this.#over)) {
      this.value = this.#over;
      return;
    }
    const merged = mergeRules(under.rules, this.#over.rules);
    this.#rules = merged?.sources;
    this.value = { ...underlay({ ...under }, this.#over), ...(merged && { rules: merged.rules }) };
  }

  /** The same layers over a preset. */
  over(preset: Preset): Layers {
    return new Layers(this.#yaml, this.#overrides, preset);
  }

  /** Where an error at this path is to be mended. */
  place(path: KeyPath): Place {
    const { origin, path: at } = this.#locate(path);
    const place = this.#yaml.place(at);
    switch (origin.kind) {
      case "environment":
        return { file: origin.variable, ...(place.key === undefined ? {} : { key: place.key }) };
      case "flag":
        return { file: origin.option, ...(place.key === undefined ? {} : { key: place.key }) };
      case "preset": {
        const named = this.#yaml.place(["preset"]);
        return isTree(this.#yaml.value) && Object.hasOwn(this.#yaml.value, "preset")
          ? { ...named, ...(place.key === undefined ? {} : { key: place.key }) }
          : place;
      }
      default:
        return place;
    }
  }

  /** A path in one word: `listeners[0].policy`. */
  keyOf(path: KeyPath): string {
    return this.#yaml.place(path).key ?? "";
  }

  /** Where the value at this path came from. */
  origin(path: KeyPath): Origin {
    return this.#locate(path).origin;
  }

  /** The layer that has a value, and the path of the value in it. */
  #locate(path: KeyPath): { readonly origin: Origin; readonly path: KeyPath } {
    const override = this.#overrides.findLast((each) => startsWith(path, each.path));
    if (override !== undefined) return { origin: override.origin, path };
    const [head, index, ...rest] = path;
    let at = path;
    if (head === "rules" && typeof index === "number" && this.#rules !== undefined) {
      const source = this.#rules[index];
      if (source === undefined) return { origin: has(this.value, path) ? this.#ofPreset() : { kind: "default" }, path };
      at = ["rules", source, ...rest];
    }
    if (has(this.#over, at)) {
      const { line = 1, column = 1 } = this.#yaml.place(at);
      return { origin: { kind: "file", line, column }, path: at };
    }
    return { origin: has(this.value, path) ? this.#ofPreset() : { kind: "default" }, path: at };
  }

  #ofPreset(): Origin {
    return this.#preset === undefined ? { kind: "default" } : { kind: "preset", name: this.#preset.name };
  }
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Puts a value at a path; where the file has something else on the way than a map or list, it is left for the reader to refuse. */
function put(tree: unknown, { path, value, origin }: Override): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const inner = (child: unknown) => put(child, { path: rest, value, origin });
  if (typeof key === "number") {
    if (!Array.isArray(tree) || key >= tree.length) {
      const file = origin.kind === "flag" ? origin.option : origin.variable;
      throw new FromguardError("FG_CONFIG_INVALID", `there is no entry [${key}] to be changed`, { place: { file } });
    }
    return tree.with(key, inner(tree[key]));
  }
  if (tree === undefined || tree === null) return { [key]: inner(undefined) };
  return isTree(tree) ? { ...tree, [key]: inner(tree[key]) } : tree;
}

/** The keys of one map below those of another. */
function underlay(under: Tree, over: Tree): Tree {
  const merged: Record<string, unknown> = { ...under, ...over };
  for (const [key, value] of Object.entries(under)) {
    const above = over[key];
    if (isTree(value) && isTree(above)) merged[key] = underlay(value, above);
  }
  return merged;
}

/** The rules of a preset with the options of the file, and the other rules of the file behind. */
function mergeRules(
  preset: Expansion["rules"],
  own: unknown,
): { readonly rules: readonly unknown[]; readonly sources: readonly RuleSource[] } | undefined {
  if (own === undefined) return { rules: preset, sources: preset.map(() => undefined) };
  if (!Array.isArray(own)) return undefined;
  const names = own.map(nameOf);
  const taken = new Set<number>();
  const below = preset.map((rule) => {
    const name = nameOf(rule) ?? "";
    const index = names.indexOf(name);
    if (index < 0) return { rule, source: undefined };
    taken.add(index);
    return { rule: withOptions(name, rule, own[index]), source: index };
  });
  const more = own.map((rule: unknown, source) => ({ rule, source })).filter(({ source }) => !taken.has(source));
  const merged = [...below, ...more];
  return { rules: merged.map(({ rule }) => rule), sources: merged.map(({ source }) => source) };
}

function nameOf(rule: unknown): string | undefined {
  if (typeof rule === "string") return rule;
  return isTree(rule) ? Object.keys(rule)[0] : undefined;
}

function withOptions(name: string, rule: unknown, own: unknown): unknown {
  const options = isTree(rule) ? rule[name] : undefined;
  if (!isTree(options)) return own;
  const changed = isTree(own) ? own[name] : {};
  if (changed === null) return rule;
  return isTree(changed) ? { ...(isTree(own) ? own : {}), [name]: { ...options, ...changed } } : own;
}

function startsWith(path: KeyPath, prefix: KeyPath): boolean {
  return prefix.every((part, index) => path[index] === part);
}

function has(tree: unknown, path: KeyPath): boolean {
  let at = tree;
  for (const [index, part] of path.entries()) {
    // A rule without options is its name alone.
    if (typeof at === "string") return part === at && index === path.length - 1;
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, part)) return false;
    at = (at as Record<string | number, unknown>)[part];
  }
  return true;
}
