"""`discover` on real servers: what they reflect differs, what is proposed does not."""

from pathlib import Path

import pytest

from services.operator.setup.discovery.discover import discover
from shared.netgenium.database.engine import open_database
from shared.netgenium.schema.mapping import load_mapping
from tests.databases import all_tables


@pytest.mark.parametrize("server", ["postgresql", "firebird"])
def test_the_reference_schema_gives_the_reference_mapping(
    request: pytest.FixtureRequest, tmp_path: Path, server: str
) -> None:
    """NG-2: types, keys and lengths of every server are understood."""
    with request.getfixturevalue(server).database(prepare=all_tables) as url:
        engine = open_database(url)
        found = discover(engine)
        engine.dispose()
    file = tmp_path / "mapping.toml"
    file.write_text(found.toml, "utf-8")
    assert found.lacking == ()
    assert load_mapping(file) == load_mapping(None)
