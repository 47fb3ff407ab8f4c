"""Where other blocks say what they hold about a person, for the export of everything."""

from madoguchi.blocks.people.held.registry import Coded, HeldAsk, HeldPart, HeldRow, held_declare, held_parts

__all__ = ["Coded", "HeldAsk", "HeldPart", "HeldRow", "held_declare", "held_parts"]
