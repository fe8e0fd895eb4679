import { expect, vi } from "vitest";

interface Followed {
  refresh(): Promise<unknown>;
  close(): void;
}

/** What is followed looks at its file every five seconds until it is closed. */
export async function expectLooksEveryFiveSeconds(start: () => Promise<Followed>): Promise<void> {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const followed = await start();
  const refresh = vi.spyOn(followed, "refresh");
  vi.advanceTimersByTime(10_000);
  expect(refresh).toHaveBeenCalledTimes(2);
  followed.close();
  vi.advanceTimersByTime(10_000);
  expect(refresh).toHaveBeenCalledTimes(2);
  await followed.refresh();
}
