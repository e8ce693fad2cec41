"""`rules try FILE` with a file that cannot be tried."""

from pathlib import Path

import pytest

from services.operator.commands import rules
from shared.errors import ConfigurationError
from tests.builders import a_box


@pytest.mark.parametrize("content", [None, "", "x = "], ids=["none", "empty", "not TOML"])
def test_a_file_of_the_command_line_is_not_blamed_on_the_box(
    tmp_path: Path, content: str | None
) -> None:
    """C-3: what to correct is the name that was typed, or the file, not the box's settings."""
    file = tmp_path / "nofile.toml"
    if content is not None:
        file.write_text(content, "utf-8")

    with pytest.raises(ConfigurationError) as refused:
        rules._with_rules([a_box()], file)

    (problem,) = refused.value.problems
    assert problem.where.startswith(str(file))
    assert "rulesFile" not in f"{problem.what} {problem.remedy}"
