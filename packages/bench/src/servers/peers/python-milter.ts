import { join } from "node:path";
import type { Subject } from "../subject.js";
import { findProgram, startProgram, succeeds } from "./programs.js";

/** The python of Debian, which python3-milter is installed for. */
const PYTHON = "/usr/bin/python3";

/**
 * The seed's rules as a filter of python3-milter: the login owns the envelope sender and each address of the originator fields.
 * Events that it does not need are declined, header fields get no answer.
 */
export const PYTHON_MILTER = `import re
import sys
from email.header import decode_header, make_header
from email.utils import getaddresses
import Milter

MAP = re.compile(r"^([^@+]+)(\\+[^@]*)?@example\\.com$", re.I | re.S)
ORIGINATORS = {"from", "sender", "resent-from", "resent-sender", "author"}
KNOWN_DOMAINS = {"example.com"}


def owns(login, address):
    match = MAP.match(address)
    return match is not None and match.group(1).lower() == login.lower()


class Filter(Milter.Base):
    def __init__(self):
        self.id = Milter.uniqueID()

    @Milter.noreply
    def connect(self, name, family, address):
        return Milter.CONTINUE

    @Milter.noreply
    def hello(self, name):
        return Milter.CONTINUE

    def envfrom(self, sender, *params):
        self.login = self.getsymval("{auth_authen}")
        self.originators = []
        address = sender.strip("<>")
        domain = address.rpartition("@")[2]
        if "." not in domain or domain.lower() not in KNOWN_DOMAINS:
            self.setreply("550", "5.1.8", "Sender address rejected: Domain not found")
            return Milter.REJECT
        if self.login and not owns(self.login, address):
            self.setreply("553", "5.7.1", "Sender address rejected: not owned by user")
            return Milter.REJECT
        return Milter.CONTINUE

    @Milter.nocallback
    def envrcpt(self, recipient, *params):
        return Milter.CONTINUE

    @Milter.nocallback
    def data(self):
        return Milter.CONTINUE

    @Milter.nocallback
    def unknown(self, command):
        return Milter.CONTINUE

    @Milter.noreply
    def header(self, name, value):
        if name.lower() in ORIGINATORS:
            self.originators.append(value)
        return Milter.CONTINUE

    @Milter.noreply
    def eoh(self):
        return Milter.CONTINUE

    @Milter.nocallback
    def body(self, chunk):
        return Milter.CONTINUE

    def eom(self):
        if not self.login:
            return Milter.CONTINUE
        if not self.originators:
            self.setreply("550", "5.7.1", "From is missing")
            return Milter.REJECT
        for name, address in getaddresses(self.originators):
            str(make_header(decode_header(name)))
            if not owns(self.login, address):
                self.setreply("553", "5.7.1", "The From address is not owned by the authenticated user")
                return Milter.REJECT
        return Milter.CONTINUE


Milter.factory = Filter
Milter.runmilter("bench", sys.argv[1], timeout=600)
`;

/** Made when the peers are opened. */
export async function pythonMilter(folder: string): Promise<Subject> {
  const isInstalled = findProgram("python3") !== undefined && (await succeeds(PYTHON, ["-c", "import Milter"]));
  return {
    name: "python3-milter",
    protocol: "milter",
    transports: ["tcp", "unix"],
    judgesLogins: true,
    missing: () => (isInstalled ? undefined : "python3-milter is not installed"),
    start: (address) => startProgram(PYTHON, [join(folder, "filter.py"), milterSocket(address)], address),
  };
}

/** As libmilter writes an address. */
export function milterSocket(address: { readonly port: number } | { readonly path: string }): string {
  return "port" in address ? `inet:${address.port}@127.0.0.1` : `local:${address.path}`;
}
