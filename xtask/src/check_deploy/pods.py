"""Whether the Deployments run as manifests of Kubernetes say, and can be restarted while people work: `pods.py PROGRAM
DATABASE_URL REDIS_URL MANIFESTS`, in the repository's root; MANIFESTS is what kustomize made of a combination.

Arguments, variables, ports, mounted secrets and the names in certificates are the manifests'. Each pod sees its own
`/run/secrets`, and finds the others by the names of their Services; what it listens on is an address of this machine
alone instead of one of the cluster. Each in turn is asked to stop and started again, as by `rolls.py`.
"""

import pathlib
import re
import ssl
import subprocess
import sys
import tempfile

import yaml

from backups import ran
from rolls import Processes, database, findings

# As root of namespaces of its own, which everybody may be.
POD = """set -e
mount --bind "$1/hosts" /etc/hosts
mount --bind "$2" /run
shift 2
exec "$@"
"""
# Which an operator brings.
BROUGHT = [{"secretName": f"{name}-tls", "issuerRef": {"name": "outside"}, "dnsNames": [f"{name}.example.com"]} for name in ("chamados", "agents")]
CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-batch")


class Authorities:
    """An authority for each issuer, and the certificates that the manifests ask of them."""

    def __init__(self, folder, certificates):
        self.folder, self.secrets = folder, {}
        for certificate in certificates:
            if not certificate.get("isCA"):
                self.secrets[certificate["secretName"]] = self.issue(certificate)

    def authority(self, issuer):
        key, certificate = (self.folder / f"{issuer}.{kind}" for kind in ("key", "crt"))
        if not certificate.exists():
            ran("openssl", "req", "-x509", *CURVE, "-subj", f"/CN={issuer}", "-keyout", key, "-out", certificate)
        return key, certificate

    def issue(self, certificate):
        authority_key, authority = self.authority(certificate["issuerRef"]["name"])
        key, made = self.folder / "tls.key", self.folder / "tls.crt"
        names = ",".join(f"DNS:{name}" for name in certificate["dnsNames"])
        uses = ",".join({"server auth": "serverAuth", "client auth": "clientAuth"}[use] for use in certificate.get("usages", ["server auth"]))
        ran("openssl", "req", "-x509", *CURVE, "-CA", authority, "-CAkey", authority_key, "-subj", "/", "-keyout", key, "-out", made,
            "-addext", f"subjectAltName=critical,{names}", "-addext", f"extendedKeyUsage={uses}", "-addext", "basicConstraints=critical,CA:FALSE")
        return {"tls.key": key.read_text(), "tls.crt": made.read_text(), "ca.crt": authority.read_text()}


class Pods(Processes):
    door = "gateway"

    def __init__(self, program, folder, manifests, secrets):
        super().__init__(program, folder, {})
        image = dict(re.findall(r"(CHAMADOS__\w+)=(\S+)", pathlib.Path("deploy/docker/Dockerfile").read_text()))
        of_kind = lambda kind: {it["metadata"]["name"]: it for it in manifests if it["kind"] == kind}
        configs, deployments = of_kind("ConfigMap"), of_kind("Deployment")
        self.addresses = {name: f"127.0.1.{number}" for number, name in enumerate(deployments, 1)}
        (folder / "hosts").write_text("127.0.0.1 localhost\n" + "".join(f"{address} {name}\n" for name, address in self.addresses.items()))
        # Folders have names of their own.
        shared = {"CHAMADOS__REDIS__KEY_PREFIX": f"pods-{folder.name}"}
        self.variables, self.arguments = {}, {}
        for name, deployment in deployments.items():
            pod = deployment["spec"]["template"]["spec"]
            container = pod["containers"][0]
            said = {key: value for source in container["envFrom"] for key, value in configs[source["configMapRef"]["name"]]["data"].items()}
            said |= {variable["name"]: variable["value"] for variable in container["env"] if "value" in variable}
            own = {key: value.replace("0.0.0.0", self.addresses[name]) for key, value in image.items()}
            self.variables[name] = own | said | shared | {"CHAMADOS__DATA_DIR": str(folder / name)}
            self.arguments[name] = container["args"]
            self.mount(name, pod, container, secrets)

    def mount(self, name, pod, container, secrets):
        """Lays out what the volumes of a pod hold."""
        self.run(name).mkdir(parents=True)
        volumes = {volume["name"]: volume for volume in pod["volumes"]}
        for place in container["volumeMounts"]:
            volume = volumes[place["name"]]
            sources = [source["secret"] for source in volume["projected"]["sources"]] if "projected" in volume else [volume["secret"]] if "secret" in volume else []
            for source in sources:
                secret = secrets[source.get("name") or source["secretName"]]
                for item in source.get("items") or [{"key": key, "path": key} for key in secret]:
                    path = self.run(name) / pathlib.Path(place["mountPath"]).relative_to("/run") / item["path"]
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(secret[item["key"]])

    def run(self, name):
        return self.folder / "pods" / name / "run"

    def argv(self, name, *arguments):
        arguments = arguments or self.arguments[name]
        return ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", POD, "sh", self.folder, self.run(name), self.program, *arguments]

    def origin(self):
        return f"https://{self.addresses[self.door]}:8080"


def main(program, server, redis, built):
    manifests = list(yaml.safe_load_all(pathlib.Path(built).read_text()))
    with tempfile.TemporaryDirectory() as folder, database(server) as url:
        folder = pathlib.Path(folder)
        authorities = Authorities(folder, [it["spec"] for it in manifests if it["kind"] == "Certificate"] + BROUGHT)
        said = {
            "chamados-keyring": {"keyring": ran("deploy/keyring.sh") + "\n"},
            "chamados-database": {"url": url},
            "chamados-redis": {"url": redis},
            # Nothing is attached here.
            "chamados-bucket": {"secret-access-key": "invented"},
        }
        pods = Pods(pathlib.Path(program).absolute(), folder, manifests, said | authorities.secrets)
        trust = ssl.create_default_context(cadata=authorities.secrets["chamados-tls"]["ca.crt"])
        # Its name is another than the address it has here.
        trust.check_hostname = False
        return findings(pods, trust)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
