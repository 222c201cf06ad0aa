"""Hospital price files in CMS's layouts, and charge masters: lines with their codes."""
