"""What no validator knows: that manifests, rules and dashboards agree with the product. Run in the repository's root,
by `cargo xtask check-deploy`; prints what is wrong, a line each, and ends with status 1 when there is something."""

import itertools
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import jsonschema
import yaml

RULES = "deploy/prometheus/alerts.yml"
TESTS = "deploy/prometheus/alerts.test.yml"
SCHEMAS = pathlib.Path("k8s/tests/schemas")
RUNBOOKS = ("docs/OPERATIONS.md", "docs/OPERATIONS.pt-BR.md")
# What Prometheus and its exporters add to what a process tells.
ADDED_METRICS = {"target_info", "up"}
# What each process tells of itself.
PROCESS_METRICS = {
    f"process_{name}"
    for name in (
        "cpu_seconds_total",
        "max_fds",
        "memory_limit_bytes",
        "open_fds",
        "resident_memory_bytes",
        "start_time_seconds",
        "threads",
        "virtual_memory_bytes",
    )
}
ADDED_LABELS = {"le", "job", "exported_job", "instance", "service_name", "service_version", "alertname", "severity"}


class Tagged(yaml.SafeLoader):
    """Takes Compose's `!override` and `!reset` for what they stand before."""


def _untagged(loader, _suffix, node):
    construct = {
        yaml.ScalarNode: loader.construct_scalar,
        yaml.SequenceNode: loader.construct_sequence,
        yaml.MappingNode: loader.construct_mapping,
    }[type(node)]
    return construct(node)


Tagged.add_multi_constructor("!", _untagged)


def load(path):
    return yaml.load(pathlib.Path(path).read_text(), Loader=Tagged)


def documents(folder):
    for path in sorted(pathlib.Path(folder).glob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text()):
            yield path.name, document


# --- metrics


def metrics_in_code():
    """Names and labels, as Prometheus gets them, of all instruments in the sources."""
    names, labels = set(ADDED_METRICS), set(ADDED_LABELS)
    made = re.compile(r"\.(?:u64|f64|i64)_(\w+)\(\s*\"([\w.]+)\"\s*\)(.*?)\.build\(\)", re.S)
    sources = [path for top in ("services", "gateway") for path in pathlib.Path(top).rglob("src/**/*.rs")]
    for path in sources:
        text = path.read_text()
        for kind, name, rest in made.findall(text):
            unit = re.search(r"with_unit\(\"(\w+)\"\)", rest)
            name = name.replace(".", "_")
            unit = {"s": "seconds", "ms": "milliseconds", "By": "bytes"}.get(unit[1]) if unit else None
            if unit and not name.endswith(unit):
                name += f"_{unit}"
            if kind.endswith("counter") and "up_down" not in kind:
                name += "_total"
            histogram = kind.endswith("histogram")
            names |= {f"{name}_{end}" for end in ("bucket", "sum", "count")} if histogram else {name}
        labels |= {label.replace(".", "_") for label in re.findall(r"KeyValue::new\(\s*\"([\w.]+)\"", text)}
    return names, labels


def asked(expression):
    """Metrics and labels that a PromQL expression names."""
    expression = re.sub(r"\[\$?\w+(:\w+)?\]|\boffset\s+\w+", "", expression)
    labels = set()
    for matchers in re.findall(r"\{([^}]*)\}", re.sub(r"\"[^\"]*\"", '""', expression)):
        labels |= set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers))
    bare = re.sub(r"\{[^}]*\}", "", re.sub(r"\"[^\"]*\"", '""', expression))
    for listed in re.findall(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)", bare):
        labels |= set(re.findall(r"\w+", listed))
    bare = re.sub(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", "", bare)
    bare = re.sub(r"\b[a-z_0-9]+\s*\(", "(", re.sub(r"\b(?:sum|count|topk|max|min|avg)\b", "", bare))
    words = set(re.findall(r"\b[a-zA-Z_]\w*\b", bare)) - {"and", "or", "unless", "bool"}
    return words, labels


def expressions():
    for group in load(RULES)["groups"]:
        for rule in group["rules"]:
            yield rule["alert"], rule["expr"]
    for path in sorted(pathlib.Path("deploy/grafana/dashboards").glob("*.json")):
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel["targets"]:
                yield f"{path.name}: {panel['title']}", target["expr"]


def check_metrics():
    names, labels = metrics_in_code()
    if "ProcessCollector" in pathlib.Path("services/chassis/src/telemetry.rs").read_text():
        names |= PROCESS_METRICS
    if not names - ADDED_METRICS - PROCESS_METRICS:
        yield "no instrument was found in the sources"
    for where, expression in expressions():
        words, used = asked(expression)
        if not words:
            yield f"{where}: asks for no metric"
        for metric in sorted(words - names):
            yield f"{where}: there is no metric {metric}"
        for label in sorted(used - labels):
            yield f"{where}: no metric has a label {label}"


# --- alerts


def check_runbooks():
    """Each alert has its section, in each language."""
    alerts = [rule for group in load(RULES)["groups"] for rule in group["rules"]]
    for alert in alerts:
        name = alert["alert"]
        if alert["annotations"]["runbook"] != f"docs/OPERATIONS.md#{name.lower()}":
            yield f"{name}: its runbook is not docs/OPERATIONS.md#{name.lower()}"
        for page in RUNBOOKS:
            if not re.search(rf"^#+ {name}$", pathlib.Path(page).read_text(), re.M):
                yield f"{page}: has no section {name}"
    if load("k8s/components/monitoring/alerts.yaml")["spec"]["groups"] != load(RULES)["groups"]:
        yield "k8s/components/monitoring/alerts.yaml: its rules are not those of alerts.yml"


def check_tests(promtool):
    """Of each alert a test fails when it always fires, and when it never does."""
    for alert in [rule["alert"] for group in load(RULES)["groups"] for rule in group["rules"]]:
        # The tests that name it, and no others, for the time they take.
        tests = load(TESTS)
        names = lambda test: any(case["alertname"] == alert for case in test["alert_rule_test"])
        tests["tests"] = [test for test in tests["tests"] if names(test)]
        for change in ("as it is", "always", "never"):
            rules = load(RULES)
            rule = next(rule for group in rules["groups"] for rule in group["rules"] if rule["alert"] == alert)
            if change == "always":
                rule |= {"expr": f"({rule['expr']}) or vector(1)", "for": "0m"}
            elif change == "never":
                rule |= {"expr": f"({rule['expr']}) and on () vector(0) > 1"}
            if passes(promtool, rules, tests) != (change == "as it is"):
                yield f"{alert}: its tests do not pass" if change == "as it is" else f"{alert}: no test fails when it {change} fires"


def passes(promtool, rules, tests):
    with tempfile.TemporaryDirectory() as folder:
        for path, content in ((RULES, rules), (TESTS, tests)):
            (pathlib.Path(folder) / pathlib.Path(path).name).write_text(yaml.safe_dump(content))
        command = [promtool, "test", "rules", f"{folder}/{pathlib.Path(TESTS).name}"]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


# --- Kubernetes


def check_kinds(folder):
    """Objects of operators, by the schemas made from their definitions; names that must lead somewhere."""
    for name, document in documents(folder):
        group, _, version = document["apiVersion"].rpartition("/")
        if "." not in group or group.endswith(".k8s.io") and not group.startswith("gateway."):
            continue
        kind = document["kind"]
        schema = SCHEMAS / f"{group}_{kind.lower()}_{version}.json"
        if not schema.exists():
            yield f"{name}: {kind} of {group}: there is no {schema}"
            continue
        validator = jsonschema.Draft202012Validator(json.loads(schema.read_text()))
        for error in validator.iter_errors(document):
            where = ".".join(map(str, error.absolute_path))
            yield f"{name}: {kind} {document['metadata']['name']}: {where}: {error.message}"
    for name, of_file in itertools.groupby(documents(folder), key=lambda pair: pair[0]):
        yield from check_references(name, [document for _, document in of_file])


def check_references(name, objects):
    """Services lead to pods, pods mount what is there, and what scales or is protected exists."""
    there = {(document["kind"], document["metadata"]["name"]) for document in objects}
    pods = [pod for pod in map(pod_of, objects) if pod]
    for document in objects:
        kind, called, spec = document["kind"], document["metadata"]["name"], document.get("spec", {})
        if kind == "Service":
            wanted = spec["selector"].items()
            chosen = [pod for pod in pods if wanted <= pod["metadata"]["labels"].items()]
            ports = {port["name"] for pod in chosen for c in pod["spec"]["containers"] for port in c.get("ports", [])}
            for port in spec["ports"]:
                if port["targetPort"] not in ports:
                    yield f"{name}: Service {called}: no pod of it has the port {port['targetPort']}"
        if kind == "HorizontalPodAutoscaler" and ("Deployment", called) not in there:
            yield f"{name}: {called} is scaled and not there"
    yield from check_certificates(name, objects)
    for pod in pods:
        spec = pod["spec"]
        for volume in spec.get("volumes", []):
            claim, settings = volume.get("persistentVolumeClaim"), volume.get("configMap")
            if claim and ("PersistentVolumeClaim", claim["claimName"]) not in there:
                yield f"{name}: the claim {claim['claimName']} is not there"
            if settings and ("ConfigMap", settings["name"]) not in there:
                yield f"{name}: the ConfigMap {settings['name']} is not there"
        for container in spec["containers"]:
            safe = container["securityContext"]
            if not safe["readOnlyRootFilesystem"] or safe["allowPrivilegeEscalation"] or safe["capabilities"] != {"drop": ["ALL"]}:
                yield f"{name}: {container['name']} has privileges"
            if "cpu" in container["resources"]["limits"] or "memory" not in container["resources"]["limits"]:
                yield f"{name}: {container['name']} needs a limit of memory, and none of CPU"
        if spec.get("automountServiceAccountToken") is not False or not spec["securityContext"]["runAsNonRoot"]:
            yield f"{name}: a pod has a token or may be root"


def check_certificates(name, objects):
    """Whoever is called by TLS shows the certificate that has the name by which it is called."""
    made = {d["spec"]["secretName"]: d["spec"]["dnsNames"] for d in objects if d["kind"] == "Certificate" and not d["spec"].get("isCA")}
    settings = [document["data"] for document in objects if document["kind"] == "ConfigMap"]
    called = {url for data in settings for key, url in data.items() if key.startswith("CHAMADOS__SERVICES__")}
    called = {url.removeprefix("https://").partition(":")[0] for url in called if url.startswith("https://")}
    for document in objects:
        if document["kind"] == "Deployment" and document["metadata"]["name"] in called:
            host, spec = document["metadata"]["name"], pod_of(document)["spec"]
            secrets = {v["name"]: v["secret"]["secretName"] for v in spec["volumes"] if "secret" in v}
            if host not in made.get(secrets.get("internal"), []):
                yield f"{name}: {host} is called by TLS and has no certificate of that name"
            called.discard(host)
    for host in sorted(called):
        yield f"{name}: {host} is called by TLS and is not there"


def pod_of(document):
    spec = document.get("spec") or {}
    spec = spec.get("jobTemplate", {}).get("spec", spec)
    return spec.get("template") if document["kind"] in ("Deployment", "StatefulSet", "Job", "CronJob") else None


# --- settings


def processes(folder):
    """Every process of ours in any manifest: where, its arguments, its variables."""
    for name, of_file in itertools.groupby(documents(folder), key=lambda pair: pair[0]):
        objects = [document for _, document in of_file]
        settings = {d["metadata"]["name"]: d["data"] for d in objects if d["kind"] == "ConfigMap"}
        for document in objects:
            for container in (pod_of(document) or {"spec": {"containers": []}})["spec"]["containers"]:
                if container["name"] == "chamados":
                    variables = {}
                    for source in container["envFrom"]:
                        variables |= settings[source["configMapRef"]["name"]]
                    variables |= {v["name"]: v["value"] for v in container.get("env", []) if "value" in v}
                    yield f"{name}: {document['metadata']['name']}", container["args"], variables
    for path in ("deploy/compose/compose.yaml", "deploy/compose/compose.split.yaml", "deploy/swarm/stack.yml"):
        for service, said in load(path)["services"].items():
            if "/chamados:" in said["image"]:
                # `${NAME:-default}` is its default.
                given = {key: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str(v)) for key, v in said["environment"].items()}
                yield f"{path}: {service}", said.get("command", ["run"]), given


def check_settings(program, folder):
    """The binary takes the arguments and variables that the manifests give it."""
    with tempfile.TemporaryDirectory() as secrets:
        plain = {key: value for key, value in os.environ.items() if not key.startswith("CHAMADOS__")}
        files = {
            "database-url": "postgres://chamados:secret@postgres/chamados",
            "redis-url": "redis://redis:6379",
            "secret-access-key": "secret",
            "keyring": "",
        }
        for (name, text), before in itertools.product(files.items(), ("", "chamados-")):
            (pathlib.Path(secrets) / f"{before}{name}").write_text(text)
        found = 0
        for where, arguments, variables in processes(folder):
            found += 1
            taken = {key: re.sub(r"^/run/secrets(/chamados)?/", f"{secrets}/", value) for key, value in variables.items()}
            command = [program, "config", "check", *arguments[1:]]
            done = subprocess.run(command, env=plain | taken, capture_output=True, text=True, check=False)
            if done.returncode:
                yield f"{where}: {(done.stderr or done.stdout).strip()}"
            helped = subprocess.run([program, arguments[0], "--help"], capture_output=True, check=False)
            if helped.returncode:
                yield f"{where}: there is no command {arguments[0]}"
        if not found:
            yield "no process of ours was found in the manifests"


def check_operations(folder):
    """Each process is asked on its operations port by probes, and by nobody on the panel's."""
    dockerfile = pathlib.Path("deploy/docker/Dockerfile").read_text()
    for said in ("CHAMADOS__LISTEN__OPERATIONS=0.0.0.0:8083", "CHAMADOS__GATEWAY__OPERATIONS=false"):
        if said not in dockerfile:
            yield f"deploy/docker/Dockerfile: {said} is not there"
    for name, document in documents(folder):
        for container in (pod_of(document) or {"spec": {"containers": []}})["spec"]["containers"]:
            if container["name"] != "chamados" or document["kind"] == "Job":
                continue
            where = f"{name}: {document['metadata']['name']}"
            if {"name": "operations", "containerPort": 8083} not in [
                {key: port[key] for key in ("name", "containerPort")} for port in container["ports"]
            ]:
                yield f"{where}: has no port of operations"
            for probe, service in (("startup", "liveness"), ("liveness", "liveness"), ("readiness", "")):
                asked = container.get(f"{probe}Probe", {}).get("grpc", {})
                if (asked.get("port"), asked.get("service", "")) != (8083, service):
                    yield f"{where}: its {probe} probe does not ask for {service!r} at 8083"
            grace = pod_of(document)["spec"]["terminationGracePeriodSeconds"]
            if container["lifecycle"]["preStop"]["sleep"]["seconds"] + 20 >= grace:
                yield f"{where}: it is killed before it has drained"
    # Where an operator or Prometheus looks.
    scraped = load("deploy/prometheus/prometheus.yml")["scrape_configs"][0]["dns_sd_configs"][0]
    split = load("deploy/compose/compose.split.yaml")["services"]
    ours = {name for name, said in split.items() if "/chamados:" in said["image"]} - {"migrate"}
    if set(scraped["names"]) != ours or scraped["port"] != 8083:
        yield f"deploy/prometheus/prometheus.yml: scrapes {scraped['names']}, and the processes are {sorted(ours)}"
    for path in ("deploy/compose/compose.yaml", "deploy/compose/compose.split.yaml", "deploy/swarm/stack.yml"):
        for service, said in load(path)["services"].items():
            if "/chamados:" in said["image"] and service != "migrate" and "healthcheck" in said:
                yield f"{path}: {service}: the image's own check asks the operations port; this one hides it"


def check_documented():
    """The page of settings has every setting of a service, and no other."""
    page = pathlib.Path("docs/CONFIGURATION.md").read_text()
    for section in ("gateway", "ticket", "device", "scheduler"):
        source = pathlib.Path("gateway" if section == "gateway" else f"services/{section}") / "src/config.rs"
        fields = re.search(r"^pub struct Config \{$(.*?)^\}$", source.read_text(), re.M | re.S)[1]
        taken = set(re.findall(r"^    pub (\w+):", fields, re.M))
        told = re.search(rf"^## \[{section}\]$(.*?)(?=^## |\Z)", page, re.M | re.S)[1]
        told = set(re.findall(r"^\| `(\w+)`", told, re.M))
        for key in sorted(taken ^ told):
            yield f"docs/CONFIGURATION.md: [{section}]: {key} is {'not told of' if key in taken else 'no setting'}"


def check_versions():
    """The image's compiler is the repository's, and every file names the image of this version."""
    channel = re.search(r'channel = "([\d.]+)"', pathlib.Path("rust-toolchain.toml").read_text())[1]
    compiler = re.search(r"^FROM rust:([\d.]+)", pathlib.Path("deploy/docker/Dockerfile").read_text(), re.M)[1]
    if channel.split(".")[: compiler.count(".") + 1] != compiler.split("."):
        yield f"deploy/docker/Dockerfile: Rust {compiler}, and rust-toolchain.toml has {channel}"
    version = re.search(r'^version = "([^"]+)"', pathlib.Path("Cargo.toml").read_text(), re.M)[1]
    files = [path for top in ("deploy", "k8s") for path in pathlib.Path(top).rglob("*") if path.is_file()]
    for path in files:
        text = path.read_text()
        named = re.findall(r"ghcr\.io/example/chamados:([\w.-]+)|name: ghcr\.io/example/chamados\n\s+newTag: (\S+)", text)
        for one in {first or second for first, second in named} - {version}:
            yield f"{path}: the image {one}, and this is version {version}"


def untag(folder):
    """Writes the compose files as a schema can read them."""
    for path in pathlib.Path("deploy/compose").glob("compose*.yaml"):
        (pathlib.Path(folder) / path.name).write_text(yaml.safe_dump(load(path)))
    return ()


CHECKS = {
    "metrics": check_metrics,
    "runbooks": check_runbooks,
    "alert-tests": check_tests,
    "kinds": check_kinds,
    "operations": check_operations,
    "documented": check_documented,
    "settings": check_settings,
    "versions": check_versions,
    "untag": untag,
}

if __name__ == "__main__":
    findings = list(CHECKS[sys.argv[1]](*sys.argv[2:]))
    print("\n".join(findings), end="\n" if findings else "")
    sys.exit(bool(findings))
