"""Which version this is."""


def version() -> str:
    """Return the version that the installed package has."""
    # Here, because it imports the standard library's mail package.
    from importlib import metadata  # noqa: PLC0415

    return metadata.version("crmservice")
