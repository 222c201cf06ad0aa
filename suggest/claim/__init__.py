"""From a code to a claim line: units to bill with their arithmetic, waste, modifiers, limits and fees."""
