"""What people own among declarations: kinds, and fields of the city's bindings."""

from madoguchi.blocks.people.consents import kind as consent_kind
from madoguchi.kernel.declarations import bindings_field_declare

bindings_field_declare("sign_in")
bindings_field_declare("signatures")

__all__ = ["consent_kind"]
