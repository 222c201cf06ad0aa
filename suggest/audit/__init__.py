"""What is wrong or doubtful in rows that already have codes."""
