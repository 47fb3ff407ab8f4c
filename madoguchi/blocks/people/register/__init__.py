"""
The feed of the resident register: from a core system's extract to persons, households and residences.

    file → read by its layout → checked as a whole → compared with what is known → applied in one transaction

Invariants (``tests/people/register``):

1. Nothing changes before the whole file was checked: cells, count, sums, households, order, size of the change.
2. A file is applied whole or not at all, once; killed anywhere it has not been applied.
3. A full file and the difference files that lead to the same day leave the same facts.
4. What changed is a new fact from the day of the change; what was wrong is withdrawn and entered anew; nothing that
   was believed is lost.
5. A person whom nothing in the file concerns is not touched; nor is what the counter says, where the register is silent.
6. A household has one head on a day, whichever of two records tells of the change; what cannot be settled is a problem
   of the file, with its line.
"""
