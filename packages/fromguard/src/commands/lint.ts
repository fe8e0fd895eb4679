import type { Place } from "@fromguard/core";
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
import { readFileAndOptions } from "./options.js";
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

/** `fromguard lint`: what makes a main.cf, or a configuration of ours, protect less than it seems to. */
export async function lint(args: readonly string[], io: Io): Promise<ExitCode> {
  const { file, values } = readFileAndOptions("lint", args, LINT.options, "MAIN_CF or CONFIG");
  const isOurs = /\.(?:ya?ml|json)$/i.test(file);
  const { findings, warnings } = isOurs
    ? await lintConfig(file, io.env)
    : await lintPostfix(file, values.override ?? []);
  const style = styleFor(io.stderr, io.env);
  for (const warning of warnings) await io.stderr.write(`${style.yellow("warning:")} ${visible(warning)}\n`);
  await io.stdout.write(
    values.json === true ? `${toAsciiJson({ file, findings })}\n` : inWords(findings, styleFor(io.stdout, io.env)),
  );
  return findings.length === 0 ? exitCodes.ok : exitCodes.refused;
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
