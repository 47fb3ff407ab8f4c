"""Places: areas with dates (city, towns, districts, school districts), and what an address says about them."""
