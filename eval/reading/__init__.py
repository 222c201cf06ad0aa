"""How well the text is read: changed texts, routes, refusals, calibration by source, two runs set by set."""
