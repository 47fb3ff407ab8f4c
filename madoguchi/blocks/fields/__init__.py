"""
Fields: one vocabulary of values for forms and registers.

A field is declared (``types.Field``, a pydantic model by ``type``) and then knows how its values are typed, checked,
kept, written to a cell, shown to people and asked for in a form.

Invariants (``tests/fields``):

1. What is kept is plain JSON with one spelling: text in NFC, whole numbers (a number with decimals in its declared scale),
   days as ISO text, codes and never labels. Nothing empty is kept: an absent value is ``None``.
2. ``read`` of what ``write`` gave is the value again, for every field and every value that it accepts.
3. What ``read`` gives, ``check`` accepts; what ``check`` accepts fits ``value_schema``.
4. A reader never guesses: it takes the value, takes it with a named repair that loses nothing, or refuses with a code, a
   sentence that says what to do, and, where there is one, the repair that a person may choose.
5. A My Number is refused in every text.
6. ``show`` never fails: a code that is in no list any more is shown as it is.
"""
