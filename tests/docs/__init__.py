"""What is said of the program is true: help, README, docs, examples, floors."""
