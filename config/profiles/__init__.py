"""District profiles: levels, kinds, rights, limits, ladders, lists, words and weights of a district, as data.

`files/` holds the five that are shipped. `reading` checks a file, `plans` says what picking it would change,
`picking` does it, `writing` makes a file of the settings in force.
"""
