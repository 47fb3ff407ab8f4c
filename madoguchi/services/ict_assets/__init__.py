"""The city's information systems, their contracts, budgets, connections and devices."""
