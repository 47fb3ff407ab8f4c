"""The pages of those who watch the rights: rights of a day, reviews, emergencies, reports of reading."""
