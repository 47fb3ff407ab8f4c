"""The pages of the portal that are about the person: signing in, and what the city holds about me."""
