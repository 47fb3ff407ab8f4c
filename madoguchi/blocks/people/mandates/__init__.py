"""Acting for others, the inside: which mandates hold on a day, what the register supports, codes to hand over."""
