"""Wrong paths, as an administrator meets them: told at once, before a mail is touched."""

import json
from pathlib import Path

import pytest

from tests.builders import raw_mail
from tests.deployment import Deployment
from tests.installation import mapping_with_files

JAN, PETR = "jan.novak@firma.cz", "petr@acme.example"


@pytest.mark.parametrize("service", ["fetcher", "classifier", "writer"])
def test_no_service_starts_with_a_wrong_path(tmp_path: Path, service: str) -> None:
    """F-74: each looks at the paths that it uses, before it knocks at any server."""
    # Nobody listens there, so a service that did not look would wait.
    deployment = Deployment(tmp_path / "d", "amqp://127.0.0.1:1", keys={"rootPath": r"C:\erp"})
    wrong = {
        "fetcher": {"CRMSERVICE_DATA": str(tmp_path / "typo")},
        "classifier": {"CRMSERVICE_DATA": str(tmp_path / "typo")},
        "writer": {"NETGENIUM_MAPPING": str(mapping_with_files(tmp_path))},
    }

    result = deployment.call(service, "--config", str(deployment.config), **wrong[service])

    assert result.returncode == 78
    assert ("typo" if service != "writer" else r"C:\erp") in result.stderr
    assert not (tmp_path / "typo").exists()


@pytest.mark.parametrize("root", [r"C:\inetpub\wwwroot\netgenium", "typo"])
def test_a_wrong_root_path_is_refused_before_a_mail_is_touched(tmp_path: Path, root: str) -> None:
    """I-13, O-6: `check` fails and `run` does not start: 78, nothing made, the mail still there."""
    root = root if ":" in root else str(tmp_path / root)
    deployment = Deployment(tmp_path / "d", "", keys={"rootPath": root})
    deployment.drop("a.eml", raw_mail(sender=PETR, to=JAN))
    mapping = str(mapping_with_files(tmp_path))
    config = str(deployment.config)

    checked = deployment.call("check", "--json", "--config", config, NETGENIUM_MAPPING=mapping)
    ran = deployment.call("run", "--once", "--config", config, NETGENIUM_MAPPING=mapping)

    assert (checked.returncode, ran.returncode) == (78, 78)
    failed = [one for one in json.loads(checked.stdout)["checks"] if one["status"] == "fail"]
    assert [(one["name"], root in one["detail"]) for one in failed] == [("rootPath", True)]
    assert "rootPath" in failed[0]["remedy"]
    assert root in ran.stderr
    assert "Traceback" not in ran.stderr
    assert [file.name for file in deployment.eml.iterdir()] == ["a.eml"]
    assert not list(tmp_path.rglob("*inetpub*"))
    assert not (tmp_path / "typo").exists()


def test_init_db_makes_one_folder_and_no_mistyped_path(tmp_path: Path) -> None:
    """O-6: the data folder is made beside what is there; a parent that is missing is a mistake."""
    deployment = Deployment(tmp_path / "d", "")
    wrong, right = tmp_path / "typo" / "data", tmp_path / "data"

    refused = deployment.call("init-db", CRMSERVICE_DATA=str(wrong))
    made = deployment.call("init-db", CRMSERVICE_DATA=str(right))

    assert (refused.returncode, made.returncode) == (78, 0), made.stderr
    assert str(wrong) in refused.stderr
    assert not wrong.parent.exists()
    assert (right / "secret").exists()
