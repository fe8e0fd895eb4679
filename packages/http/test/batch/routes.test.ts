import { createGuard, type Guard, pass, rule } from "@fromguard/core";
import { describe, expect, it } from "vitest";
import { createHandler, type HttpEvent } from "../../src/index.js";
import { FORGED, HONEST, handlerOf, post } from "../support/handlers.js";

const NDJSON = { "content-type": "application/x-ndjson" };
const line = (value: unknown) => `${JSON.stringify(value)}\n`;

function batch(body: BodyInit): Request {
  return post("/v1/check/batch", body, NDJSON);
}

/** What each line is answered: the action, or the status of its error. */
async function outcomes(response: Response): Promise<readonly (string | number)[]> {
  const lines = (await response.text()).split("\n");
  expect(lines.pop()).toBe("");
  return lines.map((each) => JSON.parse(each)).map(({ action, error }) => action ?? error.status);
}

/** A body that is written by hand, and knows how much of it was taken. */
function byHand() {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({ start: (given) => (controller = given) });
  return {
    body,
    write: (text: string) => controller?.enqueue(encoder.encode(text)),
    end: () => controller?.close(),
    breakOff: () => controller?.error(new Error("gone")),
  };
}

function linesOf(response: Response) {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  return async () => decoder.decode((await reader?.read())?.value);
}

describe("POST /v1/check/batch", () => {
  it("answers each line in its order, errors too, and goes on", async () => {
    const body = [
      line(HONEST),
      line(FORGED),
      "{\n",
      "\n",
      line({ sender: "a@b" }),
      line({ login: "eve" }),
      '{"login":',
    ];
    const response = await handlerOf()(batch(body.join("")));
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/x-ndjson"]);
    expect(await outcomes(response)).toEqual(["accept", "reject", 400, 400, 422, "defer", 400]);
  });

  it("takes a last line without its end, and no line at all", async () => {
    expect(await outcomes(await handlerOf()(batch(line(HONEST).trimEnd())))).toEqual(["accept"]);
    expect(await outcomes(await handlerOf()(batch("")))).toEqual([]);
  });

  it("answers a line over the limit with an error, and does not hold it", async () => {
    const handler = handlerOf({ maxBodyBytes: 100 });
    const body = `${line(HONEST)}${" ".repeat(5000)}\n${line(FORGED)}${"x".repeat(101)}`;
    expect(await outcomes(await handler(batch(body)))).toEqual(["accept", 413, "reject", 413]);
  });

  it("streams: a line is answered before the next one is there", async () => {
    const { body, write, end } = byHand();
    const read = linesOf(await handlerOf()(batch(body)));
    for (const transaction of [HONEST, FORGED, HONEST]) {
      write(line(transaction));
      expect(JSON.parse(await read()).action).toBe(transaction === HONEST ? "accept" : "reject");
    }
    end();
    expect(await read()).toBe("");
  });

  it("keeps the order where a later line is judged sooner", async () => {
    const waiting = new Map<string, () => void>();
    const slow = rule("slow", ["login"], ({ login }) =>
      login === "slow" ? new Promise((resolve) => waiting.set("slow", () => resolve(pass()))) : pass(),
    );
    const { body, write, end } = byHand();
    const decided: string[] = [];
    const handler = handlerOf(
      {
        onEvent: (event) => {
          if (event.kind !== "decided") return;
          decided.push(event.facts.login ?? "");
          if (event.facts.login === "quick") waiting.get("slow")?.();
        },
      },
      [slow],
    );
    const response = await handler(batch(body));
    write(line({ login: "slow" }) + line({ login: "quick" }));
    end();
    const lines = (await response.text()).trimEnd().split("\n");
    expect(lines).toHaveLength(2);
    expect(decided).toEqual(["quick", "slow"]);
  });

  it("takes no more of the body than may be in flight while nobody takes the answers", async () => {
    let taken = 0;
    const one = new TextEncoder().encode(line(HONEST));
    const body = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          taken++;
          controller.enqueue(one);
        },
      },
      { highWaterMark: 0 },
    );
    const response = await handlerOf()(batch(body));
    const reader = response.body?.getReader();
    for (let answers = 0; answers < 10; answers++) await reader?.read();
    expect(taken).toBeGreaterThanOrEqual(10);
    expect(taken).toBeLessThanOrEqual(10 + 32 + 1);
    const takenBefore = taken;
    await reader?.cancel();
    expect([taken, await reader?.read()]).toEqual([takenBefore, { done: true, value: undefined }]);
  });

  it("ends at once when nobody takes the answers any more: the body is cancelled, what is judged aborted", async () => {
    const ended: string[] = [];
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(`${line(HONEST)}${line({ login: "slow" })}{`)),
      cancel: () => void ended.push("body"),
    });
    const events: HttpEvent[] = [];
    let handler = handlerOf();
    const judged = new Promise<void>((resolve) => {
      const waits = rule("waits", ["login"], ({ login }, { signal }) => {
        if (login !== "slow") return pass();
        signal.addEventListener("abort", () => ended.push("rule"));
        resolve();
        return new Promise<never>(() => undefined);
      });
      handler = handlerOf({ onEvent: (event) => events.push(event) }, [waits]);
    });
    const reader = (await handler(batch(body))).body?.getReader();
    expect((await reader?.read())?.done).toBe(false);
    const next = reader?.read();
    await judged;
    await reader?.cancel();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(ended.sort()).toEqual(["body", "rule"]);
    expect(events.filter(({ kind }) => kind !== "decided")).toEqual([]);
  });

  it("holds at most 32 lines that are judged", async () => {
    let open = 0;
    let most = 0;
    const held: (() => void)[] = [];
    const counts = rule("counts", ["login"], async () => {
      most = Math.max(most, ++open);
      await new Promise<void>((resolve) => {
        held.push(resolve);
        if (held.length === 32) for (const release of held) release();
        else if (held.length > 32) resolve();
      });
      open--;
      return pass();
    });
    expect(await outcomes(await handlerOf({}, [counts])(batch(line(HONEST).repeat(100))))).toEqual(
      new Array(100).fill("accept"),
    );
    expect(most).toBe(32);
  });

  it("ends where the body breaks off: what came before is answered, and nothing is made up", async () => {
    const { body, write, breakOff } = byHand();
    const read = linesOf(await handlerOf()(batch(body)));
    write(line(HONEST));
    expect(JSON.parse(await read()).action).toBe("accept");
    breakOff();
    await expect(read()).rejects.toThrow();
  });

  it("answers an error of its own for the line, and tells the log, not the client", async () => {
    const events: HttpEvent[] = [];
    const broken: Guard = {
      ...createGuard({ rules: [rule("x", [], () => pass())] }),
      within: () => broken,
      decide: () => {
        throw new Error("secret");
      },
    };
    const handler = createHandler({ guard: broken, onEvent: (event) => events.push(event) });
    const response = await handler(batch(line(HONEST)));
    const text = await response.text();
    expect(JSON.parse(text).error.status).toBe(503);
    expect(text).not.toContain("secret");
    expect(events).toMatchObject([{ kind: "failed", cause: { message: "secret" } }]);
  });

  it.each([
    ["another media type", { "content-type": "application/json" }, 415],
    ["no media type", {}, 415],
    ["compression", { ...NDJSON, "content-encoding": "gzip" }, 415],
  ])("refuses %s", async (_what, headers, status) => {
    expect((await handlerOf()(post("/v1/check/batch", "{}", headers as Record<string, string>))).status).toBe(status);
  });
});
