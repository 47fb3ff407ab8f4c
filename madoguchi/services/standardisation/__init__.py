"""The move of the twenty core tasks to systems that follow the national standard."""
