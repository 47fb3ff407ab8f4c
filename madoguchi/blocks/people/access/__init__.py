"""Who looked at somebody's record: what that person is told."""
