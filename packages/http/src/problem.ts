/** What is wrong with a request (RFC 9457): `about:blank` as type, the status phrase as title, one sentence as detail. */
export interface Problem {
  readonly status: 400 | 404 | 405 | 413 | 415 | 422 | 503;
  /** One sentence in printable ASCII. */
  readonly detail: string;
  /** The methods to try instead, with 405. */
  readonly allow?: string;
}

const TITLES: Readonly<Record<Problem["status"], string>> = {
  400: "Bad Request",
  404: "Not Found",
  405: "Method Not Allowed",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  503: "Service Unavailable",
};

/** The answer that tells a problem. */
export function problemResponse({ status, detail, allow }: Problem): Response {
  return new Response(`${JSON.stringify({ type: "about:blank", title: TITLES[status], status, detail })}\n`, {
    status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ...(allow === undefined ? {} : { allow }),
    },
  });
}
