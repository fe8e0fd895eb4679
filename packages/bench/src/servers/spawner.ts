// Starts a program for each connection, which is its standard input and output: `spawner.js ADDRESS PROGRAM ARGUMENT...`.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { listenOptions } from "./question.js";

const [address = "", program = "", ...args] = process.argv.slice(2);
const server = createServer({ pauseOnConnect: true }, (socket) => {
  const child = spawn(program, args, { stdio: [socket, socket, "inherit"] });
  child.once("error", () => undefined);
  socket.once("error", () => undefined);
  // The program has a copy; this one is closed without a word to the client.
  socket.destroy();
});
server.listen(listenOptions(address));
