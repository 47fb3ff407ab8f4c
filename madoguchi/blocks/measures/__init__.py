"""Measures: plans, their items and indicators, the figures of each year and the judgement on them."""
