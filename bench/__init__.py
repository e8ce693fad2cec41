"""Benchmarks: how fast, beside a bare lower bound. Speed is shown here, never by timed tests."""
