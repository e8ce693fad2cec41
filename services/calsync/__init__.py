"""The calendar service: keeps ERP activities and Microsoft 365 calendars in step."""
