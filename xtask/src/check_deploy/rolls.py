"""Whether the five processes run as compose.split.yaml says, and can be restarted while people work: `rolls.py PROGRAM
DATABASE_URL REDIS_URL`, in the repository's root.

Arguments and variables are those of the manifest and of the image; hosts, ports, secrets and folders are mapped to
local ones. Each process in turn is asked to stop and started again, while requests go on. Prints what is wrong.
"""

import contextlib
import itertools
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

from backups import ENVIRONMENT, free_address, ran
from checks import load

MANIFEST = "deploy/compose/compose.split.yaml"
PATIENCE = 30
# `shutdown.drain_seconds`, which no manifest changes.
DRAIN = 20


class Processes:
    """The processes of the product: who runs, and how each is started, asked to stop, and asked whether it is ready."""

    # The one that people and scripts connect to.
    door = "chamados"

    def __init__(self, program, folder, running):
        self.program, self.folder, self.running = program, folder, running

    def argv(self, _name, *arguments):
        """How to run the program as the process of this name, with other arguments than its own or with those."""
        return [self.program, *(arguments or ["run"])]

    def command(self, name, *arguments):
        done = subprocess.run(self.argv(name, *arguments), env=ENVIRONMENT | self.variables[name], capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{arguments[0]}: {done.stderr.strip()}")
        return done.stdout

    def start(self, name):
        with (self.folder / f"{name}.log").open("a") as log:
            self.running[name] = subprocess.Popen(self.argv(name), env=ENVIRONMENT | self.variables[name], stdout=subprocess.DEVNULL, stderr=log)

    def stop(self, name):
        """Asks it to end; what is wrong with how it did."""
        process, began = self.running.pop(name), time.monotonic()
        process.terminate()
        status = process.wait(PATIENCE * 2)
        if status or time.monotonic() - began > DRAIN:
            yield f"{name}: ended with {status} after {time.monotonic() - began:.1f} s"

    def wait_ready(self, name):
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if subprocess.run(self.argv(name, "healthcheck"), env=ENVIRONMENT | self.variables[name], capture_output=True, check=False).returncode == 0:
                return
        said = (self.folder / f"{name}.log").read_text().splitlines()[-5:]
        raise RuntimeError(f"{name} is not ready after {PATIENCE} s: {said}")

    def end(self):
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            process.wait(PATIENCE)


class Fleet(Processes):
    """The processes of one version, by the names that its manifest, in `tree`, calls them by. One that is `beside`
    another is to take the places of its processes: the same addresses, rows and secrets."""

    def __init__(self, program, folder, database, redis, tree=pathlib.Path(), beside=None):
        image = dict(re.findall(r"(CHAMADOS__\w+)=(\S+)", (tree / "deploy/docker/Dockerfile").read_text()))
        said = load(tree / MANIFEST)["services"]
        super().__init__(program, folder, beside.running if beside else {})
        self.ports = beside.ports if beside else {}
        names = [name for name in said if "/chamados:" in said[name]["image"] and name != "migrate"]
        for place in itertools.product(names, (8080, 8081, 8082, 8083)):
            self.ports.setdefault(place, free_address())
        if not beside:
            for name, content in (("database-url", database), ("keyring", ran("deploy/keyring.sh") + "\n")):
                (folder / name).write_text(content)

        def local(name, value):
            value = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str(value))
            value = value.replace("/run/secrets", str(folder)).replace("redis://redis:6379", redis)
            value = value.replace("/var/lib/chamados", str(folder / name))
            value = re.sub(r"^0\.0\.0\.0:(\d+)$", lambda found: self.ports[name, int(found[1])], value)
            return re.sub(r"(?<=^http://)(\w+):(\d+)$", lambda found: self.ports[found[1], int(found[2])], value)

        # Folders have names of their own.
        shared = {"CHAMADOS__REDIS__KEY_PREFIX": f"rolls-{folder.name}"}
        self.variables = {name: {k: local(name, v) for k, v in (image | said[name]["environment"]).items()} | shared for name in names}

    def origin(self):
        return f"http://{self.ports[self.door, 8080]}"


class Client:
    """Reads and writes without a pause, and keeps account of the answers."""

    def __init__(self, origin, key, requester, door="chamados", trust=None):
        self.origin, self.key, self.requester, self.door, self.trust = origin, key, requester, door, trust
        self.faults, self.made, self.reads, self.away = [], [], 0, None
        self.stop = threading.Event()

    def ask(self, body=None, path="/api/tickets"):
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": str(uuid.uuid4()), "Content-Type": "application/json"}
        return json.loads(urllib.request.urlopen(urllib.request.Request(f"{self.origin}{path}", body, headers), timeout=20, context=self.trust).read())

    def once(self, body):
        away = self.away
        try:
            answer = self.ask(body)
        except urllib.error.HTTPError as error:
            if error.code != 503 or not error.headers.get("Retry-After"):
                self.faults.append(f"{error.code} while {away} was away: {error.read()[:200]}")
        except OSError as error:
            # Nobody is there to answer, and no proxy to say so.
            if self.door not in (away, self.away):
                self.faults.append(f"{error} while {away} was away")
        else:
            if body:
                self.made.append(answer["id"])
            else:
                self.reads += 1

    def work(self, body):
        while not self.stop.is_set():
            self.once(body)

    def until(self, what, done):
        until = time.monotonic() + PATIENCE
        while not done():
            if time.monotonic() > until:
                raise RuntimeError(f"{what}: not within {PATIENCE} s")
            time.sleep(0.05)

    def until_it_goes_on(self, when):
        reads, made = self.reads, len(self.made)
        self.until(f"work goes on {when}", lambda: self.reads > reads and len(self.made) > made)


@contextlib.contextmanager
def at_work(client):
    """One reads and one writes; in the end what was confirmed is there."""
    body = json.dumps({"subject": "Impressora", "requesterId": client.requester}).encode()
    workers = [threading.Thread(target=client.work, args=(said,)) for said in (None, body)]
    for worker in workers:
        worker.start()
    try:
        yield
    finally:
        client.stop.set()
        for worker in workers:
            worker.join()
    for ticket in client.made:
        client.ask(path=f"/api/tickets/{ticket}")


def replace(name, client, old, new):
    """Stops it and starts the other version in its place while work goes on; what is wrong with how it ended."""
    client.until_it_goes_on(f"before {name}")
    client.away = name
    yield from old.stop(name)
    new.start(name)
    new.wait_ready(name)
    client.until_it_goes_on(f"after {name}")
    client.away = None


def start(fleet):
    fleet.command("identity", "migrate")
    for name in fleet.variables:
        fleet.start(name)
    for name in fleet.variables:
        fleet.wait_ready(name)


def roll(fleet, trust=None):
    start(fleet)
    fleet.command("identity", "admin", "tenant", "create", "--name", "Suporte Sul")
    scopes = [word for scope in ("tickets.read", "tickets.create", "users.read") for word in ("--scope", scope)]
    key = json.loads(fleet.command("identity", "admin", "api-key", "create", "--name", "trial", "--json", *scopes))["secret"]
    ana = json.loads(fleet.command("identity", "admin", "user", "create", "--email", "ana@example.com", "--name", "Ana", "--role", "admin", "--json"))["id"]
    client = Client(fleet.origin(), key, ana, fleet.door, trust)
    with at_work(client):
        for name in fleet.variables:
            yield from replace(name, client, fleet, fleet)
    yield from client.faults


@contextlib.contextmanager
def database(server):
    """One that is gone afterwards."""
    name = f"rolls_{uuid.uuid4().hex}"
    psql = lambda statement: ran("psql", "--quiet", "--no-psqlrc", f"--dbname={server}", f"--command={statement}")
    psql(f"create database {name}")
    try:
        yield urllib.parse.urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        psql(f"drop database {name} with (force)")


def findings(fleet, trust=None):
    """Rolls it, and ends it; prints what is wrong, and says whether something is."""
    found = []
    try:
        found += roll(fleet, trust)
    except (RuntimeError, urllib.error.URLError) as error:
        found.append(str(error))
    finally:
        fleet.end()
    print("\n".join(found), end="\n" if found else "")
    return bool(found)


def main(program, server, redis):
    with tempfile.TemporaryDirectory() as folder, database(server) as url:
        return findings(Fleet(program, pathlib.Path(folder), url, redis))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
