"""Who watches the rights: quarters and their reviews, what was unusual in a month's reading, who holds what on a day."""
