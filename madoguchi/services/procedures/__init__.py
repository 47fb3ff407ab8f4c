"""The inventory of procedures: how often, how long, what stands in the way of going online."""
