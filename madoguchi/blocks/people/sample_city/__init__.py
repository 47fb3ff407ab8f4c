"""
A city of invented residents: as many as asked for, the same ones for the same seed.

    figures → how many of each age and sex → households → names, birth days, addresses → records of the extract

What comes out are the records that a core system would send, so that the city is loaded by the very path that the
register's feed takes. Nobody in it lives: names are drawn from lists of what names there are.

Invariants (``tests/people/sample_city``):

1. The same number, seed, day and towns give the same records, byte by byte, in every process.
2. There are as many residents as asked for, and as many of each age as the figures say.
3. The records are a full extract that the feed accepts; a difference is one for the day after.
4. A household has one head; parents are older than their children, spouses grown up.
"""
