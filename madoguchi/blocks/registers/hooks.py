"""What registers tell the house: what links to records find, what can be counted, and what the worker tidies up."""

from __future__ import annotations

from madoguchi.blocks.fields.types import ADDRESS_PORT, PARTY_PORT, RECORD_PORT, ports
from madoguchi.blocks.registers import linking
from madoguchi.blocks.registers.counting import register_source
from madoguchi.kernel.sources import source_makers

ports.register(RECORD_PORT, linking.Records())
ports.register(PARTY_PORT, linking.Parties())
ports.register(ADDRESS_PORT, linking.Addresses())
source_makers.register("registers", register_source)
