"""Benchmarks: each compares the product with a named peer, in turns, inside one run (``docs/performance.md``)."""
