"""Cases and letters as JSON, text, calendar and chronology."""
