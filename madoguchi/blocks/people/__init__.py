"""People, staff side: offices, posts, holders and deputies with dates; accounts; from an account to a viewer."""
