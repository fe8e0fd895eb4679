import type { DescribedOperation, OpenApiDocument } from "./document.js";

/** The style of the page; {@link STYLE_HASH} lets it, and nothing else, into the page. */
export const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#222;background:#fff}
h2{margin-top:2.5em;border-top:1px solid #ccc;padding-top:.6em}code,pre{font:14px/1.4 ui-monospace,monospace}
pre{background:#f5f5f5;padding:1em;overflow-x:auto}table{border-collapse:collapse}td,th{text-align:left;vertical-align:top;padding:.3em 1em .3em 0}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#1b1b1b}pre{background:#262626}a{color:#8ab4f8}}`;

/** SHA-256 of {@link STYLE} in base64. */
export const STYLE_HASH = "sha256-SjNzEUKix6BjMbn0EnQ/roKUG+p6HJbpjF+vSCmvJRE=";

/** What a browser may do on the page: show it, with its style. */
export const PAGE_POLICY = `default-src 'none'; style-src '${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** The document as a page that a reader needs no script for. */
export function docsPage({ info, paths, components }: OpenApiDocument): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const contents = operations.map(
    ({ path, method, operation }) =>
      `<li><a href="#${operation.operationId}"><code>${method} ${escaped(path)}</code></a> ${escaped(operation.summary)}</li>`,
  );
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) => `<h3 id="schema-${name}">${name}</h3>\n${pre(schema)}`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(info.title)} HTTP API</title><style>${STYLE}</style></head><body>
<h1>${escaped(info.title)} HTTP API</h1>
<p>${marked(info.description)}</p>
<p>The same for programs: <a href="openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
<ul>
${contents.join("\n")}
</ul>
${operations.map(({ path, method, operation }) => sectionOf(path, method, operation)).join("\n")}
<h2>Schemas</h2>
${schemas.join("\n")}
</body></html>
`;
}

function sectionOf(path: string, method: string, operation: DescribedOperation): string {
  const { operationId, summary, description = "", parameters = [], requestBody, responses, security } = operation;
  const answers = Object.entries(responses).map(
    ([status, answer]) =>
      `<tr><th>${status}</th><td>${marked(answer.description)}</td><td>${typesOf(answer.content)}</td></tr>`,
  );
  return `<h2 id="${operationId}"><code>${method} ${escaped(path)}</code></h2>
<p>${marked(summary)}. ${marked(description)}${security === undefined ? "" : " Asks for a bearer token."}</p>
${
  parameters.length === 0
    ? ""
    : `<table>${parameters.map((each) => `<tr><th><code>${escaped(each.name)}</code></th><td>${each.in}</td><td>${marked(each.description)}</td></tr>`).join("\n")}</table>\n`
}${requestBody === undefined ? "" : `<p>Body: ${typesOf(requestBody.content)}</p>\n`}<table>${answers.join("\n")}</table>`;
}

/** The media types of a body, with links to what their schemas are called. */
function typesOf(content: DescribedOperation["responses"][string]["content"] = {}): string {
  return Object.entries(content)
    .map(([type, { schema }]) => {
      const name = /"#\/components\/schemas\/(\w+)"/.exec(JSON.stringify(schema) ?? "")?.[1];
      return `<code>${escaped(type)}</code>${name === undefined ? "" : ` <a href="#schema-${name}">${name}</a>`}`;
    })
    .join(", ");
}

function pre(value: unknown): string {
  return `<pre>${escaped(JSON.stringify(value, undefined, 2))}</pre>`;
}

/** Text with \`code\`. */
function marked(text: string): string {
  return escaped(text).replace(/`([^`]*)`/g, "<code>$1</code>");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
