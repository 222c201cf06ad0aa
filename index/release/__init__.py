"""Reading CMS's files: from bytes to records, with a message for every row left out."""
