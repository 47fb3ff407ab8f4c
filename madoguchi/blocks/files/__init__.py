"""Files: kept by their content for any block above, checked when they come in, proved whole every night."""
