"""From a code to a claim line: units, modifiers, limits, fees."""
