"""What is known about a mail before the rules are asked."""
