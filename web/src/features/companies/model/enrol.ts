/** What of the panel's own address tells where agents call. */
type Place = Pick<Location, "protocol" | "hostname" | "port">;

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * Where agents most likely reach the server. Behind a proxy both share one address; a server of its own
 * listens for agents on the port after the panel's.
 */
export function agentServer({ protocol, hostname, port }: Place): string {
  return port === "" ? `${protocol}//${hostname}` : `${protocol}//${hostname}:${Number(port) + 1}`;
}

/** The command that enrols a computer. `email` stands for the person who uses it. */
export function enrolCommand(place: Place, code: string, email: string): string {
  const command = `chamados-agent enroll --server ${agentServer(place)} --code ${code} --email ${email}`;
  // The agent sends its token over a bare connection to another host only when it is told to.
  return place.protocol === "http:" && !loopback.test(place.hostname) ? `${command} --insecure-plaintext` : command;
}
