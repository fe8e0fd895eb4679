import { once } from "node:events";
import { createServer } from "node:net";
import { sendAsAnn } from "../smtp-client.js";
import { serve } from "./mta.js";

const server = createServer((socket) => {
  socket.on("error", () => undefined);
  serve(socket, () => undefined).catch(() => socket.destroy());
});
await once(server.listen(0, "127.0.0.1"), "listening");
await sendAsAnn(server.address().port);
await new Promise((resolve) => server.close(resolve));
