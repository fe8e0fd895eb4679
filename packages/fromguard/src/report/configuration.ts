import type { Effective } from "../config/effective.js";
import { valuesOf } from "../config/effective.js";
import type { Layers, Origin } from "../config/layers.js";
import { toAsciiJson } from "../serve/log.js";
import { type Style, visible } from "./style.js";

/** A line of YAML, and where its value came from. */
interface Line {
  readonly text: string;
  readonly origin?: Origin;
}

/** Columns of values, behind which the comments stand; a longer one has its own on its line. */
const COMMENT_COLUMN = 48;

/** What is in force as YAML that can be read back, each value with where it came from. */
export function configurationInWords(shown: Effective, file: string, style: Style): string {
  return linesOf(shown, "", "")
    .map(({ text, origin }) => {
      if (origin === undefined) return `${text}\n`;
      const comment = style.dim(`# ${originInWords(origin, file)}`);
      return `${text.padEnd(COMMENT_COLUMN)} ${comment}\n`;
    })
    .join("");
}

/** What is in force as one line of JSON. */
export function configurationToJson(shown: Effective, layers: Layers): string {
  const values = valuesOf(shown).map(({ path, value, origin }) => {
    const { kind: from, ...where } = origin;
    return { key: layers.keyOf(path), value, from, ...where };
  });
  return toAsciiJson({ file: layers.file, values });
}

/** `lead` stands before the first line, `indent` before the others. */
function linesOf(shown: Effective, lead: string, indent: string): readonly Line[] {
  switch (shown.kind) {
    case "value":
      return [{ text: `${lead}${valueInYaml(shown.value)}`, origin: shown.origin }];
    case "unset":
      return [{ text: `${lead}${shown.meaning}` }];
    case "list":
      return shown.items.flatMap((item) => linesOf(item, `${indent}- `, `${indent}  `));
    case "map":
      return shown.entries.flatMap(([key, value], index) => {
        const before = `${index === 0 ? lead || indent : indent}${scalarInYaml(key)}:`;
        if (value.kind === "unset") return linesOf(value, `${indent}# ${key}: `, indent);
        if (value.kind === "value") return linesOf(value, `${before} `, indent);
        return [{ text: before }, ...linesOf(value, "", `${indent}  `)];
      });
  }
}

function valueInYaml(value: Extract<Effective, { readonly kind: "value" }>["value"]): string {
  return Array.isArray(value) ? `[${value.map(scalarInYaml).join(", ")}]` : scalarInYaml(value as string);
}

/** Plain where YAML can read it in one way only. */
function scalarInYaml(value: string | number | boolean | null): string {
  if (typeof value !== "string") return String(value);
  const isText = !/^(?:true|false|null|[-+.\d][-+.\w]*)$/i.test(value);
  const isPlain = isText && /^[\w/][\w./@-]*(?::[\w./@-]+)*$/.test(value);
  return isPlain ? value : toAsciiJson(value);
}

/** Where a value came from. */
function originInWords(origin: Origin, file: string): string {
  switch (origin.kind) {
    case "file":
      return `${visible(file)}:${origin.line}`;
    case "environment":
      return origin.variable;
    case "flag":
      return visible(origin.option);
    case "preset":
      return `preset ${origin.name}`;
    case "default":
      return "default";
  }
}
