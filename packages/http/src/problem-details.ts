/** One thing that is wrong with what was sent. */
export interface ProblemDetail {
  /** One sentence in printable ASCII. */
  readonly detail: string;
  /** Where it stands in the JSON of the body: a JSON pointer as a URI fragment (RFC 6901 section 6). */
  readonly pointer?: string;
  /** Or in which header field of the request. */
  readonly header?: string;
  /** The valid name that was probably meant. */
  readonly nearest?: string;
}

/** What is wrong with a request (RFC 9457): `about:blank` as type, the status phrase as title, one sentence as detail. */
export interface Problem {
  readonly status: 400 | 401 | 403 | 404 | 405 | 413 | 415 | 422 | 429 | 503;
  /** One sentence in printable ASCII. */
  readonly detail: string;
  readonly errors?: readonly ProblemDetail[];
  /** The methods to try instead, with 405. */
  readonly allow?: string;
  /** Seconds, with 429. */
  readonly retryAfter?: number;
}

const TITLES: Readonly<Record<Problem["status"], string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  503: "Service Unavailable",
};

/** A problem as the JSON that is answered. */
export function problemToJson({ status, detail, errors }: Problem) {
  return { type: "about:blank", title: TITLES[status], status, detail, ...(errors === undefined ? {} : { errors }) };
}
