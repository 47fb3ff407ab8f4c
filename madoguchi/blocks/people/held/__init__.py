"""Everything that is held about somebody, as data and on paper."""
