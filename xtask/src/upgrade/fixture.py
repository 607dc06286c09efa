"""Writes what a version keeps as a fixture of the tests: `fixture.py PROGRAMS BENCH DATABASE_URL FOLDER`.

PROGRAMS is a folder with that version's `chamados` and `chamados-agent`; BENCH is `chamados-bench`, of whatever
version, for computers with an inventory. The real agent enrols under an invented name and machine id, which needs
root. In FOLDER are then the rows as SQL, the answers of the API, the files of attachments and the agent's state.
"""

import datetime
import json
import pathlib
import re
import shutil
import sqlite3
import sys
import tempfile

import desk
from backups import Product, ran
from rolls import database

SERVICES = ("identity", "ticket", "device", "scheduler")
# As another computer: its name and id, nothing of this machine's firmware.
ELSEWHERE = """set -e
hostname estoque-01
echo 5f0c7a52d1e94b6fa3b2c1d0e9f80716 >"$1/machine-id"
mount --bind "$1/machine-id" /etc/machine-id
! [ -d /sys/class/dmi ] || mount --types tmpfs none /sys/class/dmi
shift
exec "$@"
"""


def sqlite(path):
    """The rows as SQL, without the tables that full-text search keeps for itself."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    database.row_factory = sqlite3.Row
    made = list(database.execute("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid"))
    searched = [row["name"] for row in made if row["sql"].startswith("CREATE VIRTUAL TABLE")]
    ours = [row for row in made if not any(row["name"].startswith(f"{name}_") for name in searched if row["type"] == "table") and not row["name"].startswith("sqlite_")]
    for row in ours:
        if row["type"] == "table" and row["name"] not in searched:
            yield row["sql"]
            columns = [column["name"] for column in database.execute(f"PRAGMA table_info({row['name']})")]
            quoted = " || ',' || ".join(f"quote({column})" for column in columns)
            for (values,) in database.execute(f"SELECT {quoted} FROM {row['name']}"):
                yield f"INSERT INTO {row['name']} VALUES ({values})"
    for row in ours:
        if row["type"] != "table" or row["name"] in searched:
            yield row["sql"]
    for name in searched:
        yield f"INSERT INTO {name} ({name}) VALUES ('rebuild')"


def postgres(url):
    """The rows as SQL, without what depends on the server."""
    dump = ran("pg_dump", "--rows-per-insert=100", "--no-owner", "--no-privileges", f"--dbname={url}")
    return re.sub(r"^(--.*|\\.*|SET .*|SELECT pg_catalog\.set_config.*|)\n", "", dump + "\n", flags=re.MULTILINE)


def make(programs, bench, place, folder):
    folder.mkdir(parents=True)
    product = Product(programs / "chamados", place)
    with tempfile.TemporaryDirectory() as kept, product.running():
        filled = desk.fill(product.address, product.admin, pathlib.Path(kept) / "password")
        agent = ["enroll", "--server", f"http://{product.grpc}", "--code", filled.code]
        ran("unshare", "--mount", "--uts", "sh", "-c", ELSEWHERE, "sh", kept, programs / "chamados-agent", *agent, "--email", desk.REQUESTER, "--state-dir", folder / "agent")
        ran(bench, "devices", *agent[1:], "--email", desk.REQUESTER, "--devices", 2, "--inventory", "--ramp", "1s", "--duration", "3s")
        (folder / "agent" / "lock").unlink()
        told = {"askedAt": datetime.datetime.now(datetime.UTC).isoformat(), "answers": desk.told(product.address)}
        (folder / "answers.json").write_text(json.dumps(told, ensure_ascii=False, indent=0, separators=(",", ":"), sort_keys=True) + "\n")


def main(programs, bench, server, folder):
    programs, folder = pathlib.Path(programs), pathlib.Path(folder)
    with tempfile.TemporaryDirectory() as data:
        data, out = pathlib.Path(data), folder / "sqlite"
        make(programs, bench, ["--data-dir", data], out)
        for service in SERVICES:
            (out / f"{service}.sql").write_text("".join(f"{line};\n" for line in sqlite(data / f"{service}.db")))
        shutil.copytree(data / "attachments", out / "attachments")
    with tempfile.TemporaryDirectory() as data, database(server) as url:
        data, out = pathlib.Path(data), folder / "postgres"
        ran(programs / "chamados", "migrate", "--database-url", url)
        make(programs, bench, ["--data-dir", data, "--database-url", url], out)
        (out / "rows.sql").write_text(postgres(url))
        shutil.copytree(data / "attachments", out / "attachments")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
