import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
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

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  probe.close();
  await once(probe, "close");
  return address.port;
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
    const [http, grpc] = [await freePort(), await freePort()];
    const product = new Product(`http://127.0.0.1:${http}`, `http://127.0.0.1:${grpc}`, settings);
    await product.run();
    return product;
  }

  /** Starts the server, and waits until it has said where it is. */
  async run(): Promise<void> {
    const { host: http } = new URL(this.url);
    const { host: grpc } = new URL(this.grpc);
    const data = join(this.directory, "data");
    const server = spawn(
      binary("chamados"),
      ["run", "--target", "all", "--data-dir", data, "--http", http, "--grpc", grpc],
      { env: { ...process.env, ...SETTINGS, ...this.settings }, stdio: ["ignore", "pipe", "inherit"] },
    );
    this.#server = server;
    for await (const line of createInterface({ input: server.stdout })) {
      if (line.startsWith("Set-up link: ")) this.setupLink = line.slice("Set-up link: ".length);
      // The link, when there is one, is the last thing said; a set-up product says the panel only.
      if (line.startsWith("Set-up link: ") || (this.setupLink && line.startsWith("Panel: "))) return;
    }
    throw new Error("the server ended before it was ready");
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
    const [http, grpc] = [await freePort(), await freePort()];
    const demo = new Demo(`http://127.0.0.1:${http}`);
    const folder = join(demo.directory, "demo");
    const addresses = ["--http", `127.0.0.1:${http}`, "--grpc", `127.0.0.1:${grpc}`];
    const server = spawn(binary("chamados-demo"), ["run", "--size", "small", "--data-dir", folder, ...addresses], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    demo.#server = server;
    for await (const line of createInterface({ input: server.stdout })) {
      if (line.startsWith("Password:")) demo.password = line.slice("Password:".length).trim();
      if (line.startsWith("Computers online:")) demo.streaming = Number(line.slice("Computers online:".length));
      // The last thing it says.
      if (line.startsWith("Panel: ")) return demo;
    }
    throw new Error("the demonstration ended before it was ready");
  }

  async remove(): Promise<void> {
    this.#server?.kill("SIGTERM");
    if (this.#server) await ended(this.#server);
    rmSync(this.directory, { recursive: true, force: true });
  }
}
