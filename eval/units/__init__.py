"""How well units to bill are worked out: against CMS's packages, price lines and labelled texts."""
