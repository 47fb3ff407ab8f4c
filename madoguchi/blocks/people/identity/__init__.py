"""Who a resident is: sessions, attempts to sign in, and the protocols that prove it."""
