"""`deploy/compose/prepare`, run in a folder of its own."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What an installation has after `prepare`, with nothing missing."""
    for name in ("deploy/compose/prepare", "docker-compose.yml", ".env.example"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    _prepare(tmp_path)
    (tmp_path / "secrets" / "database_url").write_text("sqlite://", "utf-8")
    (tmp_path / "config" / "crm.xml").write_text("<configuration/>", "utf-8")
    (tmp_path / "erp").mkdir()
    return tmp_path


def _prepare(folder: Path) -> tuple[int, str]:
    done = subprocess.run(
        ("/bin/sh", "deploy/compose/prepare"),
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
