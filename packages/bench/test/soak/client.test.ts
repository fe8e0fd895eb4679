import { describe, expect, test } from "vitest";
import type { Asker, Said } from "../../src/servers/question.js";
import { Client, emptyTally } from "../../src/soak/client.js";

/** A server under a test's control: each question waits until it is answered, or its connection is broken. */
class Server {
  readonly open: { asker: Asker<string> & { isOpen: boolean }; answer: (said: Said) => void; asked: string[] }[] = [];
  isUp = true;
  made = 0;

  readonly connect = async (): Promise<Asker<string>> => {
    if (!this.isUp) throw new Error("refused");
    this.made++;
    const connection = {
      asked: [] as string[],
      answer: (_: Said): void => undefined,
      asker: {
        isOpen: true,
        ask: (payload: string, done: (said: Said, waits: number) => void) => {
          connection.asked.push(payload);
          connection.answer = (said) => done(said, 1);
        },
        close: () => {
          connection.asker.isOpen = false;
        },
      },
    };
    this.open.push(connection);
    return connection.asker;
  };

  get last() {
    const last = this.open.at(-1);
    if (last === undefined) throw new Error("nobody connected");
    return last;
  }
}

const QUESTIONS = [
  { payload: "honest", expected: "pass" },
  { payload: "forged", expected: "refuse" },
] as const;

async function started(first = 0) {
  const server = new Server();
  const tally = emptyTally();
  const client = new Client(server.connect, QUESTIONS, tally, first);
  await client.start();
  return { server, tally, client };
}

/** What the client does in turn once its connection is lost. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("a client of the soak", () => {
  test("asks its questions in turn, and counts what is right and what is not", async () => {
    const { server, tally } = await started(1);
    for (const said of ["refuse", "pass", "pass", "neither"] as const) server.last.answer(said);
    expect(server.last.asked).toEqual(["forged", "honest", "forged", "honest", "forged"]);
    expect(tally).toMatchObject({ decisions: 2, wrong: 2, closed: 0, refused: 0, killed: 0 });
  });

  test("counts a connection that the server closes under a question, and comes again", async () => {
    const { server, tally } = await started();
    const { asker, answer } = server.last;
    asker.isOpen = false;
    answer("neither");
    await settled();
    expect(server.made).toBe(2);
    server.last.answer("refuse");
    expect(tally).toMatchObject({ decisions: 1, wrong: 0, closed: 1 });
  });

  test("counts a connection that cannot be made", async () => {
    const { server, tally, client } = await started();
    server.isUp = false;
    await client.kill();
    expect(tally).toMatchObject({ killed: 1, refused: 1, closed: 0 });
    expect(client.waitingMs).toBe(0);
  });

  test("once killed awaits nothing on its old connection, and asks on a new one", async () => {
    const { server, tally, client } = await started();
    const old = server.last;
    await client.kill();
    old.answer("refuse");
    expect(old.asker.isOpen).toBe(false);
    expect(server.made).toBe(2);
    expect(tally).toMatchObject({ decisions: 0, wrong: 0, closed: 0, killed: 1 });
    server.last.answer("refuse");
    expect(tally.decisions).toBe(1);
  });

  test("is killed only where it has a connection", async () => {
    const { tally, client } = await started();
    await Promise.all([client.kill(), client.kill()]);
    expect(tally.killed).toBe(1);
  });

  test("stops with the answer that is still to come, and asks no more", async () => {
    const { server, tally, client } = await started();
    let hasStopped = false;
    const stopped = client.stop().then(() => {
      hasStopped = true;
    });
    await settled();
    expect(hasStopped).toBe(false);
    expect(client.waitingMs).toBeGreaterThan(0);
    server.last.answer("pass");
    await stopped;
    expect(client.waitingMs).toBe(0);
    expect(server.last.asked).toHaveLength(1);
    expect(tally.decisions).toBe(1);
  });

  test("that is told to stop while it connects asks nothing, which nobody would wait for", async () => {
    const { server, client } = await started();
    const killed = client.kill();
    await client.stop();
    await killed;
    expect(server.last).toMatchObject({ asked: [], asker: { isOpen: false } });
    expect(client.waitingMs).toBe(0);
  });
});
