"""What the public pages of a plan are made of: the plan as printed, its years, its items, and what changed."""
