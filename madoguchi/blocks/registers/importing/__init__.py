"""
Spreadsheets that exist, brought into a register: columns are matched, cells read, differences shown, then all applied at once.

Invariants (``tests/registers/test_importing.py``):

1. Every row of the table is accepted (new, changed, same) or rejected with at least one problem that names its cell.
2. What is applied is what was shown: the same outcome by digest, or it is refused and shown anew.
3. All accepted rows are applied in one transaction, or none.
4. What a register exports comes back as "same", row by row.
5. No cell is changed unsaid: a repair is counted, and one that guesses is a person's choice.
"""
