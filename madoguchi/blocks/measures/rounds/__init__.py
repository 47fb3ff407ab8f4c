"""Collection rounds as the offices see them: what is answered, forms, pages and workbooks."""
