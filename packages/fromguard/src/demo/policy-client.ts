import { once } from "node:events";
import { connect } from "node:net";

/** What Postfix tells a policy service at RCPT TO, where it asks by default. */
export interface PolicyQuestion {
  readonly login: string;
  readonly sender: string;
  readonly recipient: string;
}

/** Asks a policy service on the loopback address as Postfix does; answers its action, such as `DUNNO`. */
export async function askPolicy(address: string, question: PolicyQuestion): Promise<string> {
  const { hostname, port } = new URL(`tcp://${address}`);
  const socket = connect({ host: hostname, port: Number(port) });
  try {
    await once(socket, "connect");
    const attributes = {
      request: "smtpd_access_policy",
      protocol_state: "RCPT",
      protocol_name: "ESMTP",
      helo_name: "client.example.com",
      client_address: "127.0.0.1",
      client_name: "localhost",
      sasl_method: "PLAIN",
      sasl_username: question.login,
      sender: question.sender,
      recipient: question.recipient,
    };
    socket.write(
      `${Object.entries(attributes)
        .map(([name, value]) => `${name}=${value}\n`)
        .join("")}\n`,
    );
    let answer = "";
    for await (const chunk of socket) {
      answer += String(chunk);
      if (answer.endsWith("\n\n")) break;
    }
    return /^action=(.*)\n\n$/.exec(answer)?.[1] ?? `no answer (${JSON.stringify(answer)})`;
  } finally {
    socket.destroy();
  }
}
