"""Mail whose XML asks for records (behaviour E-4)."""
