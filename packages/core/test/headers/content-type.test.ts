import fc from "fast-check";
import { expect, test } from "vitest";
import { contentTypes, multiparts } from "../../src/headers/content-type.js";
import { readHeaderBytes } from "../../src/index.js";

const octets = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

/** Each Content-Type of a header as `type`, its boundary where there is one, and `hp` where a parameter protects headers. */
const typesOf = (header: string) =>
  contentTypes(readHeaderBytes(octets(header))).map(({ type, boundary, hasProtectedHeaders }) =>
    [type, ...(boundary === undefined ? [] : [boundary]), ...(hasProtectedHeaders ? ["hp"] : [])].join(" "),
  );

test.each([
  ["Subject: multipart/mixed; boundary=b", []],
  ["X-Content-Type: multipart/mixed", []],
  ["Content-Type-X: multipart/mixed", []],
  ["Content-Type: a/b\r\nContent-Type: c/d", ["a", "c"]],
  ["content-TYPE \t: a/b", ["a"]],
])("of a header %j", (header, types) => {
  expect(typesOf(`${header}\r\n\r\n`)).toEqual(types);
});

test.each([
  ["", [""]],
  ["MultiPart / Mixed", ["multipart"]],
  ["(x) multipart (y)/mixed", ["multipart"]],
  ["a/b; boundary=B", ["a B"]],
  ['a/b ;\r\n\tBoundary = "b c" ; x=y', ["a b c"]],
  ["a/b; charset=c", ["a"]],
  ["a/b; boundary", ["a"]],
  ["a/b; boundary=", ["a"]],
  ['a/b; boundary=""', ["a"]],
  ["a/b; boundaryx", ["a"]],
  ["a/b; hpx; protected-headersx", ["a"]],
  ["a/b; hp=clear", ["a hp"]],
  ["a/b; protected-headers=v1; boundary=b", ["a b hp"]],
  ["a/b; boundary*=b", ["a b"]],
  ["a/b; boundary*0=b; boundary*1*=c", ["a bc"]],
  ["a/b; hp*0*=clear", ["a hp"]],
  ['a/b; boundary=b"', ['a b"']],
  ['a/b; boundary="b', ["a b"]],
  ['a/b; boundary="b;c"', ["a b;c"]],
  ['a/b; boundary="b(c;d)e"; hp=clear', ["a b(c;d)e hp"]],
  [String.raw`a/b; boundary="b\"c\\d\ e"`, [String.raw`a b"c\d e`]],
  [String.raw`a/b; boundary="b\";c"; hp=clear`, ['a b";c hp']],
  [String.raw`a/b; boundary=b\;c`, ["a b\\"]],
  ["a/b; boundary=b(c)d", ["a bd"]],
  ["a/b; boundary=b(c(d;e)f)g", ["a bg"]],
  [String.raw`a/b; boundary=b(c\)d;e)f`, ["a bf"]],
  ['a/b; boundary=b(c"d)e; hp=clear', ["a be hp"]],
  ["a/b; boundary=b(c; hp=clear", ["a b"]],
  ["a/b; boundary=b)c; hp=clear", ["a b)c hp"]],
  ["a/b; boundary=\xff\xe9", ["a \xff\xe9"]],
  ["a/b; boundary=\xc3\xa9", ["a é"]],
])("%j", (value, types) => {
  expect(typesOf(`Content-Type: ${value}\r\n\r\n`)).toEqual(types);
});

test("the multiparts are those among all types, whatever stands before and within", () => {
  const piece = fc.constantFrom(...'mMuU\t \r\n(x)"/;,=\v\x00\xa0\xef', "multipart", "text", "; boundary=b", "\r\n ");
  let found = 0;
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 3 }), fc.boolean(), fc.array(piece, { maxLength: 4 }), (a, isOne, b) => {
      const value = `${a.join("")}${isOne ? "multipart" : ""}${b.join("")}/mixed; boundary=b`;
      const section = readHeaderBytes(octets(`Content-Type:${value}\r\n\r\n`));
      const wanted = contentTypes(section).filter(({ type }) => type === "multipart");
      expect(multiparts(section)).toEqual(wanted);
      found += wanted.length;
    }),
    { numRuns: 3_000 },
  );
  expect(found).toBeGreaterThan(50);
});

test.each([
  ["multipart/mixed; boundary=b", ["b"]],
  ["MULTIPART/mixed; boundary=b", ["b"]],
  [" \t\r\n \r\n\tmultipart/mixed; boundary=b", ["b"]],
  ["\nmultipart/mixed; boundary=b", ["b"]],
  ["\rmultipart/mixed; boundary=b", ["b"]],
  ["(c) multipart/mixed; boundary=b", ["b"]],
  ["multi(c)part/mixed; boundary=b", ["b"]],
  ["multipart", [undefined]],
  ["message/rfc822; boundary=b", []],
  ["text/plain; boundary=b", []],
  ["apart/mixed; boundary=b", []],
  ["zip; boundary=b", []],
  ["xmultipart/mixed; boundary=b", []],
  ["", []],
])("%j has the boundaries of multiparts %j", (value, boundaries) => {
  expect(multiparts(readHeaderBytes(octets(`Content-Type:${value}\r\n\r\n`))).map((type) => type.boundary)).toEqual(
    boundaries,
  );
});
