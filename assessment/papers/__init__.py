"""The words of each report of assessment: sentences, tables and charts made from the figures alone.

Every number in a paper stands in the report's JSON or is the sum, difference or share of two that do.
What is not in the figures is not said: no causes, no praise. Papers are Chinese in whatever language
they are read from.
"""
