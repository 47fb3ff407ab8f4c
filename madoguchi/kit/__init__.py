"""Plain Python that knows Japanese office life and nothing of Django: days, figures, letters, numbers."""
