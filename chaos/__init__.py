"""Break everything at random while people work, then account for every row.

Run as `make chaos`. What it does and what it counts stands in docs/faults.md.
"""
