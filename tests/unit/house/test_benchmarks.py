"""Benchmarks measure what is there: they name functions of the product by their names."""

from bench.sides import STAGES


def test_what_the_benchmark_watches_exists() -> None:
    """House: a function that moves is noticed before somebody wants figures."""
    gone = [f"{owner.__name__}.{name}" for owner, name, _ in STAGES if not hasattr(owner, name)]

    assert gone == []
