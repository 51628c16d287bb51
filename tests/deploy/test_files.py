"""The files of `deploy/` are valid and confined, have one writer, and agree with the code and with each other."""

from __future__ import annotations

import json
import tomllib
from importlib.resources import files
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml
from deployment import DEPLOY, ROOT, compose, in_context, manifests, stages, variables, without

from pipelines import home as homes
from pipelines.home import Home
from pipelines.monitoring import alerts
from pipelines.orchestration import home_instance, housekeeping, launch

KNOWN = {homes.VARIABLE, home_instance.POSTGRES, alerts.WEBHOOK, alerts.MAIL, housekeeping.VARIABLE}
"""The variables that the application reads."""
SERVICES: dict[str, dict[str, Any]] = compose()["services"]
OURS = ["code", "web", "daemon"]
WORKLOADS = [("Deployment", "khrop"), ("StatefulSet", "khrop-postgres")]


def pod(kind: str, name: str) -> dict[str, Any]:
    result: dict[str, Any] = manifests()[kind, name]["spec"]["template"]["spec"]
    return result


def containers(kind: str, name: str) -> dict[str, dict[str, Any]]:
    spec = pod(kind, name)
    return {each["name"]: each for each in [*spec.get("initContainers", []), *spec["containers"]]}


def test_compose_is_what_its_schema_allows() -> None:
    schema = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    jsonschema.validate(compose(), json.loads(schema.read_text(encoding="utf-8")))


@pytest.mark.parametrize("version", ["1.29", kubernetes_validate.latest_version()])
def test_the_cluster_s_objects_are_what_their_schemas_allow(version: str) -> None:
    for document in manifests().values():
        kubernetes_validate.validate(document, version, strict=True)


def test_images_have_a_version_and_ours_is_the_project_s() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    images = [service["image"] for service in SERVICES.values()]
    images += [each["image"] for workload in WORKLOADS for each in containers(*workload).values()]
    for image in images:
        name, _, tag = image.rpartition(":")
        assert tag not in ("", "latest"), image
        assert tag == version or not name.endswith("khrop"), image


def test_nothing_runs_as_root_or_may_become_it() -> None:
    *_, (_, user) = (step for step in stages()[-1] if step[0] == "USER")
    assert int(user.split(":")[0]) > 0, "a number: Kubernetes knows no names"
    assert not any(word == "USER" and rest.startswith("0") for word, rest in stages()[-1])
    for name, service in SERVICES.items():
        assert name in OURS or service["user"] not in ("root", "0", 0)
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert not service.keys() & {"privileged", "cap_add", "pid", "network_mode"}
    for workload in WORKLOADS:
        assert pod(*workload)["securityContext"]["runAsNonRoot"] is True
        assert pod(*workload)["automountServiceAccountToken"] is False
        for each in containers(*workload).values():
            assert each["securityContext"]["allowPrivilegeEscalation"] is False
            assert each["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert f"{pod('Deployment', 'khrop')['securityContext']['runAsUser']}" == user.split(":")[0]


def test_no_port_is_published_beyond_this_machine() -> None:
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "web": ["127.0.0.1:3000:3000"]
    }
    for each in containers("Deployment", "khrop").values():
        assert "0.0.0.0" not in " ".join(each["args"]), "other pods are to reach none of them"
    services = [document for (kind, _), document in manifests().items() if kind == "Service"]
    assert [(s["metadata"]["name"], s["spec"]["clusterIP"]) for s in services] == [("khrop-postgres", "None")]


def test_there_is_one_writer() -> None:
    deployment = manifests()["Deployment", "khrop"]["spec"]
    assert (deployment["replicas"], deployment["strategy"]) == (1, {"type": "Recreate"})
    assert manifests()["PersistentVolumeClaim", "khrop-home"]["spec"]["accessModes"] == ["ReadWriteOncePod"]
    assert not any(service.keys() & {"deploy", "scale"} for service in SERVICES.values())
    in_cluster = containers("Deployment", "khrop")
    for name in OURS:
        (volume,) = (v for v in SERVICES[name]["volumes"] if v.startswith("home:"))
        (mount,) = (m for m in in_cluster[name]["volumeMounts"] if m["name"] == "home")
        assert (volume == "home:/srv/khrop") == (not mount.get("readOnly")) == (name == "code"), name
        assert SERVICES[name]["read_only"] is in_cluster[name]["securityContext"]["readOnlyRootFilesystem"] is True
    # Runs are processes of the code location: nothing names another launcher.
    assert "run_launcher" not in home_instance.template().read_text(encoding="utf-8") + home_instance.ON_POSTGRES


def test_every_variable_is_one_that_the_application_reads(home: Home) -> None:
    of_image = variables(stages()[-1])
    wanted = {name: value.replace(str(home.root), "/srv/khrop") for name, value in home_instance.prepare(home).items()}
    assert wanted.items() <= of_image.items(), "as `khrop dev` sets them"
    set_for_us = {*of_image, *(name for each in OURS for name in SERVICES[each]["environment"])}
    set_for_us |= {v["name"] for each in containers("Deployment", "khrop").values() for v in each["env"]}
    assert {name for name in set_for_us if name.startswith("KHROP_")} == KNOWN
    for name in OURS:
        assert without(SERVICES[name]["environment"][home_instance.POSTGRES]).startswith(
            f"{home_instance.DRIVER}://khrop:@postgres:"
        )
        address = {v["name"]: v.get("value") for v in containers("Deployment", "khrop")[name]["env"]}[
            home_instance.POSTGRES
        ]
        assert address.startswith(f"{home_instance.DRIVER}://khrop:$(POSTGRES_PASSWORD)@khrop-postgres:")


def test_health_is_checked_and_waited_for() -> None:
    for name, service in SERVICES.items():
        assert service["healthcheck"]["test"][0] == "CMD", name
        assert service["restart"] == "unless-stopped"
    waits = {name: list(service.get("depends_on", {})) for name, service in SERVICES.items()}
    assert waits == {"code": ["postgres"], "web": ["code"], "daemon": ["code"], "postgres": []}
    assert all(
        w == {"condition": "service_healthy"} for s in SERVICES.values() for w in s.get("depends_on", {}).values()
    )
    assert [each["name"] for each in pod("Deployment", "khrop")["initContainers"]] == ["code"]


def test_a_pod_s_processes_are_those_of_compose() -> None:
    in_cluster = containers("Deployment", "khrop") | containers("StatefulSet", "khrop-postgres")
    assert in_cluster.keys() == SERVICES.keys()
    for name, service in SERVICES.items():
        for probe in ("startupProbe", "livenessProbe"):
            assert in_cluster[name][probe]["exec"]["command"] == service["healthcheck"]["test"][1:], name
    for name in OURS:
        assert in_cluster[name]["args"] == [w.replace("0.0.0.0", "127.0.0.1") for w in SERVICES[name]["command"]]


def test_the_code_location_is_found_under_the_name_that_runs_have() -> None:
    (location,) = yaml.safe_load((DEPLOY / "workspace.yaml").read_text(encoding="utf-8"))["load_from"]
    server = location["grpc_server"]
    assert server["location_name"] == launch.MODULE
    assert server["host"] in SERVICES
    assert pod("Deployment", "khrop")["hostAliases"] == [{"ip": "127.0.0.1", "hostnames": [server["host"]]}]
    assert f"-p {server['port']} -m {launch.MODULE}" in SERVICES["code"]["command"][-1]


def test_the_image_gets_the_application_alone() -> None:
    for kept in ("pipelines/definitions.py", "warehouse/load.py", "contracts/khrop/__init__.py", "dagster.yaml"):
        assert in_context(kept), kept
    for left in (
        ".git/config",
        "data/warehouse.duckdb",
        ".venv/pyvenv.cfg",
        "deploy/.env",
        "contracts/tests/conftest.py",
    ):
        assert not in_context(left), left
