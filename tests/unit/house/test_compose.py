"""The containers keep their promises: docker-compose.yml, Dockerfile and what they name."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from signal import SIGTERM

import pytest

from services.assembly import signals
from shared.broker.definitions import rights
from shared.settings.variables import VARIABLES
from tests import compose_yaml

COMPOSE = Path("docker-compose.yml").read_text("utf-8")
DOCKERFILE = Path("Dockerfile").read_text("utf-8")
ONE_SHOT = {"migrate", "operator"}
OURS = {"migrate", "fetcher", "classifier", "writer", "calendar", "mailer", "embedded", "operator"}


def _mapping(value: object) -> Mapping[str, object]:
    assert isinstance(value, dict)
    return value


def _list(value: object) -> Sequence[object]:
    assert isinstance(value, list)
    return value


PROJECT = compose_yaml.read(COMPOSE)
SERVICES = {name: _mapping(service) for name, service in _mapping(PROJECT["services"]).items()}
LASTING = sorted(SERVICES.keys() - ONE_SHOT)


def _mounts(service: str) -> dict[str, str]:
    """Targets of the mounts of `service` with their mode; `${…}` holds colons of its own."""
    plain = (
        re.sub(r"\$\{[^}]*\}", "host", str(one)) for one in _list(SERVICES[service]["volumes"])
    )
    parts = [one.split(":") for one in plain]
    return {part[1]: part[2] if len(part) > 2 else "rw" for part in parts}


def test_every_service_is_known() -> None:
    """House: the checks below look at every service there is."""
    assert SERVICES.keys() == OURS | {"rabbitmq"}


@pytest.mark.parametrize("name", sorted(set(LASTING) - {"rabbitmq"}))
def test_a_service_that_is_stopped_has_done_its_work(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O-6: whatever stays in Compose ends with 0 when it is told to stop."""
    monkeypatch.setattr(signals, "_heard", [SIGTERM])
    arguments = [str(word) for word in _list(SERVICES[name]["command"])]

    assert signals.ending(signals.INTERRUPTED, arguments) == signals.DONE


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_can_do_little(name: str) -> None:
    """House: no root, nothing to write but /tmp and volumes, no capability, bounded resources."""
    service = SERVICES[name]

    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", str(service["user"]))
    assert service["read_only"] == "true"
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"mem_limit", "cpus", "pids_limit", "networks"} <= service.keys()
    assert "docker.sock" not in str(service)
    for place in _list(service["tmpfs"]):
        assert {"noexec", "nosuid", "nodev"} <= set(str(place).partition(":")[2].split(","))


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_ends_in_peace_and_its_log_stays_small(name: str) -> None:
    """House: time to finish the batch in hand, and logs that turn over."""
    service = SERVICES[name]

    assert service["stop_grace_period"] == "40s"
    logging = _mapping(service["logging"])
    assert logging["driver"] == "json-file"
    assert _mapping(logging["options"]).keys() == {"max-size", "max-file"}


@pytest.mark.parametrize("name", LASTING)
def test_a_lasting_service_tells_its_health_and_comes_back(name: str) -> None:
    """O-7: `up --wait` means something, and a crash or a restart of the host is not the end."""
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert _list(_mapping(SERVICES[name]["healthcheck"])["test"])[0] == "CMD"


@pytest.mark.parametrize("name", sorted(ONE_SHOT))
def test_a_one_shot_runs_once(name: str) -> None:
    """House: what ends by itself is neither started again nor waited for as healthy."""
    assert SERVICES[name]["restart"] == "no"
    assert SERVICES[name]["healthcheck"] == {"disable": "true"}


@pytest.mark.parametrize("name", sorted(OURS & set(LASTING)))
def test_health_is_what_ready_says(name: str) -> None:
    """House: the health check asks the port that the service is told to listen on."""
    environment = _mapping(SERVICES[name]["environment"])
    command = str(_list(_mapping(SERVICES[name]["healthcheck"])["test"])[-1])

    assert f"'127.0.0.1', {environment['METRICS_PORT']}," in command
    assert "/ready" in command


def test_ports_are_for_this_host_alone() -> None:
    """House: a published port is bound to the loopback interface; the broker has none."""
    ports = [str(port) for one in SERVICES.values() for port in _list(one.get("ports", []))]

    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert "ports" not in SERVICES["rabbitmq"]


def test_each_service_has_the_networks_that_it_needs() -> None:
    """House: the broker has no way out; the fetcher has none to the database, others to mail."""
    networks = _mapping(PROJECT["networks"])
    assert networks["broker"] == {"internal": "true"}
    assert SERVICES["rabbitmq"]["networks"] == ["broker"]
    assert SERVICES["fetcher"]["networks"] == ["broker", "mail"]
    for name in ("classifier", "writer"):
        assert SERVICES[name]["networks"] == ["broker", "database"]
    assert SERVICES["calendar"]["networks"] == ["broker", "calendars", "database"]
    assert SERVICES["migrate"]["networks"] == ["database"]


def test_each_service_may_write_what_it_needs() -> None:
    """House: the classifier writes nowhere, the fetcher not into the ERP, nobody configuration."""
    assert set(_mounts("classifier").values()) == {"ro"}
    assert _mounts("fetcher") == {"/data": "rw", "/config": "ro", "/eml": "rw", "/erp": "ro"}
    assert _mounts("writer") == {"/data": "rw", "/config": "ro", "/erp": "rw"}
    assert _mounts("calendar") == {"/data": "rw", "/config": "ro", "/erp": "ro"}
    assert {_mounts(name)["/config"] for name in OURS} == {"ro"}


def test_others_wait_for_the_migration_and_the_broker() -> None:
    """House: one job changes the database, never several services at once."""
    done = {"condition": "service_completed_successfully"}
    healthy = {"condition": "service_healthy"}
    for name in ("fetcher", "classifier", "writer", "calendar"):
        assert SERVICES[name]["depends_on"] == {"rabbitmq": healthy, "migrate": done}
    assert SERVICES["embedded"]["depends_on"] == {"migrate": done}
    assert SERVICES["embedded"]["profiles"] == ["embedded"]


def test_secrets_are_files() -> None:
    """House: no secret stands in the environment, which `docker inspect` shows."""
    secret = {variable.name for variable in VARIABLES if variable.secret}
    named = {str(one) for one in _mapping(PROJECT["secrets"])}
    assert secret
    for service in SERVICES.values():
        environment = _mapping(service.get("environment", {}))
        assert not secret & environment.keys()
        for name in secret & {key.removesuffix("_FILE") for key in environment}:
            assert str(environment[f"{name}_FILE"]).startswith("/run/secrets/")
        for one in _list(service.get("secrets", [])):
            assert (one["source"] if isinstance(one, dict) else one) in named


def test_each_service_is_its_own_broker_user() -> None:
    """INV-11: none reads the address of another, and the broker loads who may do what."""
    broker = {
        name: [one for one in map(str, _list(service["secrets"])) if "rabbitmq" in one]
        for name, service in SERVICES.items()
    }
    with_broker = {name for name, its in broker.items() if its and name != "rabbitmq"}

    assert with_broker == rights().keys()
    for name in with_broker:
        (secret,) = broker[name]
        assert f"rabbitmq_url_{name}" in secret
    target = "/etc/rabbitmq/definitions.json"
    assert target in broker["rabbitmq"][0]
    conf = Path("deploy/compose/rabbitmq.conf").read_text("utf-8")
    assert f"\nload_definitions = {target}\n" in conf


def test_our_variables_are_spelt_right() -> None:
    """House: what the containers set is a variable of ours, or the zone."""
    known = {variable.name for variable in VARIABLES}
    known |= {f"{name}_FILE" for name in known} | {"TZ"}
    for name in OURS:
        assert _mapping(SERVICES[name]["environment"]).keys() <= known


def test_every_variable_of_the_file_is_in_the_example() -> None:
    """House: `.env.example` has every variable that compose reads, and mandatory ones say why."""
    used = set(re.findall(r"\$\{(\w+)", COMPOSE))
    example = Path(".env.example").read_text("utf-8")

    assert used <= set(re.findall(r"^#(\w+)=", example, re.MULTILINE))
    assert set(re.findall(r"\$\{(\w+):\?[^}]+\}", COMPOSE)) == {"ERP_DIR"}
    assert not re.search(r"\$\{\w+\}", COMPOSE), "neither default nor message"


def test_images_have_plain_names_and_a_tag() -> None:
    """House: no registry is named, no tag moves to other software; our own image is built."""
    stages = set(re.findall(r"^FROM \S+ AS (\w+)$", DOCKERFILE, re.MULTILINE))
    images = set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) - stages
    images |= {str(service["image"]) for service in SERVICES.values()}

    for image in images:
        # A name without Debian's release once became another Debian, with another client library.
        assert re.fullmatch(
            r"python:3\.\d+-slim-[a-z]+|rabbitmq:\d\.\d+|crmservice(-calendar)?:\$\{[^}]+\}", image
        )
    assert "syntax=" not in DOCKERFILE
    for name in OURS - {"migrate"}:
        assert SERVICES[name]["pull_policy"] == "never"
    assert SERVICES["migrate"]["build"] == "."


def test_the_image_is_made_of_pinned_packages() -> None:
    """House: every package is hashed, and what builds our wheel is pinned for developers, too."""
    installs = re.findall(r"bin/pip install ((?:.|\\\n)*?)\n(?= &&|[A-Z#\n])", DOCKERFILE)
    assert len(installs) == 4
    assert all("--require-hashes" in one or "--no-index" in one for one in installs)
    makers = re.search(r"keep = /\^\(([\w|-]+)\)==/", DOCKERFILE)
    pinned = Path("requirements/dev.txt").read_text("utf-8")
    assert makers
    for name in makers[1].split("|"):
        assert re.search(rf"^{name}==", pinned, re.MULTILINE)


def test_only_the_calendars_image_has_microsofts_client() -> None:
    """K-2: it is larger than everything else together; one stage installs it, one image has it."""
    stages = dict(
        re.findall(r"^FROM (?:\S+)(?: AS (\w+))?\n((?:(?!FROM ).*\n)*)", DOCKERFILE, re.MULTILINE)
    )
    has_it = [name for name, lines in stages.items() if "-r requirements/calendar.txt" in lines]
    takes_it = [name for name, lines in stages.items() if "--from=extended" in lines]

    assert (has_it, takes_it) == (["extended"], ["calendar"])
    assert SERVICES["calendar"]["build"] == {"context": ".", "target": "calendar"}
    assert SERVICES["calendar"]["profiles"] == ["calendar"]
    ours = {str(SERVICES[name]["image"]).partition(":")[0] for name in OURS - {"calendar"}}
    assert ours == {"crmservice"}


def test_a_service_to_switch_on_and_to_watch_is_on_the_page() -> None:
    """O-6: what installation.md and .env.example name is every service that there is to name."""
    page = Path("docs/installation.md").read_text("utf-8")
    example = Path(".env.example").read_text("utf-8")
    profiles = {name for name in LASTING if SERVICES[name].get("profiles")} - {"embedded"}
    watched = re.search(r"names: \[(.+)\]", page)

    for text in (page, example):
        assert f"COMPOSE_PROFILES={','.join(sorted(profiles))}" in text
    assert watched
    assert set(watched[1].split(", ")) == set(LASTING) - {"embedded", "rabbitmq"}


def test_the_image_runs_as_a_fixed_user() -> None:
    """House: the images are not root's, have no volume and take a command."""
    assert re.findall(r"^FROM runtime.*$", DOCKERFILE, re.MULTILINE) == [
        "FROM runtime AS calendar",
        "FROM runtime",
    ]
    last = DOCKERFILE.partition(" AS runtime\n")[2]

    assert "\nUSER 10001:10001\n" in last
    assert {str(SERVICES[name]["user"]) for name in OURS} == {"10001:10001"}
    assert '\nENTRYPOINT ["crmservice"]\n' in last
    assert "VOLUME" not in DOCKERFILE
    assert "PYTHONDONTWRITEBYTECODE=1" in last


def test_the_image_gets_nothing_but_sources() -> None:
    """House: neither data nor secrets nor history are sent to the builder."""
    rules = Path(".dockerignore").read_text("utf-8").splitlines()
    rules = [rule for rule in rules if rule and not rule.startswith("#")]

    assert rules[0] == "*"
    assert {rule for rule in rules if rule.startswith("!")} == {
        "!pyproject.toml",
        "!README.md",
        "!LICENSE",
        "!requirements/*.txt",
        "!services",
        "!shared",
    }


def test_the_reader_refuses_what_it_does_not_know() -> None:
    """House: the checks above never pass because a line was passed over."""
    for odd in ("a: 1\na: 2", "a:\n  b: 1\n    c: 2", "a: 1\n- b", "a: 1\n? b", "a: >\n  text"):
        with pytest.raises(ValueError, match=r"not understood|twice"):
            compose_yaml.read(odd)


def test_the_image_has_what_the_wheel_is_made_of() -> None:
    """House: files that pyproject.toml names beside the code are copied to the builder."""
    project = Path("pyproject.toml").read_text("utf-8")
    readme = re.search(r'^readme = "(.+)"$', project, re.MULTILINE)
    licence = re.search(r'^license-files = \["(.+)"\]$', project, re.MULTILINE)

    assert readme
    assert licence
    assert f"\nCOPY pyproject.toml {readme[1]} {licence[1]} ./\n" in DOCKERFILE
