"""The review of paper, stamps and face-to-face demands, form by form."""
