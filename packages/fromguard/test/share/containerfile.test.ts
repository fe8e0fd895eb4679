import { readFileSync } from "node:fs";
import { validate } from "dockerfile-utils";
import { expect, it } from "vitest";

const text = readFileSync(new URL("../../share/Containerfile", import.meta.url), "utf8");
const last = text.slice(text.lastIndexOf("\nFROM "));

it("has no fault that a linter of Dockerfiles finds", () => {
  expect(validate(text).map(({ message, range }) => `${range.start.line + 1}: ${message}`)).toEqual([]);
  expect(validate(text.replace("EXPOSE 10040", "EXPOSE x"))).toHaveLength(1);
});

it("runs as nobody's user out of files of the package alone", () => {
  expect(last.match(/^[A-Z]+(?= )/gm)).toEqual([
    "FROM",
    "COPY",
    "ENV",
    "USER",
    "EXPOSE",
    "STOPSIGNAL",
    "ENTRYPOINT",
    "CMD",
  ]);
  expect(last).toContain("\nUSER nonroot\n");
  const [, copied = ""] = /^COPY --from=install (\S+) \1$/m.exec(last) ?? [];
  expect(text).toContain(` --prefix ${copied} `);
  expect(JSON.parse(/^ENTRYPOINT (.*)$/m.exec(last)?.[1] ?? "")).toEqual([
    "/nodejs/bin/node",
    `${copied}/lib/node_modules/fromguard/dist/cli.js`,
  ]);
  expect(JSON.parse(/^CMD (.*)$/m.exec(last)?.[1] ?? "")).toEqual([
    "serve",
    "--config",
    "/etc/fromguard/fromguard.yaml",
  ]);
});

it("takes images and the package by version", () => {
  const images = [...text.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
  expect(images).toHaveLength(2);
  for (const image of images) expect(image).toMatch(/^[a-z.]+\/[\w/-]*node(?:js)?:?2\d/);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell that fills it in
  expect(text).toContain('"fromguard@${VERSION}"');
});
