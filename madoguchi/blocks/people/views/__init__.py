"""The office's pages of the organisation."""
