"""The office's pages over residents: what for, whom, one person, a household, and what is kept by hand."""
