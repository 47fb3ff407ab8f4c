"""What the city may bind for files in ``bindings.yaml``: the program that looks for viruses."""

from __future__ import annotations

from madoguchi.kernel.declarations import bindings_field_declare

bindings_field_declare("files")
