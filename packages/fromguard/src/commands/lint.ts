import type { Place } from "@fromguard/core";
import { readTable } from "@fromguard/node";
import { lintServices, type ServiceName } from "@fromguard/postfix";
import { protectionGaps } from "../config/protection.js";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import type { Io } from "../io.js";
import { lintFacts } from "../main-cf/lint-facts.js";
import { readMainCfFile } from "../main-cf/load-main-cf.js";
import { readServices } from "../main-cf/load-master-cf.js";
import { type Style, styleFor, visible } from "../report/style.js";
import { toAsciiJson } from "../serve/log.js";
import { loadConfig, loadPolicy, toExit } from "./load.js";
import { readFilesAndOptions } from "./options.js";
import { LINT } from "./usage/postfix.js";

/** What is wrong, of whatever configuration. */
interface Finding {
  readonly code: string;
  readonly place: Place;
  readonly problem: string;
  readonly example?: string;
  readonly cure?: readonly string[];
  readonly services?: readonly ServiceName[];
}

/** `fromguard lint`: what makes a main.cf, a configuration of ours or a map protect less than it seems to. */
export async function lint(args: readonly string[], io: Io): Promise<ExitCode> {
  const { files, values } = readFilesAndOptions("lint", args, LINT.options, "MAIN_CF, CONFIG or MAP");
  const lints: Lint[] = [];
  for (const file of files) lints.push(await lintOf(file, values.override ?? [], io.env));
  const findings = lints.flatMap((each) => each.findings);
  const style = styleFor(io.stderr, io.env);
  for (const warning of new Set(lints.flatMap(({ warnings }) => warnings)))
    await io.stderr.write(`${style.yellow("warning:")} ${visible(warning)}\n`);
  await io.stdout.write(
    values.json === true ? `${toAsciiJson({ files, findings })}\n` : inWords(findings, styleFor(io.stdout, io.env)),
  );
  return findings.length === 0 ? exitCodes.ok : exitCodes.refused;
}

/** A map is named by its type, a configuration of ours by its ending; any other file is a main.cf. */
async function lintOf(file: string, overrides: readonly string[], env: Io["env"]): Promise<Lint> {
  if (/^[a-z]+:/i.test(file)) return lintMap(file);
  return /\.(?:ya?ml|json)$/i.test(file) ? lintConfig(file, env) : lintPostfix(file, overrides);
}

interface Lint {
  readonly findings: readonly Finding[];
  /** What was said of the file while it was read; no finding. */
  readonly warnings: readonly string[];
}

async function lintPostfix(file: string, overrides: readonly string[]): Promise<Lint> {
  try {
    const { config, warnings } = await readMainCfFile(file, { overrides });
    const { services, warnings: more } = await readServices(file, overrides);
    const facts = await lintFacts(
      config,
      services.map((each) => each.config),
    );
    return { findings: lintServices(facts, services), warnings: [...new Set([...warnings, ...more])] };
  } catch (error) {
    throw toExit(error);
  }
}

async function lintConfig(file: string, env: Io["env"]): Promise<Lint> {
  const config = await loadConfig({ config: file }, env);
  const gaps = protectionGaps(config);
  const { warnings } = await loadPolicy(config);
  return {
    findings: gaps.map((problem) => ({ code: "protection-gap", place: config.document.place(["rules"]), problem })),
    warnings: warnings.filter((warning) => !gaps.includes(warning)),
  };
}

/** Lines that Postfix drops or complains of, and what it does not see. */
async function lintMap(map: string): Promise<Lint> {
  try {
    const { warnings } = await readTable(map);
    const findings = warnings.map(({ kind, file, line, text }) => ({
      code: kind === "postfix" ? "map-line-bad" : "map-line-doubtful",
      place: line === 0 ? { file } : { file, line },
      problem: kind === "postfix" ? `Postfix warns: ${text}` : text.replace(`${file}:${line}: `, ""),
    }));
    return { findings, warnings: [] };
  } catch (error) {
    throw toExit(error);
  }
}

function inWords(findings: readonly Finding[], style: Style): string {
  if (findings.length === 0) return "nothing found\n";
  const lines = findings.flatMap(({ code, place, problem, example, cure = [], services = [] }) => [
    `${style.bold(where(place))}: ${style.yellow(code)}`,
    `  ${visible(problem)}`,
    ...services.map(
      ({ name, place: at }, index) => `  ${style.dim(index === 0 ? "in" : "  ")}      ${visible(name)} (${where(at)})`,
    ),
    ...(example === undefined ? [] : [`  ${style.dim("so")}      ${visible(example)}`]),
    ...cure.map((line, at) => `  ${style.dim(at === 0 ? "write " : "      ")}  ${visible(line)}`),
    "",
  ]);
  return `${lines.join("\n")}\n`;
}

function where({ file, line, key }: Place): string {
  const parts = line === undefined ? [file, key] : [file, line];
  return visible(parts.filter((part) => part !== undefined).join(":"));
}
