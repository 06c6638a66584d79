"""Who may come in: tokens, what each may at which site, and visits of browsers."""
