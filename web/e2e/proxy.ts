import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** Stands between a browser and a server, and can stop passing on what it gets without closing anything. */
export class Proxy {
  readonly #server;
  readonly #sockets = new Set<Socket>();
  /** Those over which live updates were asked for. */
  readonly #live = new Set<Socket>();

  private constructor(target: URL) {
    this.#server = createServer((client) => {
      const server = connect(Number(target.port), target.hostname);
      client.pipe(server).pipe(client);
      client.on("data", (bytes) => {
        if (bytes.includes("GET /api/events")) this.#live.add(client).add(server);
      });
      for (const socket of [client, server]) {
        this.#sockets.add(socket);
        socket.on("error", () => socket.destroy());
        socket.on("close", () => this.#sockets.delete(socket));
      }
    });
  }

  static async to(url: string): Promise<Proxy> {
    const proxy = new Proxy(new URL(url));
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return `http://127.0.0.1:${address.port}`;
  }

  /** The open streams of live updates go nowhere from now on; other connections, and new ones, work. */
  freeze(): void {
    for (const socket of this.#live) socket.unpipe().pause();
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
