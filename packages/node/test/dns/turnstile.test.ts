import { describe, expect, test } from "vitest";
import { turnstile } from "../../src/dns/turnstile.js";

const never = () => new AbortController().signal;

describe("a turnstile", () => {
  test("lets in who waits, in order, as others leave", async () => {
    const turns = turnstile(1, 2);
    const order: string[] = [];
    const leave = await turns.enter(never());
    const first = turns.enter(never()).then((leave) => {
      order.push("first");
      return leave;
    });
    const second = turns.enter(never()).then((leave) => {
      order.push("second");
      return leave;
    });
    await expect(turns.enter(never())).rejects.toThrow("too many questions are waiting");
    leave();
    (await first)();
    (await second)();
    expect(order).toEqual(["first", "second"]);
    expect(await turns.enter(never())).toBeTypeOf("function");
  });

  test("who goes away while waiting leaves the place to the next", async () => {
    const turns = turnstile(1, 1);
    const leave = await turns.enter(never());
    const gone = new AbortController();
    const waiting = turns.enter(gone.signal);
    gone.abort(new Error("gone"));
    await expect(waiting).rejects.toThrow("gone");
    await expect(turns.enter(gone.signal)).rejects.toThrow("gone");
    const next = turns.enter(never());
    leave();
    expect(await next).toBeTypeOf("function");
  });
});
