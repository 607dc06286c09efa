"""Whether one version takes the place of another while people work, and gives it back: `upgrade.py ROUNDS OLD_PROGRAMS
OLD_TREE NEW_PROGRAMS DATABASE_URL REDIS_URL`, in the new version's root.

Each round the five processes of the old version are set up as its own manifest says and filled by its API. The new
version's `migrate` runs beside them; then process after process is replaced, and afterwards put back, while a reader,
a writer and an agent go on. Prints what is wrong.
"""

import contextlib
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.error

import desk
from backups import ENVIRONMENT, ran
from rolls import PATIENCE, Client, Fleet, at_work, database, replace, start

SERVICES = ("identity", "ticket", "device", "scheduler")


class Agent:
    """The agent of some version on this computer, whose state outlives it."""

    def __init__(self, program, state):
        self.program, self.state, self.process = program, state, None

    def enroll(self, server, code):
        ran(self.program, "enroll", "--server", f"http://{server}", "--code", code, "--email", desk.REQUESTER, "--state-dir", self.state)

    def is_online(self):
        return json.loads(ran(self.program, "status", "--state-dir", self.state, "--json"))["phase"] == "online"

    @contextlib.contextmanager
    def running(self):
        log = self.state.with_suffix(".log").open("a")
        command = [self.program, "run", "--state-dir", self.state, "--usb-root", self.state]
        process = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=log)
        try:
            yield
            if process.poll() is not None:
                raise RuntimeError(f"the agent ended with {process.returncode}")
        finally:
            process.terminate()
            process.wait(PATIENCE)


class Tables:
    """What ran of migrations in each service's tables, as the table of it says."""

    def __init__(self, url):
        ask = lambda statement: ran("psql", "--no-psqlrc", "--tuples-only", "--no-align", f"--dbname={url}", f"--command={statement}")
        self.ran = {}
        for service in SERVICES:
            rows = json.loads(ask(f"select json_agg(to_jsonb(m)) from {service}.schema_migration m"))
            self.ran[service] = {row["name"]: row.get("compatible_down_to", "") for row in rows}

    def refuse(self, service, before):
        """The newest version of these tables and the version of the code of `before`, when that may not use these."""
        known = before.ran.get(service, {})
        added = {name: oldest for name, oldest in self.ran.get(service, {}).items() if name not in known}
        # A version that wrote no marks knows of none.
        marked = "" not in known.values()
        if not added or marked and all(oldest and oldest <= max(known) for oldest in added.values()):
            return None
        return max(added), max(known)


def refused(fleet, name, versions):
    """Whether a process that may not use the tables says so; what is wrong otherwise."""
    try:
        done = subprocess.run([fleet.program, "run"], env=ENVIRONMENT | fleet.variables[name], capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        yield f"{name}: starts on tables at {versions[0]}, which are not for it"
    else:
        if not done.returncode or any(version not in done.stderr for version in versions):
            yield f"{name}: ended with {done.returncode} and does not name {versions}: {done.stderr[-300:]}"


def died(name, client, old, new, refusals):
    """A process of the old version dies in the middle of the roll."""
    client.away = name
    old.running[name].kill()
    old.running.pop(name).wait()
    yield from again(name, client, old, new, refusals[name])


def put_back(name, client, old, new, refusals):
    """The old version takes its place again."""
    client.until_it_goes_on(f"before {name} is put back")
    client.away = name
    yield from new.stop(name)
    yield from again(name, client, old, new, refusals[name])


def again(name, client, old, new, versions):
    """Starts the old version where the tables let it, and the new one where it has to refuse."""
    if versions:
        yield from refused(old, name, versions)
    fleet = new if versions else old
    fleet.start(name)
    fleet.wait_ready(name)
    client.until_it_goes_on(f"with {name} again")
    client.away = None


def lost(before, address, when):
    after = desk.told(address)
    for path, answer in before.items():
        yield from (f"{when}: {path}{found}" for found in desk.missing(answer, after[path]))


class Watch:
    """What the desk says of the computer."""

    def __init__(self, address):
        self.person, self.alarms = desk.Person(address, desk.ADMIN), 0
        self.path = f"/api/admin/devices/{self.person.get('/api/admin/devices')['items'][0]['id']}"

    @contextlib.contextmanager
    def over(self, agent, when):
        """The agent runs, and is seen at the beginning and at the end; notes alarms between."""
        with agent.running():
            self.wait(agent, when)
            before = self.absences()
            yield
            self.wait(agent, when)
            self.alarms += self.absences() - before

    def wait(self, agent, when):
        seen = lambda: agent.is_online() and self.person.get(self.path)["presence"] == "online"
        desk.eventually(f"{when}: the computer is online", seen)

    def absences(self):
        return sum(entry["type"] in ("offline", "unstable") for entry in self.person.get(f"{self.path}/timeline")["items"])


def violated(bench, url, when):
    """What the rows violate of what must always hold, once everything has come to rest."""
    try:
        desk.eventually(when, lambda: subprocess.run([bench, "invariants", "--database-url", url], capture_output=True, check=False).returncode == 0)
    except RuntimeError:
        said = subprocess.run([bench, "invariants", "--database-url", url], capture_output=True, text=True, check=False)
        yield f"{when}: {said.stdout}{said.stderr}"


def once(old, new, agents, bench, url, tell):
    """One upgrade and the way back, from an empty database on."""
    address = old.ports["chamados", 8080]
    start(old)
    filled = desk.fill(address, lambda *words: json.loads(old.command("identity", "admin", *words, "--json")), old.folder / "password")
    agents[0].enroll(old.ports["device", 8081], filled.code)
    watch, client = Watch(address), Client(old.origin(), filled.key, filled.requester)
    with at_work(client):
        with watch.over(agents[0], "an agent of before"):
            before, tables = desk.told(address), Tables(url)
            new.command("identity", "migrate")
            client.until_it_goes_on("beside newer tables")
            expanded = Tables(url)
            refusals = {name: expanded.refuse(name, tables) for name in old.variables}
            changed = [name for name in old.variables if expanded.ran.get(name) != tables.ran.get(name)]
            yield from died([*changed, *old.variables][0], client, old, new, refusals)
            for name in old.variables:
                if old.running[name].args[0] != new.program:
                    yield from replace(name, client, old, new)
        yield from lost(before, address, "upgraded")
        with watch.over(agents[1], "the new agent"):
            for name in reversed(old.variables):
                yield from put_back(name, client, old, new, refusals)
        yield from lost(before, address, "put back")
    yield from violated(bench, url, "put back")
    yield from client.faults
    if watch.alarms:
        yield f"{watch.alarms} alarms about the computer"
    stay = [name for name, versions in refusals.items() if versions]
    tell(f"{len(client.made)} written, {client.reads} read; newer tables: {changed}; not put back: {stay}")


def main(rounds, old_programs, old_tree, new_programs, server, redis):
    old_programs, new_programs, findings = pathlib.Path(old_programs), pathlib.Path(new_programs), []
    for number in range(1, int(rounds) + 1):
        began = time.monotonic()
        tell = lambda what: print(f"round {number}: {what}, {time.monotonic() - began:.0f} s", flush=True)
        with tempfile.TemporaryDirectory() as folder, database(server) as url:
            folder = pathlib.Path(folder)
            old = Fleet(old_programs / "chamados", folder, url, redis, pathlib.Path(old_tree))
            new = Fleet(new_programs / "chamados", folder, url, redis, beside=old)
            agents = [Agent(programs / "chamados-agent", folder / "agent") for programs in (old_programs, new_programs)]
            try:
                found = list(once(old, new, agents, new_programs / "chamados-bench", url, tell))
            except (RuntimeError, urllib.error.URLError) as error:
                found = [str(error)]
            finally:
                old.end()
        print("".join(f"round {number}: {what}\n" for what in found), end="", flush=True)
        findings += found
    return bool(findings)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
