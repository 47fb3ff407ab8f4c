"""What people are asked to agree to: declared texts with versions, the answers, and what proves them later."""
