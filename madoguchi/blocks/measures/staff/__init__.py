"""The plan as the offices keep it: pages and forms of entering, judging and publishing."""
