import { describe, expect, it } from "vitest";
import { type Ready, Turn } from "../../src/listener/turn.js";

/** Notes what it is asked to do. */
function noting(name: string, notes: string[]): Ready {
  return { decide: () => notes.push(`${name} decides`), send: () => notes.push(`${name} sends`) };
}

describe("what became ready in one turn of the event loop", () => {
  it("decides all, then sends all, in the order in which they came, behind the turn", async () => {
    const turn = new Turn();
    const notes: string[] = [];
    turn.add(noting("one", notes));
    turn.add(noting("other", notes));
    expect(notes).toEqual([]);
    await new Promise(setImmediate);
    expect(notes).toEqual(["one decides", "other decides", "one sends", "other sends"]);
  });

  it("begins anew with the next", async () => {
    const turn = new Turn();
    const notes: string[] = [];
    turn.add(noting("one", notes));
    await new Promise(setImmediate);
    turn.add(noting("other", notes));
    await new Promise(setImmediate);
    expect(notes).toEqual(["one decides", "one sends", "other decides", "other sends"]);
  });

  it("leaves what is added while it decides for the next", async () => {
    const turn = new Turn();
    const notes: string[] = [];
    const late = noting("late", notes);
    turn.add({
      decide: () => {
        notes.push("first decides");
        turn.add(late);
      },
      send: () => notes.push("first sends"),
    });
    await new Promise(setImmediate);
    expect(notes).toEqual(["first decides", "first sends"]);
    await new Promise(setImmediate);
    expect(notes).toEqual(["first decides", "first sends", "late decides", "late sends"]);
  });

  it("ends with the 256th at once, each of which may hold a chunk", async () => {
    const turn = new Turn();
    const notes: string[] = [];
    for (let count = 1; count < 256; count++) turn.add(noting("one", notes));
    expect(notes).toEqual([]);
    turn.add(noting("last", notes));
    expect(notes).toHaveLength(2 * 256);
    await new Promise(setImmediate);
    expect(notes).toHaveLength(2 * 256);
  });
});
