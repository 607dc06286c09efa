"""Whether a backup holds what the product held: `backups.py PROGRAM [DATABASE_URL]`, in the repository's root.

Fills a product by its API, backs it up with `deploy/backup` while somebody goes on writing, restores that elsewhere,
and asks both the same questions: on SQLite, and on PostgreSQL when there is one. Prints what is wrong, a line each.
"""

import contextlib
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.parse
import urllib.request
import uuid

SCRIPTS = pathlib.Path("deploy/backup")
ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.startswith("CHAMADOS__")}
TICKETS = 25
FILE = b"invented contents \x00\xff" * 4096


def ran(*command):
    done = subprocess.run(list(map(str, command)), env=ENVIRONMENT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


def free_address():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


class Product:
    """One process with everything, on some data."""

    def __init__(self, program, place):
        self.program, self.place, self.key, self.requester = program, place, None, None

    @contextlib.contextmanager
    def running(self):
        self.address, self.grpc = free_address(), free_address()
        command = [self.program, "run", "--http", self.address, "--grpc", self.grpc, *self.place]
        process = subprocess.Popen(list(map(str, command)), env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            # Said once it serves.
            if not process.stdout.readline().startswith("Panel: "):
                raise RuntimeError("the product did not start")
            yield self
        finally:
            process.terminate()
            process.communicate(timeout=30)

    def admin(self, *arguments):
        return json.loads(ran(self.program, "admin", *arguments, "--json", *self.place))

    def ask(self, path, body=None, kind="application/json"):
        headers = {"Authorization": f"Bearer {self.key}"}
        if body is not None:
            headers |= {"Content-Type": kind, "Idempotency-Key": str(uuid.uuid4())}
        request = urllib.request.Request(f"http://{self.address}{path}", body, headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{path}: {error.code} {error.read().decode()}") from error

    def ticket(self, subject, **more):
        said = {"subject": subject, "requesterId": self.requester} | more
        return json.loads(self.ask("/api/tickets", json.dumps(said).encode()))["id"]

    def upload(self):
        head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="scan.bin"\r\nContent-Type: application/octet-stream\r\n\r\n'
        return json.loads(self.ask("/api/attachments", head + FILE + b"\r\n--x--\r\n", "multipart/form-data; boundary=x"))["id"]

    def told(self, tickets, attachment):
        """What it answers about all of them."""
        paths = [f"/api/tickets/{ticket}{part}" for ticket in tickets for part in ("", "/attachments")]
        return {path: self.ask(path) for path in [*paths, f"/api/attachments/{attachment}"]}


def fill(product):
    product.admin("tenant", "create", "--name", "Suporte Sul")
    scopes = [word for scope in ("tickets.read", "tickets.create", "tickets.comment", "users.read") for word in ("--scope", scope)]
    product.key = product.admin("api-key", "create", "--name", "trial", *scopes)["secret"]
    product.requester = product.admin("user", "create", "--email", "ana@example.com", "--name", "Ana", "--role", "admin")["id"]
    attachment = product.upload()
    tickets = [product.ticket(f"Impressora {n}") for n in range(TICKETS - 1)]
    tickets.append(product.ticket("Com anexo", attachmentIds=[attachment]))
    return tickets, attachment


def check(what, program, place, restored_place, backup, restore, folder):
    product = Product(program, place)
    with product.running():
        tickets, attachment = fill(product)
        before = product.told(tickets, attachment)
        written, stop, began = [], threading.Event(), threading.Event()

        def write():
            while not stop.is_set():
                written.append(product.ticket("enquanto isso"))
                began.set()

        writer = threading.Thread(target=write)
        writer.start()
        try:
            began.wait(20)
            count = len(written)
            made = ran(SCRIPTS / "backup.sh", "--to", folder / f"{what}-backups", *backup)
            went_on = len(written) > count
        finally:
            stop.set()
            writer.join()
    if not went_on:
        yield f"{what}: nobody could write while it was backed up"
    ran(SCRIPTS / "verify.sh", made)
    ran(SCRIPTS / "restore.sh", "--from", made, *restore)
    copy = Product(program, restored_place)
    copy.key, copy.requester = product.key, product.requester
    with copy.running():
        after = copy.told(tickets, attachment)
        for path in before:
            if before[path] != after[path]:
                yield f"{what}: {path}: {before[path][:200]} became {after[path][:200]}"
        # What was answered before the backup began is in it, and new things can be made.
        copy.told(written[:count], attachment)
        copy.ticket("depois")
    if FILE not in after.values():
        yield f"{what}: the attachment is not what was uploaded"


def sqlite(program, folder):
    data, copy = folder / "data", folder / "copy"
    yield from check("SQLite", program, ["--data-dir", data], ["--data-dir", copy], ["--data-dir", data], ["--data-dir", copy], folder)


def postgres(program, folder, server):
    databases = [f"backup_{uuid.uuid4().hex}" for _ in range(2)]
    psql = lambda statement: ran("psql", "--quiet", "--no-psqlrc", f"--dbname={server}", f"--command={statement}")
    urls, files = [urllib.parse.urlsplit(server)._replace(path=f"/{name}").geturl() for name in databases], []
    try:
        for name, url in zip(databases, urls):
            psql(f"create database {name}")
            files.append(folder / name)
            files[-1].write_text(url)
        data, copy = folder / "pg", folder / "pg-copy"
        places = [["--data-dir", where, "--database-url", url] for where, url in zip((data, copy), urls)]
        ran(program, "migrate", "--database-url", urls[0])
        rest = lambda where: ["--attachments", where / "attachments", "--keyring", where / "keyring"]
        backup = ["--database-url-file", files[0], *rest(data)]
        copy.mkdir()
        yield from check("PostgreSQL", program, *places, backup, ["--database-url-file", files[1], *rest(copy)], folder)
    finally:
        for name in databases:
            psql(f"drop database if exists {name} with (force)")


def main(program, server=None):
    with tempfile.TemporaryDirectory() as folder:
        findings, folder = [], pathlib.Path(folder)
        try:
            findings += sqlite(program, folder)
            findings += postgres(program, folder, server) if server else ()
        except RuntimeError as error:
            findings.append(str(error))
    print("\n".join(findings), end="\n" if findings else "")
    return bool(findings)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
