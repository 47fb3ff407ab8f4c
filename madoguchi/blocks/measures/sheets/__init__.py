"""Plans in Excel: our template, other cities' sheets by a mapping of columns, reading them back, and importing."""
