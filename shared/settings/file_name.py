"""Reads the name of a file that another file names (behaviour C-1). Pure."""

from pathlib import Path

from shared.settings.values import text


def file_name(value: str) -> Path:
    """Read the path of a file, absolute or relative to the file that names it."""
    return Path(text(value.strip()))
