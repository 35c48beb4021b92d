"""Official division codes: the code of an area is its path."""

CODE_LENGTH = {"district": 6, "town": 9, "community": 12, "grid": 15, "microgrid": 17}
"""Digits of an official division code by level (GB/T 2260 and the local grid code)."""
