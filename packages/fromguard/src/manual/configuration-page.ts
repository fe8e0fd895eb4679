import type { z } from "zod";
import { DEFAULT_CONFIG_FILE } from "../config/config.js";
import { listenerSchemas } from "../config/listeners.js";
import { variableOf } from "../config/overrides.js";
import { ownershipSchemas } from "../config/ownership-schemas.js";
import { presetSchemas } from "../config/presets.js";
import { ruleSchemas } from "../config/rule-schemas.js";
import { fileSchema } from "../config/schema.js";
import { descriptionOf, type Setting, settingsOf } from "../config/walk.js";
import { PAGES_SHIPPED } from "./shipped-pages.js";
import { definition, type Edition, escaped, literal, paragraph, section, titleLine } from "./troff.js";

/** `fromguard.yaml(5)`, out of what reads the file. */
export function configurationPage(edition: Edition): string {
  return [
    titleLine("fromguard.yaml", 5, edition),
    section("Name", `fromguard.yaml \\- ${escaped("configuration of fromguard(1)")}\n`),
    section("Synopsis", literal([DEFAULT_CONFIG_FILE])),
    section(
      "Description",
      paragraph(
        "One file in YAML 1.2, up to 1 MiB. Every key may be left out. Over the file stand variables, and over those --set KEY=VALUE; below it stands a preset.",
      ) +
        literal([
          "listeners:",
          "  - policy: 127.0.0.1:10040",
          "  - milter: 127.0.0.1:10041",
          "ownership:",
          "  - login-map: pcre:/etc/postfix/sender_login_maps",
        ]),
    ),
    section("Keys", settingsOf(fileSchema).filter(isOwn).map(withVariable).join("")),
    section("Presets", kinds(presetSchemas, "preset: ")),
    section("Listeners", kinds(listenerSchemas, "- ")),
    section("Ownership", kinds(ownershipSchemas, "- ")),
    section("Rules", kinds(ruleSchemas, "- ")),
    section(
      "Actions",
      paragraph(
        "Below actions each code of a failure, and default, may have one of reject, defer, quarantine, tag, rewrite and observe; below replies each code may have code, enhanced and text.",
      ),
    ),
    section("See also", paragraph("fromguard(1)") + paragraph(PAGES_SHIPPED)),
  ].join("");
}

/** Keys by code are told in one sentence. */
function isOwn({ path: [first, second] }: Setting): boolean {
  return second === undefined || (first !== "actions" && first !== "replies");
}

function withVariable(setting: Setting): string {
  return definition(setting.path.join("."), `${meaningOf(setting)} Variable: ${variableOf(setting.path)}.`);
}

function meaningOf({ description, fallback }: Setting): string {
  const isPlain = ["string", "number", "boolean"].includes(typeof fallback);
  return isPlain && !description.includes("Default") ? `${description} Default ${String(fallback)}.` : description;
}

function kinds(schemas: Readonly<Record<string, z.ZodType>>, lead: string): string {
  return Object.entries(schemas)
    .map(([name, schema]) => {
      const options = settingsOf(schema).filter(({ path }) => !path.includes("stances") || path.at(-1) === "stances");
      const below = options.map((option) => definition(option.path.join("."), meaningOf(option))).join("");
      const kind = definition(`${lead}${name}`, descriptionOf(schema));
      return below === "" ? kind : `${kind}.RS 4\n${below}.RE\n`;
    })
    .join("");
}
