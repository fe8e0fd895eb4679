export type { ByteSet } from "./byte-set.js";
export { bytesOf, textOf } from "./bytes.js";
export { type Captures, compilePattern, type Matcher } from "./compile.js";
export { parsePattern } from "./parse.js";
export type { Refusal } from "./refusal.js";
export { type Sample, sampleSubjects } from "./sample.js";
export type { Assertion, Condition, Mode, Node, Pattern, PatternOptions, SyntaxFault } from "./syntax.js";
export { expandTemplate, parseTemplate, type Template, type TemplateFault, type TemplatePart } from "./template.js";
