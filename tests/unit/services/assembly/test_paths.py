import errno
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.assembly.named_paths import look_at
from services.assembly.paths import CheckedPath, PathCheck, Use, require_paths
from shared.errors import ConfigurationError
from shared.settings.box import Box
from shared.settings.box_file import named_paths
from shared.settings.environment import Environment
from tests.builders import a_box
from tests.installation import mapping_with_files

WINDOWS = r"C:\inetpub\wwwroot\netgenium"


class House:
    """An installation whose paths are all good, until a test changes something."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("data", "erp", "eml"):
            (folder / name).mkdir()
        self.mapping = mapping_with_files(folder)

    def environment(self, **more: str) -> Environment:
        """The environment; attachments lie in files unless `more` says otherwise."""
        usual = {
            "CRMSERVICE_DATA": str(self.folder / "data"),
            "NETGENIUM_MAPPING": str(self.mapping),
        }
        return Environment.from_environ(usual | more)

    def box(self, **more: Any) -> Box:
        """A box with an emlDir."""
        usual = {"root_path": str(self.folder / "erp"), "eml_dir": self.folder / "eml"}
        return a_box(**(usual | more))


@pytest.fixture
def house(tmp_path: Path) -> House:
    """An installation whose paths are all good."""
    return House(tmp_path)


def _wrong(
    house: House, boxes: Sequence[Box] = (), look: PathCheck | None = None, **more: str
) -> Mapping[str, str]:
    """What is wrong, by place."""
    places = (look or PathCheck()).at_all(boxes or [house.box()], house.environment(**more))
    return {place.name: "; ".join(map(str, place.problems)) for place in places if place.problems}


def test_good_paths_are_all_told(house: House) -> None:
    """O-1: nothing is wrong, nothing is left behind, and every path is named."""
    places = list(PathCheck().at_all([house.box()], house.environment()))

    assert [(place.name, place.problems) for place in places] == [
        ("data folder", ()),
        ("legacy log", ()),
        ("rootPath", ()),
        ("emlDir of crm", ()),
    ]
    for name in ("data", "erp", "eml"):
        assert list((house.folder / name).iterdir()) == []


@pytest.mark.parametrize("path", [WINDOWS, "D:/Services/eml", r"\\server\share\netgenium"])
def test_a_windows_path_is_refused_with_what_to_set_instead(house: House, path: str) -> None:
    """I-13: the old file loads as it is, but this machine has no such folder: which key to set."""
    wrong = _wrong(house, [house.box(root_path=path, eml_dir=Path(path))])

    assert set(wrong) == {"rootPath", "emlDir of crm"}
    assert "Windows path" in wrong["rootPath"]
    assert "set rootPath to the mount point" in wrong["rootPath"]
    assert "set emlDir to the mount point" in wrong["emlDir of crm"]
    assert sorted(place.name for place in house.folder.iterdir()) == [
        "data", "eml", "erp", "mapping.toml",
    ]  # fmt: skip


@pytest.mark.parametrize("made", ["nothing", "a file"])
def test_a_mistyped_path_is_named_and_not_made(house: House, made: str) -> None:
    """I-13: each folder that is not there, all at once; none of them is made."""
    wrong_path = house.folder / "typo" if made == "nothing" else house.mapping
    box = house.box(root_path=str(wrong_path), eml_dir=wrong_path)

    wrong = _wrong(house, [box], CRMSERVICE_DATA=str(wrong_path / "x" / "y"))

    assert {"data folder", "rootPath", "emlDir of crm"} <= set(wrong)
    assert all(str(wrong_path) in told for told in wrong.values())
    assert not (house.folder / "typo").exists()


def test_rights_are_really_tried(house: House) -> None:
    """I-7, A-4: where this user cannot write is told, whatever the mode of the folder says."""
    proc = Path("/proc")
    wrong = _wrong(house, [house.box(root_path="/proc", eml_dir=proc)], CRMSERVICE_DATA="/proc")

    assert set(wrong) == {"data folder", "legacy log", "rootPath", "emlDir of crm"}
    assert all("cannot be written" in told for told in wrong.values())


def test_a_folder_that_this_user_may_not_even_see_is_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O-6: the data folder of another user, 0700: a sentence, never an unexpected error."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    boxes, environment = [house.box()], house.environment()
    for name in ("stat", "scandir", "open"):
        monkeypatch.setattr(os, name, refuse)

    places = list(PathCheck(lambda _: "ext4").at_all(boxes, environment))
    monkeypatch.undo()
    told = {place.name: str(place.problems) for place in places}

    assert set(told) == {"data folder", "legacy log", "rootPath", "emlDir of crm"}
    assert all("Permission denied" in what for what in told.values())


def test_two_boxes_do_not_share_an_eml_dir(house: House) -> None:
    """I-7: told by `check`, too; a box that is switched off reads nothing."""
    boxes = [house.box(name="a"), house.box(name="b"), house.box(name="c", enabled=False)]

    assert _wrong(house, boxes)["emlDir"].endswith("is emlDir of a, b - give each box its own")
    assert _wrong(house, boxes[1:]) == {}


def test_memory_is_no_place_for_mail(house: House) -> None:
    """I-5: backups and attachments on a tmpfs are gone after a restart, their mail from its box."""
    look = PathCheck(lambda path: "tmpfs" if path.name in {"data", "erp", "eml"} else "ext4")

    wrong = _wrong(house, look=look)

    assert set(wrong) == {"data folder", "rootPath"}
    assert all("lies in memory (tmpfs)" in told for told in wrong.values())


def test_a_folder_of_attachments_on_a_mount_of_its_own_is_what_counts(house: House) -> None:
    """A-4: files go into the folder below rootPath: that is where writing is tried."""
    folder = house.folder / "erp" / "Files" / "CRMService"
    folder.mkdir(parents=True)
    look = PathCheck(lambda path: "tmpfs" if path == folder else "ext4")

    assert str(folder) in _wrong(house, look=look)["rootPath"]


def test_a_root_path_that_nothing_uses_stops_nobody(house: House) -> None:
    """I-13: attachments in rows and logins by password: the old value may stay, with a hint."""
    reference = Path("shared/netgenium/schema/reference.toml")
    house.mapping.write_text(reference.read_text("utf-8"), "utf-8")
    box = house.box(root_path=WINDOWS)
    places = {str(place.name): place for place in PathCheck().at_all([box], house.environment())}

    assert places["rootPath"].weight == "hint"
    assert places["rootPath"].problems
    require_paths([box], house.environment(), Use.EVERYTHING)


def test_a_log_that_cannot_be_written_is_told_but_stops_nobody(house: House) -> None:
    """R-d: mail goes on; the lines wait."""
    (house.folder / "data" / "CRMService.log").mkdir()

    assert "cannot be written: Is a directory" in _wrong(house)["legacy log"]
    require_paths([house.box()], house.environment(), Use.EVERYTHING)


def test_authorities_and_the_oauth_file_are_read(house: House) -> None:
    """I-2: a wrong caFile and a missing app are told together with everything else."""
    authorities = house.folder / "ca.pem"
    authorities.write_text("no certificates")
    login = {"imap_url": {"host": "imap.firma.cz"}, "pop3_oauth": True, "ca_file": authorities}
    box = house.box(**login)

    wrong = _wrong(house, [box])
    assert set(wrong) == {"caFile of crm", "OAuth2 file of crm"}
    assert "MicrosoftOAuth.json" in wrong["OAuth2 file of crm"]

    (house.folder / "erp" / "Config").mkdir()
    app = {"web": {"client_id": "a", "tenant_id": "t", "client_secret": "s",
                   "token_uri": "https://login.microsoftonline.com/t"}}  # fmt: skip
    (house.folder / "erp" / "Config" / "MicrosoftOAuth.json").write_text(json.dumps(app))
    assert set(_wrong(house, [box])) == {"caFile of crm"}


def test_each_process_asks_only_for_what_it_uses(house: House) -> None:
    """I-13: the classifier has no ERP folder, and the writer no emlDir."""
    box = house.box(root_path="/nowhere", eml_dir=Path("/nowhere"))

    def wrong(use: Use) -> set[str]:
        places = PathCheck().at_all([box], house.environment(), use)
        return {place.name for place in places if place.problems}

    assert wrong(Use.FETCH) == {"emlDir of crm"}
    assert wrong(Use.CLASSIFY) == set()
    assert wrong(Use.WRITE) == {"rootPath"}


def test_the_start_tells_everything_at_once(house: House) -> None:
    """O-6: all problems in one report, exit code 78."""
    box = house.box(root_path=WINDOWS, eml_dir=Path("/nowhere"))
    environment = house.environment(CRMSERVICE_DATA=str(house.folder / "x" / "data"))

    with pytest.raises(ConfigurationError) as raised:
        require_paths([box], environment, Use.EVERYTHING)

    assert raised.value.exit_code == 78
    assert [problem.where for problem in raised.value.problems] == [
        str(house.folder / "x" / "data"),
        WINDOWS,
        "/nowhere",
    ]


def test_the_trouble_of_one_box_does_not_stop_the_others(house: House) -> None:
    """I-1: only where every box has trouble of its own is there nothing to start for."""
    good, bad = house.box(name="good"), house.box(name="bad", eml_dir=Path("/nowhere"))
    off = house.box(name="off", eml_dir=Path("/nowhere"), enabled=False)

    require_paths([good, bad, off], house.environment(), Use.EVERYTHING)
    with pytest.raises(ConfigurationError, match="/nowhere"):
        require_paths([bad, off], house.environment(), Use.EVERYTHING)


def test_a_data_folder_that_init_db_will_make_is_a_hint_of_check_alone(house: House) -> None:
    """O-6: `check` may come first; a service does not begin in an empty place."""
    environment = house.environment(CRMSERVICE_DATA=str(house.folder / "new"))
    data: CheckedPath = next(PathCheck().at_all([house.box()], environment))

    assert data.weight == "unmade"
    assert "init-db" in str(data.problems[0])
    with pytest.raises(ConfigurationError, match="init-db"):
        require_paths([house.box()], environment, Use.EVERYTHING)


def test_a_folder_of_two_boxes_stops_all(house: House) -> None:
    """I-7: a third box that is all right does not hide it: whose mail a file is would be chance."""
    twins = [house.box(name="one"), house.box(name="two", email="two@firma.cz")]
    (house.folder / "third").mkdir()
    third = house.box(name="third", email="t@firma.cz", eml_dir=house.folder / "third")

    with pytest.raises(ConfigurationError, match="is emlDir of one, two - give each box its own"):
        require_paths([*twins, third], house.environment(), Use.EVERYTHING)


def test_a_folder_that_cannot_be_looked_at_is_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-74: a share that has gone stale: a sentence, no traceback."""

    def stale(*_: object, **__: object) -> object:
        raise OSError(116, "Stale file handle")

    monkeypatch.setattr(Path, "stat", stale)
    monkeypatch.setattr(os, "scandir", stale)

    assert "Stale file handle" in _wrong(house)["emlDir of crm"]


@pytest.mark.parametrize("data", ["none/data", "file", "file/data"])
def test_what_init_db_cannot_make_is_not_promised(house: House, data: str) -> None:
    """F-74: of a mistyped path init-db makes the last folder alone, and no folder of a file."""
    (house.folder / "file").touch()

    told = _wrong(house, CRMSERVICE_DATA=str(house.folder / data))["data folder"]

    assert "crmservice init-db makes it" not in told
    assert "correct CRMSERVICE_DATA" in told


@pytest.mark.parametrize(("days", "said"), [(40, ""), (29, "in 29 day(s)"), (-2, "2 day(s) ago")])
def test_a_secret_that_expires_soon_is_a_warning(house: House, days: int, said: str) -> None:
    """O-3, O-6: told by `check` a month before, and it stops nothing."""
    login = {"imap_url": {"host": "imap.firma.cz"}, "pop3_oauth": True}
    box = house.box(**login)
    last_day = (datetime.now(box.time_zone) + timedelta(days=days)).date().isoformat()
    app = {
        "client_id": "a", "tenant_id": "b.example", "token_uri": "https://login.example",
        "client_secret": "c", "client_secret_expires": last_day,
    }  # fmt: skip
    file = house.folder / "erp" / "Config" / "MicrosoftOAuth.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps({"web": app}), "utf-8")

    found = [
        (place.weight, str(place.problems[0].what))
        for place in PathCheck().at_all([box], house.environment())
        if place.name == f"OAuth2 secret of {box.name}"
    ]

    assert [weight for weight, _ in found] == (["hint"] if said else [])
    assert all(said in what for _, what in found)


def test_a_full_disk_stops_and_a_nearly_full_one_is_a_warning(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-70, O-1: a folder is not good because its rights are."""

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    usage = shutil.disk_usage(house.folder)._replace(free=5 * 1024 * 1024)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert "only 5 MB are free" in _wrong(house)["space of the data folder"]
    require_paths([house.box()], house.environment(), Use.EVERYTHING)

    monkeypatch.setattr(os, "write", full)

    wrong = _wrong(house)
    assert "No space left" in wrong["data folder"]
    assert "free space" in wrong["data folder"]
    with pytest.raises(ConfigurationError, match="No space left"):
        require_paths([house.box()], house.environment(), Use.EVERYTHING)


@pytest.mark.parametrize("key", ["rootPath", "emlDir", "caFile"])
def test_a_windows_path_is_told_as_one_beside_a_misspelt_key(tmp_path: Path, key: str) -> None:
    """O-1, O-5: the file of the original as it is: no folder of this machine is looked for."""
    file = tmp_path / "crm.xml"
    file.write_text(
        f'<configuration><appSettings>\n<add key="{key}" value="{WINDOWS}" />\n'
        '<add key="Pop3Email" value="crm@firma.cz" /></appSettings></configuration>',
        "utf-8",
    )

    (problem,) = filter(None, map(look_at, named_paths([file])))

    assert problem.where.endswith("crm.xml:2")
    assert problem.what == f"{WINDOWS}: is a Windows path, which this machine does not have"
    assert f"set {key} to the mount point" in problem.remedy
