#!/usr/bin/env python3
"""Makes the schemas in this folder out of CustomResourceDefinitions: `make.py FILE…` (needs PyYAML).

No validator knows these kinds. Descriptions are left out, and what a definition does not name is refused, so that a
misspelt field is found. Made from Gateway API 1.6 (standard), CloudNativePG 1.30, Prometheus operator 0.93,
cert-manager 1.21 and the Traefik chart's definitions of August 2026, all under the Apache License 2.0.
"""

import json
import pathlib
import sys

import yaml

HERE = pathlib.Path(__file__).parent


def strict(schema):
    """The schema without words, closed where it lists properties."""
    if not isinstance(schema, dict):
        return schema
    kept = {}
    for key, value in schema.items():
        if key in ("description", "default", "example") or key.startswith("x-kubernetes-"):
            continue
        if key == "properties":
            kept[key] = {name: strict(part) for name, part in value.items()}
        elif key in ("items", "additionalProperties", "not"):
            kept[key] = strict(value)
        elif key in ("allOf", "anyOf", "oneOf"):
            # Parts of a whole that is closed already.
            kept[key] = value
        else:
            kept[key] = value
    if schema.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    closed = "properties" in kept and "additionalProperties" not in kept
    if closed and not schema.get("x-kubernetes-preserve-unknown-fields"):
        kept["additionalProperties"] = False
    return kept


def main():
    for path in sys.argv[1:]:
        for crd in yaml.safe_load_all(pathlib.Path(path).read_text()):
            for version in crd["spec"]["versions"]:
                if not version["served"] or version["name"] not in ("v1", "v1alpha1"):
                    continue
                schema = strict(version["schema"]["openAPIV3Schema"])
                schema["properties"]["metadata"] = {"type": "object"}
                kind = crd["spec"]["names"]["kind"].lower()
                name = f"{crd['spec']['group']}_{kind}_{version['name']}.json"
                (HERE / name).write_text(json.dumps(schema, separators=(",", ":")) + "\n")
                print(name)


if __name__ == "__main__":
    main()
