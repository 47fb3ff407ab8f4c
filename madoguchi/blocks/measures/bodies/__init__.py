"""Bodies and meetings as the offices see them: who sits, what is read, forms and pages."""
