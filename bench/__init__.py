"""Benchmarks: what the product does in a second beside what ORM and SQL do with the same rows.

`make bench` runs `python -m bench`; see docs/benchmarks.md.
"""
