"""The city's agreements with others: what was promised, until when, and whom to call."""
