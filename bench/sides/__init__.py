"""What runs in a process of its own: one side of a bench, ours or the peer's, told what to do line by line."""
