"""`deploy/compose/prepare`, run in a folder of its own."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from shared.broker.definitions import definitions, rights

ROOT = Path(__file__).resolve().parents[3]
PREPARE = "deploy/compose/prepare"
TEMPLATE = "deploy/compose/rabbitmq-definitions.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What an installation has after `prepare`, with nothing missing."""
    for name in (PREPARE, TEMPLATE, "docker-compose.yml", ".env.example"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    _prepare(tmp_path)
    (tmp_path / "secrets" / "database_url").write_text("sqlite://", "utf-8")
    (tmp_path / "config" / "crm.xml").write_text("<configuration/>", "utf-8")
    (tmp_path / "erp").mkdir()
    return tmp_path


def _prepare(folder: Path) -> tuple[int, str]:
    done = subprocess.run(
        ("/bin/sh", PREPARE),
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    "env",
    [
        "ERP_DIR=./erp\n",
        "# comment\n\nexport ERP_DIR='./erp'\r\nTZ=Europe/Prague\r\n",
        "ERP_DIR=./erp   # the share\n",
        'ERP_DIR="./erp"  # the share\nCOMPOSE_PROJECT_NAME=crm\nMETRICS_HOST_PORT=9\n',
        "ERP_DIR=./nowhere\nERP_DIR=./erp\nCONFIG_DIR=./config\n",
    ],
)
def test_an_env_that_works_is_not_complained_about(folder: Path, env: str) -> None:
    """O-7: as Compose reads it, comments, quotes and Windows' line ends too."""
    (folder / ".env").write_bytes(env.encode())

    code, said = _prepare(folder)

    assert (code, "missing" in said) == (0, False), said
    assert "next" in said


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ("", "ERP_DIR"),
        ("ERP_DIR=\n", "ERP_DIR"),
        ("ERP_DIR=./nowhere\n", "./nowhere"),
        ("ERP_DIR=./erp\nEML_DIR=./gone\n", "./gone"),
        ("ERP_DIR=./erp\nCONFIG_DIRR=./config\n", "CONFIG_DIRR in .env has no effect"),
        ("ERP_DIR=./erp\nCONFIG=./config\n", "CONFIG in .env has no effect"),
        ("ERP_DIR=./erp\nCONFIG_DIR=./empty\n", "./empty/*.xml"),
        ("ERP_DIR=./erp\nNETGENIUM_DATABASE_URL=x\n", "secrets/database_url"),
        ("ERP_DIR=./erp\nRABBITMQ_URL=amqp://u:geheim@h\n", "RABBITMQ_URL in .env has no effect"),
        ("ERP_DIR=./erp\nDATABASE_SECRET_WRITER=./no\n", "DATABASE_SECRET_WRITER"),
    ],
)
def test_an_env_that_does_not_do_what_it_says_is_told(folder: Path, env: str, says: str) -> None:
    """O-6: a misspelt name, one that Compose passes over, a folder that is not there."""
    (folder / ".env").write_text(env, "utf-8")

    code, said = _prepare(folder)

    assert code == 1
    (line,) = [line for line in said.splitlines() if line.startswith("missing")]
    assert says in line
    assert "geheim" not in said


def test_the_template_is_what_the_program_says() -> None:
    """INV-11: written by `crmservice broker-users --template`."""
    shipped = json.loads((ROOT / TEMPLATE).read_text("utf-8"))

    assert shipped == definitions(lambda user: f"@{user}@")


def test_each_service_gets_a_broker_user_of_its_own(folder: Path) -> None:
    """INV-11: with the password that its address has, which stays when it is prepared again."""
    secrets = folder / "secrets"
    before = {file.name: file.read_text("utf-8") for file in secrets.glob("rabbitmq_url_*")}
    _prepare(folder)
    users = json.loads((secrets / "rabbitmq_definitions.json").read_text("utf-8"))["users"]

    assert {user["name"] for user in users} == rights().keys()
    assert before == {
        f"rabbitmq_url_{user['name']}": f"amqp://{user['name']}:{user['password']}@rabbitmq:5672/\n"
        for user in users
    }
    assert len({user["password"] for user in users}) == len(users)


def test_a_service_may_have_another_broker(folder: Path) -> None:
    """INV-11: its address stays, and nobody knows a password for it here."""
    file = folder / "secrets" / "rabbitmq_url_writer"
    file.write_text("amqps://other:geheim@mq.firma.example/\n", "utf-8")
    _, said = _prepare(folder)
    loaded = (folder / "secrets" / "rabbitmq_definitions.json").read_text("utf-8")

    assert "note     secrets/rabbitmq_url_writer is not the address" in said
    assert "geheim" not in said + loaded
    assert "@writer@" not in loaded
    assert file.read_text("utf-8").startswith("amqps://other")


def test_what_an_older_version_left_is_told(folder: Path) -> None:
    """O-6: its one user of all services stays in the broker until a person removes it."""
    (folder / "secrets" / "rabbitmq_url").touch()

    assert "secrets/rabbitmq_url is of an older version" in _prepare(folder)[1]
