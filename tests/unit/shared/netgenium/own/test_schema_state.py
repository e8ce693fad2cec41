"""How our own tables stand, told without alembic."""

from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

from shared.netgenium.own import migrations
from shared.netgenium.own.schema_state import known_versions


def test_the_known_versions_are_those_of_the_migrations() -> None:
    """NG-8: the files' names have the versions that alembic reads in them, in its order."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    walked = [one.revision for one in ScriptDirectory.from_config(config).walk_revisions()]

    assert known_versions() == walked[::-1]
