import { type Answer, jsonAnswer } from "../exchange.js";
import type { Route } from "../route.js";
import { openApiDocument } from "./document.js";
import { docsPage, PAGE_POLICY } from "./page.js";

/** `GET /openapi.json` and `GET /docs`, of the other routes; each is made when it is first asked for. */
export function documentRoutes(routes: readonly Route[], version: string): readonly Route[] {
  let document: Answer | undefined;
  let page: Answer | undefined;
  const described = () => openApiDocument(routes, { version });
  return [
    {
      method: "GET",
      path: "/openapi.json",
      needs: undefined,
      answer: () => {
        document ??= jsonAnswer(described());
        return document;
      },
    },
    {
      method: "GET",
      path: "/docs",
      needs: undefined,
      answer: () => {
        page ??= {
          status: 200,
          headers: {
            "content-type": "text/html; charset=utf-8",
            "content-security-policy": PAGE_POLICY,
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
          },
          body: docsPage(described()),
        };
        return page;
      },
    },
  ];
}
