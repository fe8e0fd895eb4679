export type { ByteSet } from "./byte-set.js";
export { bytesOf, textOf } from "./bytes.js";
export { type Captures, type CompileOptions, compilePattern, MAX_STEPS, type Matcher } from "./compile.js";
export { parsePattern } from "./parse.js";
export type { Refusal } from "./refusal.js";
export { type Sample, sampleSubjects } from "./sample.js";
export {
  type Assertion,
  type CodeRanges,
  type Condition,
  type Mode,
  type Node,
  type Pattern,
  type PatternOptions,
  type PcreVersion,
  partsOf,
  type SyntaxFault,
  type VersionDependence,
} from "./syntax.js";
export { expandTemplate, parseTemplate, type Template, type TemplateFault, type TemplatePart } from "./template.js";
