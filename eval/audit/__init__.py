"""How often an audit is right: known errors are put into coded lines, and the findings are counted."""
