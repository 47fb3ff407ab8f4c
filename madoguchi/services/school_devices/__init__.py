"""Devices for pupils: lending, repairs, visits of ICT supporters, devices per school."""
