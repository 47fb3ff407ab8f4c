"""The kinds of declarations that people own."""

from madoguchi.blocks.people.consents import kind as consent_kind

__all__ = ["consent_kind"]
