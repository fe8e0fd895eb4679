import fc from "fast-check";
import type { TableCase } from "./postmap.js";

const joined = (...parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((all) => all.join(""));
const words = (text: string): fc.Arbitrary<string> => fc.constantFrom(...text.split(" "));
const maybe = (arbitrary: fc.Arbitrary<string>, weight = 1): fc.Arbitrary<string> =>
  fc.oneof({ weight, arbitrary }, { weight: 3, arbitrary: fc.constant("") });

/** Octets of UTF-8 text, one character each. */
const octets = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

const local = words(
  "alice bob a aa ab abab al.ice x+y é É Bob ALICE alice+lists aab 1 12 user7 straße STRASSE ſ K İ",
).map(octets);
const host = words(
  "example.com example.org a.test EXAMPLE.COM b.example x sub.example.com example.com.evil.org exämple.com",
).map(octets);
const noise = fc.string({
  maxLength: 14,
  unit: fc.constantFrom(...'abAB@.+- xyz*()$"\\=,{}\t\r\xe9\xc3\xa9\xff12:/[]'),
});
const mailKey = fc.oneof(
  { weight: 6, arbitrary: joined(local, fc.constantFrom("@", "@", "@", ""), host) },
  { weight: 2, arbitrary: local },
  { weight: 1, arbitrary: joined(fc.constant("@"), host) },
  { weight: 2, arbitrary: noise },
);

/** Many for a table: a process answers them all. */
const keysOf = (key: fc.Arbitrary<string>) => fc.uniqueArray(key, { minLength: 40, maxLength: 90 });

const pcreAtom = fc.oneof(
  {
    weight: 5,
    arbitrary: words(
      "alice bob a ab x é [^@+]+ (.*) ([a-z]+)\\.([a-z]+) (alice|bob|a) (a|ab)(b)? \\w+ (x|y)* (?:a|b)+",
    ),
  },
  {
    weight: 2,
    arbitrary: words(
      "([^@]*)(\\+[^@]*)? [[:alpha:]]+ a{2} a{1,2}? (?i)a (?-i:A) (?<n>a) (a)? .+? \\d+ \\S* [^\\W\\d]+ \\x61 \\Qa.b\\E",
    ),
  },
  {
    weight: 2,
    arbitrary: words(
      "(?=a) (?!b) (?<=@) (?<!x) (a)\\1 (.)\\1 (?>a+) a++ (?:a|(b))+ (?|(a)|(b)) (a)?(?(1)b|x) \\bb \\B (?s:.) (?m)^a \\K ((a|b)*)*",
    ),
  },
  {
    weight: 1,
    arbitrary: words(
      "\\R (?R)? (a)(?1) (?#c) \\1 ( ) [ a** (?<n>a)(?<n>b) \\g{1} \\p{L} (?&n) \\N{U+61} (*PRUNE) {2} a{,2} [a-\\d] [z-a] \\C \\X",
    ),
  },
);
const pcrePattern = joined(
  fc.constantFrom("", "^", "^"),
  pcreAtom,
  maybe(pcreAtom),
  fc.constantFrom("", "@", "@"),
  fc.oneof(words("example\\.com example.org a\\.test [a-z.]+ .* (.*) [^@]*"), fc.constant("")),
  fc.constantFrom("", "$", "$", "\\z"),
).map(octets);

const regexpAtom = fc.oneof(
  {
    weight: 5,
    arbitrary: words("alice bob a ab x é [^@+]+ (.*) ([a-z]+)\\.([a-z]+) (alice|bob|a) (a|ab)(b)? \\w+ (x|y)* (a|b)+"),
  },
  {
    weight: 1,
    arbitrary: words(
      "(.)\\1 \\<bob\\> a{2} (a{1,2}) [[:alpha:]]+ ([^@+]*)(\\+.*)? () (a|) \\al a{1 ( ) *a a** \\(al\\)ice [[.-.]] é*",
    ),
  },
);
const regexpPattern = joined(
  fc.constantFrom("", "^", "^"),
  regexpAtom,
  fc.constantFrom("", "@", "@"),
  words("example\\.com example.org a\\.test [a-z.]+ [^@]*"),
  fc.constantFrom("", "$", "$"),
).map(octets);

// biome-ignore lint/suspicious/noTemplateCurlyInString: a reference of Postfix
const result = words("alice $1 ${1} $(1)x $1_$2 $2 $$1 [$1] b,~c ~~ REJECT~no~é $3 $x $ $0 ${1").map((text) =>
  octets(text.replaceAll("~", " ").replace("_", " ")),
);

function patternTable(type: string, pattern: fc.Arbitrary<string>, flags: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const delimited = fc.tuple(fc.constantFrom(..."///|,%"), pattern, flags).map(([d, p, f]) => `${d}${p}${d}${f}`);
  const written = joined(fc.constantFrom("", "", "", "", "!", "!!", "! "), delimited);
  const second = type === "regexp" ? maybe(joined(words("! !!"), delimited)) : fc.constant("");
  const line = fc.oneof(
    { weight: 10, arbitrary: joined(written, second, fc.constantFrom(" ", "\t"), result) },
    {
      weight: 2,
      arbitrary: joined(fc.constantFrom("if ", "if", "IF  ", "if !"), written, fc.constantFrom("", "", " x")),
    },
    { weight: 2, arbitrary: fc.constantFrom("endif", "ENDIF", "endif x") },
    {
      weight: 1,
      arbitrary: fc.constantFrom("# c", "", "  more", "nonsense x", "/open", "if", "/a/ r\r", "!", "/^al\\/x/ y"),
    },
  );
  // Many one-domain lines, in front of which an index stands.
  const many = fc.array(
    joined(
      fc.constant("/"),
      words("@ ^ ^alice@ ^[a-z]+@ ^(.*)@ b\\."),
      words("example\\.com$ b\\.example$ a\\.test sub\\. EXAMPLE\\.com$"),
      words("/ /i"),
      fc.constant(" "),
      words("r s $1"),
    ),
    {
      minLength: 8,
      maxLength: 12,
    },
  );
  return fc
    .tuple(fc.array(line, { minLength: 1, maxLength: 9 }), fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, many))
    .chain(([few, more]) => fc.shuffledSubarray([...few, ...more], { minLength: few.length + more.length }))
    .chain((lines) => words("\n \n \n \r\n").map((end) => lines.join(end) + (lines.length % 5 === 0 ? "" : end)));
}

const pcreText = patternTable(
  "pcre",
  pcrePattern,
  words("i s m x A E U X ii ix q").chain((flag) => fc.constantFrom("", "", "", flag)),
);
const regexpText = patternTable(
  "regexp",
  regexpPattern,
  words("i x m ix ii s xm").chain((flag) => fc.constantFrom("", "", flag)),
);

const hashText = fc
  .array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: joined(
          mailKey,
          fc.constantFrom(" ", "\t", "  "),
          fc.constantFrom("alice", "bob, carol", " v \r", octets("é")),
        ),
      },
      {
        weight: 2,
        arbitrary: fc.constantFrom(
          '"a b"@x v',
          "a\\ b v",
          '"open v',
          "key: v",
          "key:",
          "# c",
          "",
          "  more",
          "k",
          "k ",
          "\xff v",
          "v \xff",
        ),
      },
    ),
    { maxLength: 14 },
  )
  .map((lines) => lines.join("\n"));

const staticName = fc
  .constantFrom("x", "alice@example.com", "bob, carol", "{ a  b }", "{x}y", "{}", "{ }", "a:b", "x y")
  .map((source) => `static:${source}`);

function fileCase(type: string, text: fc.Arbitrary<string>): fc.Arbitrary<TableCase> {
  return fc.record({ files: fc.record({ table: text }), name: fc.constant(`${type}:@table@`), keys: keysOf(mailKey) });
}

const address = fc.oneof(
  fc
    .tuple(...[0, 1, 2, 3].map(() => fc.constantFrom(0, 1, 2, 10, 127, 128, 192, 255, 256)))
    .map((parts) => parts.join(".")),
  words(
    "2001:db8::1 2001:db8:: :: ::1 2001:DB8::A ::ffff:192.0.2.1 2001:db8:0:0:1::2 fe80::1 1.2.3 192.0.2.01 1:2 :::1 x 192.0.2.1.5",
  ),
);
const network = fc.oneof(
  address,
  fc
    .tuple(words("10.0.0.0 192.0.2.0 192.0.2.128 128.0.0.0 0.0.0.0"), words("8 24 25 1 0 32 33 9 -1 x"))
    .map((parts) => parts.join("/")),
  fc.tuple(words("2001:db8:: ::1 :: fe80::"), words("32 128 0 10 64 129 1")).map((parts) => parts.join("/")),
);
const cidrPattern = fc.oneof(
  { weight: 4, arbitrary: network },
  { weight: 1, arbitrary: network.map((text) => `[${text}]`) },
  { weight: 1, arbitrary: fc.tuple(address, words("8 32 64")).map(([text, length]) => `[${text}]/${length}`) },
);
const cidrText = fc
  .array(
    fc.oneof(
      {
        weight: 8,
        arbitrary: joined(
          maybe(words("! !!")),
          cidrPattern,
          fc.constantFrom(" ", "\t"),
          fc.constantFrom("ok", "a b", "", " x ", octets("é"), "\xff"),
        ),
      },
      {
        weight: 2,
        arbitrary: joined(
          words("if IF"),
          fc.constantFrom(" ", " ", " !", ""),
          cidrPattern,
          fc.constantFrom("", "", " x"),
        ),
      },
      {
        weight: 2,
        arbitrary: fc.constantFrom("endif", "endif x", "# c", "", "  more", "[1.2.3.4 x", "1.2.3.4]", "!", "/8 x"),
      },
    ),
    { maxLength: 10 },
  )
  .map((lines) => lines.join("\n"));
const ipKey = fc.oneof({ weight: 9, arbitrary: address }, { weight: 1, arbitrary: mailKey });

const value = words("x alice a@example.com bob é").map(octets);
const inlinePair = fc.oneof(
  { weight: 8, arbitrary: joined(local, fc.constant("="), value) },
  {
    weight: 4,
    arbitrary: joined(
      fc.constantFrom("{", "{ "),
      local,
      fc.constantFrom(" = ", "="),
      value,
      fc.constantFrom("}", " }"),
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom("=", "a=", "{a = b, c}", "{=x}", "a={b}", "a=b=c", "{a=b=c }") },
);
const brokenPair = fc.constantFrom("a", "a = b", "{a=b}x", "{a=b", "{a}", "");
const inlineName = fc
  .tuple(
    fc.array(inlinePair, { minLength: 1, maxLength: 5 }),
    fc.oneof(
      { weight: 12, arbitrary: fc.constant<readonly string[]>([]) },
      brokenPair.map((pair) => [pair]),
    ),
    fc.constantFrom(", ", ",", " "),
  )
  .map(([pairs, broken, separator]) => `inline:{${[...pairs, ...broken].join(separator)}}`);

const member = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("pcre:@pcre@", "texthash:@hash@", "regexp:@regexp@", "lmdb:@hash@") },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "static:x",
      "inline:{alice=bob}",
      "inline:{alice=al, {a = b c}}",
      "static:{a b}",
      "randmap:{one}",
    ),
  },
  { weight: 1, arbitrary: inlineName },
);
const composite = (type: string): fc.Arbitrary<TableCase> =>
  fc.record({
    files: fc.record({ pcre: pcreText, hash: hashText, regexp: regexpText }),
    name: fc
      .tuple(
        fc.array(
          fc.oneof(
            { weight: 8, arbitrary: member },
            fc.constantFrom("unionmap:{static:u}", "pipemap:{inline:{alice=bob}, static:p}", "{static:x}"),
          ),
          { minLength: 1, maxLength: 3 },
        ),
        fc.constantFrom(",", ", ", " "),
      )
      .map(([members, separator]) => `${type}:{${members.join(separator)}}`),
    keys: keysOf(mailKey),
  });

function nameCase(name: fc.Arbitrary<string>): fc.Arbitrary<TableCase> {
  return fc.record({ files: fc.constant({}), name, keys: keysOf(mailKey) });
}

/** Tables of each type, with keys to ask them, by the name of the type. */
export const tableCases: Readonly<Record<string, fc.Arbitrary<TableCase>>> = {
  // First, as few failures are looked at.
  fail: nameCase(fc.constant("fail:x")),
  pcre: fileCase("pcre", pcreText),
  regexp: fileCase("regexp", regexpText),
  texthash: fileCase("texthash", hashText),
  hash: fileCase("hash", hashText),
  btree: fileCase("btree", hashText),
  lmdb: fileCase("lmdb", hashText),
  cdb: fileCase("cdb", hashText),
  cidr: fc.record({ files: fc.record({ table: cidrText }), name: fc.constant("cidr:@table@"), keys: keysOf(ipKey) }),
  inline: nameCase(inlineName),
  static: nameCase(staticName),
  unionmap: composite("unionmap"),
  pipemap: composite("pipemap"),
  randmap: nameCase(fc.constantFrom("randmap:{one}", "randmap:{{a b}}", "randmap:{ x }", "randmap:{x}y", "randmap:{}")),
};
