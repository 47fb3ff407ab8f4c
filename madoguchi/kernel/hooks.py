"""What the kernel itself makes known at start-up beside its rooms: the kind of declaration for foreign files."""

from madoguchi.kernel.layouts import declaring

__all__ = ["declaring"]
