"""An invented desk: filled through the API of whatever version runs, asked about everything it holds, and compared
with what it told before."""

import collections
import http.cookiejar
import json
import time
import urllib.error
import urllib.request
import uuid

PASSWORD = "correct horse battery"
ADMIN = "ana@suporte.example"
REQUESTER = "carla@aurora.example"
# One that was run by hand.
JOB = "identity-purge-expired"
FILE = b"invented contents \x00\xff" * 64
PATIENCE = 30
# What is of the moment, or follows from what is done after the question.
OF_THE_MOMENT = {"presence", "presenceChangedAt", "lastSeenAt", "lastBeatAt", "lastUsedAt", "upcoming", "nextFireAt", "nextPageToken", "lastRun", "total"}


Filled = collections.namedtuple("Filled", "key requester code")


class Person:
    """Somebody who is signed in at the panel."""

    def __init__(self, address, email):
        self.address, self.email = address, email
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies)
        self.post("/api/auth/sign-in/email", email=email, password=PASSWORD)

    def ask(self, method, path, body=None, kind="application/json"):
        headers = {"Origin": f"http://{self.address}"}
        if body is not None:
            headers |= {"Content-Type": kind, "Idempotency-Key": str(uuid.uuid4())}
        request = urllib.request.Request(f"http://{self.address}{path}", body, headers, method=method)
        try:
            with self.opener.open(request, timeout=20) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {error.code} {error.read().decode()}") from error

    def get(self, path):
        return json.loads(self.ask("GET", path))

    def say(self, method, path, body):
        return json.loads(self.ask(method, path, json.dumps(body).encode()) or "null")

    def post(self, path, **body):
        return self.say("POST", path, body)

    def upload(self, name):
        head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'
        return json.loads(self.ask("POST", "/api/attachments", head.encode() + FILE + b"\r\n--x--\r\n", "multipart/form-data; boundary=x"))["id"]


def eventually(what, done):
    until = time.monotonic() + PATIENCE
    while not (value := done()):
        if time.monotonic() > until:
            raise RuntimeError(f"{what}: not within {PATIENCE} s")
        time.sleep(0.05)
    return value


def fill(address, admin_command, password_file):
    """Makes the desk of a product that is empty; gives a key for scripts, whom they write for, and the code by which
    computers enrol. `admin_command` runs `chamados admin … --json`."""
    password_file.write_text(PASSWORD)
    admin_command("tenant", "create", "--name", "Suporte Sul")

    def joins(name, email, role, *company):
        more = [word for nickname in company for word in ("--company", nickname)]
        return admin_command("user", "create", "--email", email, "--name", name, "--role", role, "--password-file", str(password_file), *more)["id"]

    ana_id = joins("Ana Prado", ADMIN, "admin")
    bruno_id = joins("Bruno Reis", "bruno@suporte.example", "agent")
    ana, bruno = Person(address, ADMIN), Person(address, "bruno@suporte.example")
    eventually("the tenant has its default queue", lambda: ana.get("/api/queues")["items"])
    companies = [ana.post("/api/admin/companies", name=name, nickname=nickname) for name, nickname in (("Padaria Aurora", "aurora"), ("Transportes Lima", "lima"))]
    carla_id = joins("Carla Nunes", REQUESTER, "collaborator", "aurora")
    old_carla_id = joins("Carla N.", "carla.nunes@aurora.example", "collaborator", "aurora")
    diego_id = joins("Diego Lima", "diego@lima.example", "manager", "lima")
    carla, old_carla, diego = (Person(address, email) for email in (REQUESTER, "carla.nunes@aurora.example", "diego@lima.example"))
    second = ana.post("/api/admin/queues", name="Redes")["id"]
    category = ana.post("/api/admin/categories", name="Impressão")["id"]
    ana.say("PATCH", "/api/me/preferences", {"locale": "pt-BR", "theme": "dark", "defaultTicketFilter": {"status": ["pending", "in_progress"]}})
    ana.post("/api/admin/invites", email="eva@suporte.example", role="agent")
    key = admin_command("api-key", "create", "--name", "monitor", "--scope", "tickets.read", "--scope", "tickets.create", "--scope", "users.read")["secret"]

    # A ticket that went through everything.
    ticket = carla.post("/api/tickets", subject="A impressora do térreo não imprime", description="<p>Desde <strong>ontem</strong>.</p>")["id"]
    path = f"/api/tickets/{ticket}"
    bruno.say("PATCH", path, {"category": category, "priority": "high", "tags": ["impressora"], "watcherIds": [diego_id]})
    ana.post(f"{path}/assign", assigneeId=bruno_id)
    bruno.post(f"{path}/comments", body="<p>Qual é o modelo?</p>", visibility="public")
    bruno.post(f"{path}/comments", body="<p>É a velha do estoque.</p>", visibility="internal")
    carla.post(f"{path}/comments", body="<p>Segue a foto.</p>", visibility="public", attachmentIds=[carla.upload("foto.bin")])
    bruno.ask("POST", f"{path}/start")
    bruno.post(f"{path}/pause", reason="waiting_requester")
    bruno.ask("POST", f"{path}/start")
    bruno.post(f"{path}/resolve", message="<p>Trocado o cabo.</p>")
    carla.post(f"{path}/reopen", reason="Voltou a falhar")
    # One under work, one of an account that is merged, one in another queue, and what chats and drafts leave.
    bruno.ask("POST", f"/api/tickets/{diego.post('/api/tickets', subject='Sem rede no térreo')['id']}/start")
    merged = old_carla.post("/api/tickets", subject="Senha esquecida")["id"]
    old_carla.post(f"/api/tickets/{merged}/comments", body="<p>É urgente!</p>", visibility="public")
    ana.post("/api/tickets", subject="Cabo do servidor", queueId=second, companyId=companies[1]["id"], requesterId=diego_id)
    carla.ask("POST", f"{path}/chat/start")
    carla.post(f"{path}/chat/messages", body="Alguém aí?")
    bruno.post(f"{path}/chat/messages", body="Já vejo.")
    bruno.ask("POST", f"{path}/chat/end")
    ana.post(f"/api/admin/users/{old_carla_id}/merge", intoUserId=carla_id)
    eventually("the merge is done", lambda: ana.get(f"/api/admin/users/{old_carla_id}/merge")["state"] == "done")
    ana.say("PATCH", "/api/admin/jobs/ticket-purge-processed", {"schedule": "15 4 * * *", "timeZone": "America/Sao_Paulo"})
    run = json.loads(ana.ask("POST", f"/api/admin/jobs/{JOB}/run"))["runId"]
    eventually("the run ends", lambda: ana.get(f"/api/admin/runs/{run}")["endedAt"])
    return Filled(key, ana_id, companies[0]["provisioningCode"])


def told(address):
    """What it answers about everything, by path."""
    ana, answers = Person(address, ADMIN), {}

    def ask(path):
        return answers.setdefault(path, ana.get(path))

    def ask_all(path):
        return ask(path)["items"]

    ask("/api/me")
    for name in ("categories", "queues", "admin/invites", "admin/service-accounts", "admin/jobs", "admin/audit-log?pageSize=100"):
        ask_all(f"/api/{name}")
    for user in ask_all("/api/admin/users"):
        ask(f"/api/admin/users/{user['id']}")
    for order in ("newest", "oldest"):
        ask_all(f"/api/tickets?q=terreo&sort={order}")
    companies = ask_all("/api/admin/companies")
    for ticket in (ticket for company in companies for ticket in ask_all(f"/api/tickets?companyId={company['id']}")):
        ask(f"/api/tickets/{ticket['id']}")
        for part in ("comments", "timeline", "work-sessions", "attachments", "chats"):
            ask_all(f"/api/tickets/{ticket['id']}/{part}")
        for chat in ask_all(f"/api/tickets/{ticket['id']}/chats"):
            ask_all(f"/api/chats/{chat['id']}/messages")
    for device in ask_all("/api/admin/devices"):
        ask(f"/api/admin/devices/{device['id']}")
        for part in ("timeline", "tokens"):
            ask_all(f"/api/admin/devices/{device['id']}/{part}")
    for run in ask_all(f"/api/admin/jobs/{JOB}/runs"):
        ask(f"/api/admin/runs/{run['id']}")
    return answers


def missing(before, after, where=""):
    """What was told before and is not told now; more may be told."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in before.items():
            if key not in OF_THE_MOMENT:
                yield from missing(value, after.get(key), f"{where}.{key}")
    elif isinstance(before, list) and isinstance(after, list):
        for place, item in enumerate(before):
            yield from missing(item, counterpart(item, place, after), f"{where}[{place}]")
    elif before != after:
        yield f"{where}: {before} became {after}"


def counterpart(item, place, others):
    """The entry of another list that is the same thing."""
    if not isinstance(item, dict):
        return item if item in others else None
    for name in ("id", "key"):
        if name in item:
            return next((other for other in others if other.get(name) == item[name]), None)
    return others[place] if place < len(others) else None
