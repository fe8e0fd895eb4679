import { mkdir, writeFile } from "node:fs/promises";
import { configJsonSchema } from "../config/json-schema.js";
import { VERSION } from "../version.js";
import { commandPage } from "./command-page.js";
import { configurationPage } from "./configuration-page.js";
import { copyPages } from "./shipped-pages.js";

/** Writes what the package ships beside its code, all made of what the code reads by: run by the build. */
const out = new URL("../dist/", import.meta.url);
await mkdir(new URL("man/", out), { recursive: true });
const { SOURCE_DATE_EPOCH: epoch } = process.env;
const date = new Date(epoch === undefined ? Date.now() : Number(epoch) * 1000).toISOString().slice(0, 10);
const edition = { version: VERSION, date };
await writeFile(new URL("man/fromguard.1", out), commandPage(edition));
await writeFile(new URL("man/fromguard.yaml.5", out), configurationPage(edition));
await writeFile(new URL("config.schema.json", out), `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
await copyPages(new URL("../../../docs/", import.meta.url), new URL("docs/", out));
