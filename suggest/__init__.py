"""From free text to ranked codes with a reason and a confidence."""
