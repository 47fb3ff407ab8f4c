"""Fire service: premises, violations, fires, ambulance and rescue runs, hazardous materials."""
