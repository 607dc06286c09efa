import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** Seconds of the rule by which a silent device is offline: three intervals and the grace. */
export const SILENCE_SECONDS = 3 * 1 + 1;

const SETTINGS = {
  CHAMADOS__DEVICE__INTERVAL_MILLIS: "1000",
  CHAMADOS__DEVICE__OFFLINE_GRACE_MILLIS: "1000",
  CHAMADOS__DEVICE__RECONNECT_SPREAD_SECONDS: "1",
  // Tests make devices come and go on purpose.
  CHAMADOS__DEVICE__FLAP_TRANSITIONS: "1000",
  CHAMADOS__DEVICE__COLLECT_SOFTWARE: "true",
  CHAMADOS__TELEMETRY__LOG_FILTER: "warn",
};

function binary(name: string): string {
  const directory = process.env["CHAMADOS_TEST_BIN_DIR"];
  if (!directory) throw new Error("CHAMADOS_TEST_BIN_DIR is not set; run `cargo xtask e2e`");
  return join(directory, name);
}

/** How often other ports are tried; several taken ones in a row are no accident. */
const ATTEMPTS = 5;

/** The ports it was given are somebody else's. */
class AddressInUse extends Error {}

/**
 * Two ports, probably free. They lie below those that systems give to outgoing connections, so that no
 * connection takes one while a server of the same address is being started again.
 */
function ports(): [number, number] {
  const port = 20_000 + 2 * Math.floor(Math.random() * 6_000);
  return [port, port + 1];
}

/** Starts on ports nobody else has, with others when somebody was faster. */
async function onFreePorts<T>(start: (http: string, grpc: string) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const [http, grpc] = ports();
    try {
      return await start(`127.0.0.1:${http}`, `127.0.0.1:${grpc}`);
    } catch (error) {
      if (!(error instanceof AddressInUse) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** A server, and what it says line by line; when it says no more it has ended, and was given taken ports or failed. */
function serve(program: string, args: string[], settings: Record<string, string> = {}) {
  const env = { ...process.env, ...settings };
  const server = spawn(binary(program), args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let complaint = "";
  server.stderr.on("data", (bytes: Buffer) => {
    process.stderr.write(bytes);
    complaint = `${complaint}${bytes}`.slice(-4_000);
  });
  const failed = async () => {
    await ended(server);
    return /address (already )?in use/i.test(complaint)
      ? new AddressInUse(complaint)
      : new Error(`${program} ended before it was ready`);
  };
  return { server, lines: createInterface({ input: server.stdout }), failed };
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return child.exitCode;
}

/** The real server on a data directory of its own. */
export class Product {
  readonly directory = mkdtempSync(join(tmpdir(), "chamados-e2e-"));
  /** The computers of this product; those a failed test leaves running end with it. */
  readonly agents: Agent[] = [];
  setupLink = "";
  #server: ChildProcess | undefined;

  private constructor(
    readonly url: string,
    readonly grpc: string,
    private readonly settings: Record<string, string>,
  ) {}

  /** A new one, with these settings besides those of all. */
  static async start(settings: Record<string, string> = {}): Promise<Product> {
    return onFreePorts(async (http, grpc) => {
      const product = new Product(`http://${http}`, `http://${grpc}`, settings);
      await product.run();
      return product;
    });
  }

  /** Starts the server, and waits until it has said where it is. */
  async run(): Promise<void> {
    const { host: http } = new URL(this.url);
    const { host: grpc } = new URL(this.grpc);
    const data = join(this.directory, "data");
    const { server, lines, failed } = serve(
      "chamados",
      ["run", "--target", "all", "--data-dir", data, "--http", http, "--grpc", grpc],
      { ...SETTINGS, ...this.settings },
    );
    this.#server = server;
    for await (const line of lines) {
      if (line.startsWith("Set-up link: ")) this.setupLink = line.slice("Set-up link: ".length);
      // The link, when there is one, is the last thing said; a set-up product says the panel only.
      if (line.startsWith("Set-up link: ") || (this.setupLink && line.startsWith("Panel: "))) return;
    }
    throw await failed();
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.run();
  }

  async stop(): Promise<void> {
    if (!this.#server) return;
    this.#server.kill("SIGTERM");
    await ended(this.#server);
  }

  async remove(): Promise<void> {
    await Promise.all(this.agents.map((agent) => agent.kill("SIGKILL")));
    await this.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** The real agent of one computer. */
export class Agent {
  readonly #state: string;
  /** Where its settings for USB storage are, instead of this machine's. */
  readonly usbRoot: string;
  #agent: ChildProcess | undefined;

  constructor(readonly product: Product) {
    this.#state = join(product.directory, "agent");
    this.usbRoot = join(product.directory, "usb");
    product.agents.push(this);
  }

  async enroll(code: string, email: string): Promise<void> {
    const options = ["--server", this.product.grpc, "--code", code, "--email", email];
    const child = spawn(binary("chamados-agent"), ["enroll", ...options, "--state-dir", this.#state], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    const status = await ended(child);
    if (status !== 0) throw new Error(`enroll ended with ${status}`);
  }

  run(): void {
    const env = { ...process.env, CHAMADOS_AGENT_USB_ROOT: this.usbRoot };
    this.#agent = spawn(binary("chamados-agent"), ["run", "--state-dir", this.#state], { env, stdio: "ignore" });
  }

  /** Sends a signal and waits for the end. */
  async kill(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    this.#agent?.kill(signal);
    await this.ended();
  }

  /** Exit status, once it ended by itself. */
  async ended(): Promise<number | null> {
    return this.#agent ? ended(this.#agent) : null;
  }
}

/** A small demonstration, made anew, in a folder of its own. */
export class Demo {
  readonly directory = mkdtempSync(join(tmpdir(), "chamados-demo-"));
  password = "";
  /** How many computers are on beside the server. */
  streaming = 0;
  #server: ChildProcess | undefined;

  private constructor(readonly url: string) {}

  static async start(): Promise<Demo> {
    return onFreePorts(async (http, grpc) => {
      const demo = new Demo(`http://${http}`);
      const folder = join(demo.directory, "demo");
      const addresses = ["--http", http, "--grpc", grpc];
      const { server, lines, failed } = serve("chamados-demo", ["run", "--size", "small", "--data-dir", folder, ...addresses]);
      demo.#server = server;
      for await (const line of lines) {
        if (line.startsWith("Password:")) demo.password = line.slice("Password:".length).trim();
        if (line.startsWith("Computers online:")) demo.streaming = Number(line.slice("Computers online:".length));
        // The last thing it says.
        if (line.startsWith("Panel: ")) return demo;
      }
      throw await failed();
    });
  }

  async remove(): Promise<void> {
    this.#server?.kill("SIGTERM");
    if (this.#server) await ended(this.#server);
    rmSync(this.directory, { recursive: true, force: true });
  }
}
