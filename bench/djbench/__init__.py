"""The plain Django project that ``list_page`` compares with: usual middleware, a template, an include per row."""
